"""Files that should not be decoded, or not without care."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from . import png
from .image_file import ImageFile, save
from .pictures import photo, shapes


def hostile_files() -> list[ImageFile]:
    picture = photo(160, 120, 70)
    jpeg, flat = save(picture, "JPEG"), save(shapes(160, 120, 71), "PNG")
    huge = struct.pack("<IIIHHIIIIII", 40, 50_000, 50_000, 1, 24, 0, 0, 0, 0, 0, 0)
    return [
        ImageFile(*entry)
        for entry in (
            ("empty.jpg", "no bytes", b""),
            ("one-byte.png", "one byte", b"\x89"),
            ("text.jpg", "plain text under a picture's name", b"This is not a picture.\n" * 8),
            ("html.png", "a web page", b"<!doctype html><title>no picture</title>"),
            ("drawing.svg", "SVG", _SVG),
            ("drawing-in-disguise.png", "SVG under another name", _SVG),
            ("script.ps", "PostScript", b"%!PS-Adobe-3.0\nshowpage\n"),
            ("document.pdf", "PDF", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"),
            (
                "bitmap.bmp",
                "BMP, a format that is not on the list",
                save(shapes(20, 15, 72), "BMP"),
            ),
            (
                "bitmap-huge.bmp",
                "BMP that claims 50000 x 50000",
                b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + huge,
            ),
            ("truncated.jpg", "half of a JPEG", jpeg[: len(jpeg) // 2]),
            ("truncated-header.jpg", "20 bytes of a JPEG", jpeg[:20]),
            ("no-end.jpg", "a JPEG without its end marker", jpeg[:-2]),
            (
                "corrupt-scan.jpg",
                "a JPEG with noise in its scan",
                _overwrite(jpeg, len(jpeg) * 2 // 3, 40),
            ),
            ("truncated.png", "half of a PNG", flat[: len(flat) // 2]),
            ("bad-checksum.png", "a PNG whose data checksum is wrong", _break_checksum(flat)),
            (
                "no-data.png",
                "a PNG without data",
                png.SIGNATURE + png.header(9, 9, 8, png.RGB) + png.chunk(b"IEND", b""),
            ),
            ("short-data.png", "a PNG with fewer rows than it claims", _short_png()),
            ("bomb-header.png", "a PNG that claims 50000 x 50000", _bomb(50_000, 50_000, b"")),
            (
                "bomb-14000.png",
                "a PNG of 14000 x 14000 black pixels in few bytes",
                _bomb(14_000, 14_000, None),
            ),
            (
                "zero-width.png",
                "a PNG of width 0",
                png.SIGNATURE + png.header(0, 9, 8, png.RGB) + png.chunk(b"IEND", b""),
            ),
            ("truncated.gif", "half of a GIF", _half(save(shapes(90, 60, 73), "GIF"))),
            ("truncated.webp", "half of a WebP", _half(save(picture, "WEBP"))),
            ("truncated.avif", "half of an AVIF", _half(save(picture, "AVIF", max_threads=1))),
            ("truncated.tif", "half of a TIFF", _half(save(shapes(90, 60, 74), "TIFF"))),
            (
                "endless.tif",
                "a TIFF whose directory points at itself",
                b"II*\0\x08\0\0\0" + struct.pack("<HI", 0, 8),
            ),
            ("two-formats.gif", "a JPEG behind a GIF's first bytes", b"GIF89a" + jpeg),
        )
    ]


_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
    b'<rect width="20" height="20" fill="red"/></svg>\n'
)


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _overwrite(data: bytes, at: int, count: int) -> bytes:
    return data[:at] + bytes((37 * index + 11) % 251 for index in range(count)) + data[at + count :]


def _break_checksum(data: bytes) -> bytes:
    at = data.rindex(b"IEND") - 8  # the last four bytes of the last data chunk
    return data[:at] + bytes(byte ^ 0x5A for byte in data[at : at + 4]) + data[at + 4 :]


def _short_png() -> bytes:
    pixels = np.asarray(shapes(40, 30, 75))
    whole = png.encode(pixels, png.RGB)
    return whole.replace(png.header(40, 30, 8, png.RGB), png.header(40, 300, 8, png.RGB))


def _bomb(width: int, height: int, data: bytes | None) -> bytes:
    """One bit a pixel; None writes all the rows that the header claims."""
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * height, 9) if data is None else data
    return b"".join(
        [
            png.SIGNATURE,
            png.header(width, height, 1, png.GRAY),
            png.chunk(b"IDAT", rows),
            png.chunk(b"IEND", b""),
        ]
    )
