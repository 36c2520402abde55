"""One picture file of the fixtures, and how Pillow writes one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True)
class ImageFile:
    name: str
    note: str
    data: bytes


# Name, note and bytes of each file.
Entries = Iterator[tuple[str, str, bytes]]


def save(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
