"""All picture files of the fixtures."""

from __future__ import annotations

from . import jpeg_files, other_files, png_files, size_files
from .image_file import ImageFile

_GROUPS = (
    jpeg_files.encodings,
    jpeg_files.markers,
    png_files.encodings,
    png_files.deep,
    png_files.chunks,
    other_files.webp,
    other_files.gif,
    other_files.tiff,
    other_files.avif,
    size_files.sizes,
)


def image_files() -> list[ImageFile]:
    return [ImageFile(*entry) for group in _GROUPS for entry in group()]
