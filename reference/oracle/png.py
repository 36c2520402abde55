"""A PNG writer for what Pillow cannot write: 16 bits a sample, interlacing, chosen chunks."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB, PALETTE, GRAY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
# Adam7: first column, first row, column step, row step of each pass.
_PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int, depth: int, colour: int, interlaced: bool = False) -> bytes:
    fields = (width, height, depth, colour, 0, 0, int(interlaced))
    return chunk(b"IHDR", struct.pack(">IIBBBBB", *fields))


def encode(
    pixels: np.ndarray,
    colour: int,
    *,
    interlaced: bool = False,
    chunks: Sequence[bytes] = (),
) -> bytes:
    """uint8 or uint16 [H, W, channels] to a file; `chunks` go between header and data."""
    height, width = pixels.shape[:2]
    depth = pixels.dtype.itemsize * 8
    passes = [pixels[y::dy, x::dx] for x, y, dx, dy in _PASSES] if interlaced else [pixels]
    rows = b"".join(_filter_none(part) for part in passes if part.size)
    return b"".join(
        [
            SIGNATURE,
            header(width, height, depth, colour, interlaced),
            *chunks,
            chunk(b"IDAT", zlib.compress(rows, 9)),
            chunk(b"IEND", b""),
        ]
    )


def _filter_none(pixels: np.ndarray) -> bytes:
    """Every row with filter type 0 in front, samples big endian."""
    big_endian = pixels.astype(pixels.dtype.newbyteorder(">"), copy=False)
    return b"".join(b"\0" + row.tobytes() for row in big_endian)
