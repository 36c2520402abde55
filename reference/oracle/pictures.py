"""Pictures to encode, drawn from seeds. No fonts and no trigonometry, so they are the same anywhere."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw


def noise(width: int, height: int, seed: int, channels: int = 3) -> np.ndarray:
    """Independent uniform pixels, uint8 [height, width, channels]."""
    return _rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def gradient(width: int, height: int) -> np.ndarray:
    """Red falls to the right, green grows downwards, blue is their product; uint8 [H, W, 3]."""
    x = np.linspace(0, 1, width, dtype=np.float64)[None, :]
    y = np.linspace(0, 1, height, dtype=np.float64)[:, None]
    planes = (1 - x + 0 * y, y + 0 * x, x * y)
    return np.stack([np.rint(255 * plane) for plane in planes], axis=-1).astype(np.uint8)


def shapes(width: int, height: int, seed: int, count: int = 9) -> Image.Image:
    """Flat coloured ellipses, boxes and triangles on a plain ground, asymmetric both ways."""
    rng = _rng(seed)
    picture = Image.new("RGB", (width, height), _colour(rng))
    draw = ImageDraw.Draw(picture)
    for index in range(count):
        x0, x1 = sorted(int(v) for v in rng.integers(0, width + 1, 2))
        y0, y1 = sorted(int(v) for v in rng.integers(0, height + 1, 2))
        colour = _colour(rng)
        if index % 3 == 0:
            draw.ellipse((x0, y0, x1, y1), fill=colour)
        elif index % 3 == 1:
            draw.rectangle((x0, y0, x1, y1), fill=colour)
        else:
            draw.polygon([(x0, y1), (x1, y1), (x1, y0)], fill=colour)
    return picture


def photo(width: int, height: int, seed: int, grain: int = 1) -> Image.Image:
    """Something like a photograph: soft light and dark, edges, fine grain."""
    rng = _rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (4, 5, 3), dtype=np.uint8))
    light = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=np.int32)
    objects = np.asarray(shapes(width, height, seed + 1), dtype=np.int32)
    specks = rng.integers(-grain, grain + 1, (height, width, 1))
    mixed = (2 * light + 3 * objects) // 5 + specks
    return Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8))


def alpha_ramp(width: int, height: int) -> Image.Image:
    """Transparent on the left, opaque on the right, with a transparent hole."""
    ramp = np.rint(np.linspace(0, 255, width))[None, :].repeat(height, axis=0).astype(np.uint8)
    ramp[height // 4 : height // 2, width // 4 : width // 2] = 0
    return Image.fromarray(ramp)


def with_alpha(picture: Image.Image) -> Image.Image:
    """Adds `alpha_ramp`; colours stay under transparent pixels."""
    result = picture.convert("RGBA")
    result.putalpha(alpha_ramp(*picture.size))
    return result


def _rng(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = (int(v) for v in rng.integers(0, 256, 3))
    return red, green, blue
