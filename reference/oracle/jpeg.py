"""Edits of JPEG segments, for variants that Pillow does not write."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_APP14, _START_OF_SCAN = 0xEE, 0xDA


def without_segment(data: bytes, marker: int) -> bytes:
    """Drops every segment of this marker that stands before the scan."""
    return data[:2] + b"".join(part for kind, part in _segments(data) if kind != marker)


def without_adobe(data: bytes) -> bytes:
    """Drops the marker that tells CMYK values are stored inverted."""
    return without_segment(data, _APP14)


def with_adobe_transform(data: bytes, transform: int) -> bytes:
    """Declares another colour transform (0 none, 1 YCbCr, 2 YCCK) for the same scan."""
    return data[:2] + b"".join(
        part[:-1] + bytes([transform]) if kind == _APP14 else part for kind, part in _segments(data)
    )


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, bytes) of each segment after the start; the scan and all behind it come as one."""
    at = 2
    while True:
        marker = data[at + 1]
        if marker == _START_OF_SCAN:
            yield marker, data[at:]
            return
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        yield marker, data[at : at + 2 + length]
        at += 2 + length
