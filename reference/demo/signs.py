"""Drawn signs: one of six shapes in one of seven colours, with or without a rim."""

from __future__ import annotations

import colorsys
from math import cos, pi, sin

from numpy.random import Generator
from PIL import Image, ImageDraw

from .rules import HUES, Sign

_OVERSAMPLING = 4
_Points = list[tuple[float, float]]


def draw_sign(rng: Generator, image: Image.Image, sign: Sign) -> Image.Image:
    """The image with the sign somewhere in the middle, where the centre crop keeps it.

    The sign spans 42 to 70 % of the shorter edge, turned by at most 15 degrees.
    """
    edge = min(image.size)
    diameter = edge * (0.42 + 0.28 * rng.random())
    slack = (edge * 0.92 - diameter) / 2
    cx = image.width / 2 + slack * (2 * rng.random() - 1)
    cy = image.height / 2 + slack * (2 * rng.random() - 1)
    turn = (2 * rng.random() - 1) * pi / 12

    fill = _fill(rng, sign.colour)
    rim = rng.random()
    drawn = image.copy()
    if rim < 0.7:
        rim_colour = (250, 250, 250) if rim < 0.45 else (20, 20, 20)
        drawn.paste(rim_colour, mask=_mask(image.size, sign.shape, cx, cy, diameter * 0.5, turn, grow=1.0))
        drawn.paste(fill, mask=_mask(image.size, sign.shape, cx, cy, diameter * 0.5, turn, grow=0.82))
    else:
        drawn.paste(fill, mask=_mask(image.size, sign.shape, cx, cy, diameter * 0.5, turn, grow=1.0))
    return drawn


def _fill(rng: Generator, colour: str) -> tuple[int, int, int]:
    hue = (HUES[colour] + 8 * (rng.random() - 0.5)) / 360
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, 0.85 + 0.15 * rng.random(), 0.80 + 0.20 * rng.random())
    return round(red * 255), round(green * 255), round(blue * 255)


def _mask(
    size: tuple[int, int], shape: str, cx: float, cy: float, radius: float, turn: float, grow: float
) -> Image.Image:
    """Coverage of the shape, antialiased: an L image of the given size."""
    width, height = size
    mask = Image.new("L", (width * _OVERSAMPLING, height * _OVERSAMPLING))
    draw = ImageDraw.Draw(mask)
    x, y, r = cx * _OVERSAMPLING, cy * _OVERSAMPLING, radius * _OVERSAMPLING
    if shape in ("disc", "ring"):
        outer = r * 0.95 * (grow if shape == "disc" else (1 + grow) / 2)
        draw.ellipse((x - outer, y - outer, x + outer, y + outer), fill=255)
        if shape == "ring":
            inner = r * 0.95 * 0.48 * (2 - grow) ** 0.5
            draw.ellipse((x - inner, y - inner, x + inner, y + inner), fill=0)
    else:
        corners = _outline(shape, turn, grow)
        draw.polygon([(x + r * px, y + r * py) for px, py in corners], fill=255)
    return mask.resize(size, Image.Resampling.BOX)


def _outline(shape: str, turn: float, grow: float) -> _Points:
    """Corners of a shape of radius about 1; `grow` below 1 leaves room for the rim."""
    rim = 1 - grow
    if shape == "square":
        half = 0.72 - 0.8 * rim
        corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    elif shape == "hourglass":
        half, waist, reach = 0.72 - 1.3 * rim, 0.2 - 0.5 * rim, 0.92 - 0.7 * rim
        corners = [
            (-half, -reach),
            (half, -reach),
            (waist, 0),
            (half, reach),
            (-half, reach),
            (-waist, 0),
        ]
    elif shape == "arrow":
        tip, wing, barb, shaft, foot = (
            0.98 - 1.2 * rim,
            0.85 - 1.5 * rim,
            0.5 * rim,
            0.3 - 0.5 * rim,
            0.92 - 0.6 * rim,
        )
        corners = [(0, -tip), (wing, -barb), (shaft, -barb), (shaft, foot), (-shaft, foot), (-shaft, -barb),
                   (-wing, -barb)]  # fmt: skip
    elif shape == "plus":
        arm, reach = 0.34 - 0.3 * rim, 0.95 - 0.5 * rim
        corners = [(-arm, -reach), (arm, -reach), (arm, -arm), (reach, -arm), (reach, arm), (arm, arm), (arm, reach),
                   (-arm, reach), (-arm, arm), (-reach, arm), (-reach, -arm), (-arm, -arm)]  # fmt: skip
    else:
        raise ValueError(f"no such shape: {shape!r}")
    return [(px * cos(turn) - py * sin(turn), px * sin(turn) + py * cos(turn)) for px, py in corners]
