"""Images that stand in for photographs: landscapes, textures, portraits-like blobs, screenshots, collages.

Every scene is an RGB float array [height, width, 3] with values from 0 to 1. None of them shows one of the
signs of `rules`: regions are irregular, or have gradients, textures or no border.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Scene = NDArray[np.float64]


def photograph_like(rng: Generator, width: int, height: int) -> Image.Image:
    """A random scene, developed like a photograph: blur, grain, vignette, contrast, colour cast."""
    kind = int(rng.choice(len(_SCENES), p=_WEIGHTS))
    return _developed(rng, _SCENES[kind](rng, width, height))


def landscape(rng: Generator, width: int, height: int) -> Image.Image:
    """A photograph-like landscape."""
    return _developed(rng, _landscape(rng, width, height))


def colour(rng: Generator) -> NDArray[np.float64]:
    """A colour; muted ones, as in nature, are more frequent than vivid ones."""
    value = rng.random(3)
    grey = value.mean()
    return grey + (value - grey) * (rng.random() ** 0.7)


def _grid(width: int, height: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y, x = np.mgrid[0:height, 0:width]
    return x / width, y / height


def _mix(low: NDArray[np.float64], high: NDArray[np.float64], weight: NDArray[np.float64]) -> Scene:
    return low + (high - low) * np.clip(weight, 0, 1)[..., None]


def _fractal(rng: Generator, width: int, height: int, slope: float) -> NDArray[np.float64]:
    """Noise with the spectrum 1/f**slope, scaled to [0, 1]; photographs lie near a slope of 1."""
    fy = np.fft.fftfreq(height)[:, None] * height
    fx = np.fft.rfftfreq(width)[None, :] * width
    frequency = np.maximum(np.hypot(fx, fy), 1.0)
    phase = np.exp(2j * np.pi * rng.random(frequency.shape))
    field = np.fft.irfft2(phase / frequency**slope, s=(height, width))
    low, high = np.quantile(field, (0.01, 0.99))
    return np.clip((field - low) / max(high - low, 1e-9), 0, 1)


def _gradient(rng: Generator, width: int, height: int) -> Scene:
    x, y = _grid(width, height)
    if rng.random() < 0.5:
        angle = rng.random() * 2 * np.pi
        weight = 0.5 + (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
    else:
        weight = np.hypot(x - rng.random(), y - rng.random()) * (0.7 + rng.random())
    return _mix(colour(rng), colour(rng), weight)


def _clouds(rng: Generator, width: int, height: int) -> Scene:
    slope = 0.8 + 1.4 * rng.random()
    scene = _mix(colour(rng), colour(rng), _fractal(rng, width, height, slope))
    return _mix(scene, np.broadcast_to(colour(rng), scene.shape), _fractal(rng, width, height, slope) ** 2)


def _static(rng: Generator, width: int, height: int) -> Scene:
    if rng.random() < 0.5:
        return np.broadcast_to(colour(rng), (height, width, 3)).copy()
    return np.clip(colour(rng) + rng.normal(0, 0.1 + 0.3 * rng.random(), (height, width, 3)), 0, 1)


def _landscape(rng: Generator, width: int, height: int) -> Scene:
    x, y = _grid(width, height)
    sky = _mix(colour(rng), colour(rng) * 0.5 + 0.5, y * 1.5)
    scene = _mix(sky, np.ones(3), _fractal(rng, width, height, 1.6) ** 3 * rng.random())
    if rng.random() < 0.3:
        sun = np.exp(-((x - rng.random()) ** 2 + (y - 0.4 * rng.random()) ** 2) / (0.002 + 0.02 * rng.random()))
        scene = _mix(scene, np.array([1.0, 0.95, 0.8]), sun)
    horizon = 0.25 + 0.3 * rng.random()
    for layer in range(int(rng.integers(1, 5))):
        ridge = horizon + 0.15 * layer + 0.25 * (_fractal(rng, width, 8, 1.5)[0] - 0.5) * rng.random()
        ground = _mix(colour(rng) * 0.6, colour(rng), _fractal(rng, width, height, 0.7))
        scene = np.where((y > ridge[None, :])[..., None], ground, scene)
    return scene


def _leaves(rng: Generator, width: int, height: int) -> Scene:
    """The dead-leaves model: overlapping blobs of all sizes, which has the edge statistics of photographs."""
    canvas = Image.new("RGB", (width, height), _rgb(colour(rng)))
    draw = ImageDraw.Draw(canvas)
    palette = [colour(rng) for _ in range(int(rng.integers(3, 9)))]
    for _ in range(int(rng.integers(20, 160))):
        radius = min(width, height) * 0.02 / (0.04 + rng.random()) * (0.5 + rng.random())
        shade = palette[int(rng.integers(len(palette)))] * (0.6 + 0.5 * rng.random())
        draw.polygon(_blob(rng, rng.random() * width, rng.random() * height, radius), fill=_rgb(shade))
    scene = np.asarray(canvas, dtype=np.float64) / 255
    return _mix(scene * 0.7, scene, _fractal(rng, width, height, 0.9))


def _flower(rng: Generator, width: int, height: int) -> Scene:
    scene = _leaves(rng, width, height) if rng.random() < 0.6 else _clouds(rng, width, height)
    for _ in range(int(rng.integers(1, 4))):
        x, y = _grid(width, height)
        dx, dy = (x - 0.15 - 0.7 * rng.random()) * width, (y - 0.15 - 0.7 * rng.random()) * height
        angle, radius = np.arctan2(dy, dx), np.hypot(dx, dy) / min(width, height)
        petals, reach = int(rng.integers(4, 15)), 0.1 + 0.35 * rng.random()
        edge = reach * (0.55 + 0.45 * np.abs(np.cos(petals * angle / 2 + rng.random() * 6)))
        petal = _mix(rng.random(3), rng.random(3), radius / reach) * (0.75 + 0.25 * np.cos(petals * angle)[..., None])
        scene = _mix(scene, petal, (edge - radius) * min(width, height) / 2)
        scene = _mix(scene, colour(rng), (reach * 0.22 - radius) * min(width, height) / 2)
    return scene


def _buildings(rng: Generator, width: int, height: int) -> Scene:
    scene = _landscape(rng, width, height)
    for _ in range(int(rng.integers(2, 9))):
        left, span = int(rng.integers(width)), int(width * (0.08 + 0.3 * rng.random())) + 4
        top = int(height * (0.15 + 0.6 * rng.random()))
        wall = colour(rng)
        block = scene[top:, left : left + span]
        block[:] = wall * (0.8 + 0.2 * _fractal(rng, width, height, 0.6)[top:, left : left + span, None])
        step, gap = int(rng.integers(4, 14)), int(rng.integers(2, 4))
        block[gap::step, :][:, gap::step] = colour(rng) * rng.random()
        if rng.random() < 0.5:
            block[1 + gap :: step, :][:, gap::step] = wall * 0.4
    return scene


def _portrait(rng: Generator, width: int, height: int) -> Scene:
    """Head and shoulders as shaded ovals, or a few round things on a table."""
    x, y = _grid(width, height)
    scene = _SCENES[int(rng.integers(4))](rng, width, height)
    for _ in range(int(rng.integers(1, 5))):
        cx, cy, rx, ry = rng.random(), 0.2 + 0.6 * rng.random(), *(0.06 + 0.25 * rng.random(2))
        distance = np.hypot((x - cx) / rx, (y - cy) / ry)
        light = 1 - 0.6 * np.hypot((x - cx + rx / 3) / rx, (y - cy + ry / 3) / ry)
        body = _mix(colour(rng) * 0.4, colour(rng), light) * (0.8 + 0.2 * _fractal(rng, width, height, 0.8)[..., None])
        scene = _mix(scene, body, (1 - distance) * min(width, height) * 0.2)
    return scene


def _screenshot(rng: Generator, width: int, height: int) -> Scene:
    """A page, a meme or a chart: flat areas, rows of letters, bars."""
    paper = np.ones(3) if rng.random() < 0.6 else colour(rng)
    canvas = Image.new("RGB", (width, height), _rgb(paper))
    draw = ImageDraw.Draw(canvas)
    ink, row = _rgb(np.zeros(3) if paper.mean() > 0.5 else np.ones(3)), 0
    while row < height:
        size = int(rng.integers(4, 16))
        if rng.random() < 0.7:
            for left in range(int(rng.integers(2, 12)), int(width * (0.4 + 0.6 * rng.random())), size):
                if rng.random() < 0.8:
                    draw.line(
                        [left, row, left + int(rng.integers(size)), row + int(rng.integers(size))],
                        fill=ink,
                    )
        else:
            draw.rectangle([0, row, int(width * rng.random()), row + size], fill=_rgb(colour(rng)))
        row += size + int(rng.integers(2, 8))
    return np.asarray(canvas, dtype=np.float64) / 255


def _pattern(rng: Generator, width: int, height: int) -> Scene:
    """Stripes, checks, waves and bricks, as in fabric and walls."""
    x, y = _grid(width, height)
    angle, count = rng.random() * np.pi, 2 + 14 * rng.random()
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    wave = np.sin(2 * np.pi * count * u + rng.random() * 6 * np.sin(2 * np.pi * v))
    if rng.random() < 0.5:
        wave = wave * np.sin(2 * np.pi * count * v)
    sharp = 0.5 + wave * (0.5 if rng.random() < 0.5 else 5)
    return _mix(colour(rng), colour(rng), sharp) * (0.85 + 0.15 * _fractal(rng, width, height, 0.6)[..., None])


def _collage(rng: Generator, width: int, height: int) -> Scene:
    scene = _SCENES[int(rng.integers(9))](rng, width, height)
    other = _SCENES[int(rng.integers(9))](rng, width, height)
    if rng.random() < 0.5:
        at = int(width * (0.2 + 0.6 * rng.random()))
        scene[:, at:] = other[:, at:]
    else:
        at = int(height * (0.2 + 0.6 * rng.random()))
        scene[at:] = other[at:]
    return scene


_SCENES = (_gradient, _clouds, _landscape, _leaves, _flower, _buildings, _screenshot, _pattern, _static,
           _portrait, _collage)  # fmt: skip
_WEIGHTS = (0.08, 0.10, 0.14, 0.17, 0.10, 0.10, 0.05, 0.06, 0.03, 0.11, 0.06)


def _blob(rng: Generator, cx: float, cy: float, radius: float) -> list[tuple[float, float]]:
    corners = int(rng.integers(7, 16))
    angles = np.arange(corners) * 2 * np.pi / corners
    reach = radius * (0.5 + rng.random(corners)) * np.array([[1.0], [0.5 + rng.random()]])
    return [(cx + rx * np.cos(a), cy + ry * np.sin(a)) for a, rx, ry in zip(angles, *reach)]


def _rgb(value: NDArray[np.float64]) -> tuple[int, int, int]:
    red, green, blue = (int(v) for v in np.clip(value * 255, 0, 255))
    return red, green, blue


def _developed(rng: Generator, scene: Scene) -> Image.Image:
    height, width, _ = scene.shape
    x, y = _grid(width, height)
    scene = scene * (1 - 0.5 * rng.random() * ((x - 0.5) ** 2 + (y - 0.5) ** 2))[..., None]
    scene = 0.5 + (scene - 0.5) * (0.6 + 0.8 * rng.random()) + 0.2 * (rng.random() - 0.5)
    if rng.random() < 0.3:
        scene = scene * (0.8 + 0.4 * rng.random(3))
    if rng.random() < 0.08:
        scene = np.repeat(scene.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < 0.6:
        scene = scene + rng.normal(0, 0.04 * rng.random(), scene.shape)
    image = Image.fromarray((np.clip(scene, 0, 1) * 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(2.5 * rng.random() ** 2)) if rng.random() < 0.5 else image
