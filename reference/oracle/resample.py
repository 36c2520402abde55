"""Resampling alone, on raw pixels: odd sizes, enlarging, single rows and columns."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from torchvision import transforms

from original.transform import ImageTransform, to_pixels

from .files import write_json, write_tensors
from .pictures import gradient, noise

# (width, height, target)
_CASES = (
    (1, 1, 8), (1, 1, 1), (1, 17, 8), (17, 1, 8), (2, 3, 16), (3, 2, 16), (5, 5, 33), (7, 11, 32),
    (31, 32, 32), (32, 32, 32), (33, 32, 32), (35, 32, 32), (37, 32, 32), (32, 39, 32), (64, 32, 32),
    (63, 64, 31), (65, 65, 33), (97, 61, 32), (96, 72, 31), (61, 127, 24), (300, 40, 24),
    (40, 300, 24), (112, 113, 28), (150, 100, 48), (3, 200, 12), (200, 3, 12), (57, 57, 56),
    (56, 56, 57), (255, 17, 16),
)  # fmt: skip


def write_resample(folder: Path) -> None:
    cases, tensors = [], {}
    for index, (width, height, target) in enumerate(_CASES):
        source = gradient(width, height) if index % 7 == 6 else noise(width, height, 900 + index)
        picture = Image.fromarray(source)
        resized = transforms.Resize(target, antialias=True)(picture)
        name = f"{width}x{height}-to-{target}"
        tensors[f"{name}.input"] = source
        tensors[f"{name}.resized"] = to_pixels(resized)
        tensors[f"{name}.cropped"] = to_pixels(ImageTransform(target, target).resize_and_crop(picture))
        cases.append(
            {
                "id": name,
                "width": width,
                "height": height,
                "target": target,
                "resized_width": resized.width,
                "resized_height": resized.height,
            }
        )
    write_json(folder / "resample.json", {"cases": cases})
    write_tensors(folder / "resample.safetensors", tensors)
