"""Pictures of every size and shape that resizing and cropping treat differently."""

from __future__ import annotations

from PIL import Image

from .image_file import Entries, save
from .pictures import alpha_ramp, noise, photo, shapes

# Around the targets, extreme shapes, and crop offsets that end in a half.
_SIZES = (
    (1, 1), (1, 2), (2, 1), (3, 3), (1, 300), (300, 1), (1, 5000), (5000, 1), (7, 1000), (64, 64),
    (223, 225), (224, 224), (225, 224), (224, 225), (227, 224), (229, 224), (224, 231), (65, 64),
    (67, 64), (69, 64), (448, 224), (224, 448), (500, 333), (1024, 768), (1920, 1080),
)  # fmt: skip


def sizes() -> Entries:
    """Around the target, extreme shapes, and crop offsets that end in a half."""
    for width, height in _SIZES:
        picture = (
            Image.fromarray(noise(width, height, width + height))
            if min(width, height) < 3
            else shapes(width, height, width * 31 + height, 24)
        )
        yield f"size-{width}x{height}.png", "", save(picture, "PNG", optimize=True)
    yield (
        "size-1600x1200.jpg",
        "as large as many photographs are posted",
        save(photo(1600, 1200, 60, grain=0), "JPEG", quality=75),
    )
    yield (
        "size-alpha-1x1.png",
        "one transparent pixel",
        save(Image.new("RGBA", (1, 1), (200, 100, 50, 0)), "PNG"),
    )
    yield (
        "size-hole.png",
        "transparent but coloured",
        save(Image.merge("RGBA", (*shapes(50, 40, 61).split(), alpha_ramp(50, 40))), "PNG"),
    )
