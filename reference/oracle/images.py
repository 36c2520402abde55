"""Writes test/fixtures/images: picture files, and the pixels that the original makes of them."""

from __future__ import annotations

import shutil
import warnings

import numpy as np
from PIL import Image

from original.transform import (
    CLIP_MEAN,
    CLIP_STD,
    SIGLIP_MEAN,
    SIGLIP_STD,
    ImageTransform,
    decode,
    to_pixels,
)

from .files import FIXTURES, sha256, write_bytes, write_gzip, write_json, write_rows
from .hostile_files import hostile_files
from .image_file import ImageFile
from .image_files import image_files
from .resample import write_resample

IMAGES = FIXTURES / "images"
TARGETS = (224, 64)
STATISTICS = {"siglip": (SIGLIP_MEAN, SIGLIP_STD), "clip": (CLIP_MEAN, CLIP_STD)}


def write_images() -> None:
    shutil.rmtree(IMAGES, ignore_errors=True)
    # Pillow warns of large pictures; what it then does is recorded instead.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    transforms = {name: {"mean": mean, "std": std} for name, (mean, std) in STATISTICS.items()}
    rows = [_write_image(file) for file in image_files()]
    write_rows(IMAGES / "images.json", {"transforms": transforms}, "images", rows)
    write_json(IMAGES / "hostile.json", {"files": [_write_hostile(f) for f in hostile_files()]})
    write_resample(IMAGES)


def _write_image(file: ImageFile) -> dict:
    write_bytes(IMAGES / file.name, file.data)
    with Image.open(IMAGES / file.name) as opened:
        kind, mode = opened.format, opened.mode
    picture = decode(file.data)
    return {
        "file": file.name,
        "note": file.note,
        "format": kind,
        "mode": mode,
        "width": picture.width,
        "height": picture.height,
        "sha256": sha256(file.data),
        "decoded_sha256": sha256(to_pixels(picture).tobytes()),
        "targets": {str(size): _write_target(picture, size) for size in TARGETS},
    }


def _write_target(picture: Image.Image, size: int) -> dict:
    cropped = ImageTransform(size, size).resize_and_crop(picture)
    pixels = to_pixels(cropped).tobytes()
    name = f"expected/{sha256(pixels)[:16]}.{size}.rgb.gz"  # equal pictures share a file
    write_gzip(IMAGES / name, pixels)
    hashes = {
        key: sha256(_float_bytes(ImageTransform(size, size, mean, std), cropped))
        for key, (mean, std) in STATISTICS.items()
    }
    return {"pixels": name, "float32_sha256": hashes}


def _float_bytes(transform: ImageTransform, cropped: Image.Image) -> bytes:
    return np.ascontiguousarray(transform.normalize(cropped).numpy()).tobytes()


def _write_hostile(file: ImageFile) -> dict:
    write_bytes(IMAGES / "hostile" / file.name, file.data)
    error = None
    try:
        decode(file.data)
    except Exception as caught:  # whatever Pillow raises is the record
        error = type(caught).__name__
    return {
        "file": file.name,
        "note": file.note,
        "sha256": sha256(file.data),
        "pillow": {"outcome": "refused" if error else "decoded", "error": error},
    }
