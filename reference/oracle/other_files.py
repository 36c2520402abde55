"""WebP, GIF, TIFF and AVIF files."""

from __future__ import annotations

import struct

from . import profiles
from .image_file import Entries, save
from .pictures import photo, shapes, with_alpha


def webp() -> Entries:
    picture = photo(260, 190, 20)
    clear = with_alpha(shapes(200, 150, 21))
    yield "webp-lossy.webp", "quality 80", save(picture, "WEBP", quality=80)
    yield "webp-lossy-odd.webp", "odd sides", save(photo(131, 97, 22), "WEBP", quality=75)
    yield "webp-lossless.webp", "", save(shapes(200, 150, 23), "WEBP", lossless=True)
    yield "webp-alpha-lossy.webp", "alpha ramp", save(clear, "WEBP", quality=80)
    yield (
        "webp-alpha-lossless.webp",
        "alpha ramp, colours kept under it",
        save(clear, "WEBP", lossless=True, exact=True),
    )
    yield (
        "webp-exif-6.webp",
        "EXIF orientation 6, to be ignored",
        save(picture, "WEBP", quality=70, exif=profiles.orientation(6)),
    )
    yield (
        "webp-icc-swapped.webp",
        "ICC with red and green swapped, to be ignored",
        save(picture, "WEBP", quality=70, icc_profile=profiles.swapped()),
    )
    yield (
        "webp-animated.webp",
        "the first of three frames counts",
        save(
            shapes(120, 80, 24),
            "WEBP",
            save_all=True,
            append_images=[shapes(120, 80, 25), shapes(120, 80, 26)],
            duration=100,
            lossless=True,
        ),
    )


def gif() -> Entries:
    picture = shapes(150, 110, 30)
    small = shapes(70, 50, 31)
    whole = save(small, "GIF")
    yield "gif-static.gif", "interlaced", save(picture, "GIF")
    yield "gif-plain.gif", "not interlaced", save(picture, "GIF", interlace=0)
    yield "gif-gray.gif", "gray palette", save(photo(90, 70, 32).convert("L"), "GIF")
    yield (
        "gif-transparent.gif",
        "one transparent entry",
        save(picture.quantize(16), "GIF", transparency=2),
    )
    yield (
        "gif-animated.gif",
        "the first of three frames counts",
        save(
            shapes(90, 60, 33),
            "GIF",
            save_all=True,
            append_images=[shapes(90, 60, 34), shapes(90, 60, 35)],
            duration=80,
            loop=0,
        ),
    )
    yield (
        "gif-larger-canvas.gif",
        "a frame of 70 x 50 on a canvas of 100 x 80",
        whole[:6] + struct.pack("<HH", 100, 80) + whole[10:],
    )


def tiff() -> Entries:
    picture = shapes(140, 100, 40)
    yield "tiff-rgb.tif", "uncompressed", save(shapes(80, 60, 41), "TIFF")
    yield "tiff-lzw.tif", "LZW", save(picture, "TIFF", compression="tiff_lzw")
    yield (
        "tiff-deflate-predictor.tif",
        "deflate, horizontal differencing",
        save(photo(100, 70, 42), "TIFF", compression="tiff_adobe_deflate", tiffinfo={317: 2}),
    )
    yield "tiff-gray.tif", "LZW", save(picture.convert("L"), "TIFF", compression="tiff_lzw")
    yield (
        "tiff-cmyk.tif",
        "LZW, four inks",
        save(picture.convert("CMYK"), "TIFF", compression="tiff_lzw"),
    )
    yield (
        "tiff-rgba.tif",
        "LZW, alpha ramp",
        save(with_alpha(picture), "TIFF", compression="tiff_lzw"),
    )
    yield "tiff-palette.tif", "palette", save(picture.quantize(32), "TIFF", compression="tiff_lzw")
    yield "tiff-1bit.tif", "group 4", save(picture.convert("1"), "TIFF", compression="group4")
    yield "tiff-jpeg.tif", "JPEG inside", save(photo(160, 120, 43), "TIFF", compression="jpeg")
    yield (
        "tiff-orientation-6.tif",
        "orientation 6, which Pillow applies to TIFF alone",
        save(picture, "TIFF", compression="tiff_lzw", tiffinfo={274: 6}),
    )
    yield (
        "tiff-two-pages.tif",
        "the first page counts",
        save(
            picture,
            "TIFF",
            compression="tiff_lzw",
            save_all=True,
            append_images=[shapes(140, 100, 44)],
        ),
    )


def avif() -> Entries:
    picture = photo(200, 150, 50)
    options = {"max_threads": 1, "speed": 6}
    yield (
        "avif-420.avif",
        "4:2:0",
        save(picture, "AVIF", quality=70, subsampling="4:2:0", **options),
    )
    yield (
        "avif-444.avif",
        "4:4:4",
        save(picture, "AVIF", quality=85, subsampling="4:4:4", **options),
    )
    yield (
        "avif-odd.avif",
        "4:2:0, odd sides",
        save(photo(129, 95, 51), "AVIF", quality=70, **options),
    )
    yield (
        "avif-alpha.avif",
        "alpha ramp",
        save(with_alpha(shapes(120, 90, 52)), "AVIF", quality=80, **options),
    )
    yield (
        "avif-orientation-6.avif",
        "rotation in the container, which Pillow does not apply",
        save(picture, "AVIF", quality=70, exif=profiles.orientation(6), **options),
    )
