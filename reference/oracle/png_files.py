"""PNG files: depths, palettes, transparency, interlacing and the chunks that should not matter."""

from __future__ import annotations

import struct

import numpy as np
from PIL import Image

from . import png, profiles
from .image_file import Entries, save
from .pictures import gradient, noise, photo, shapes, with_alpha


def encodings() -> Entries:
    picture = shapes(240, 180, 10)
    soft = photo(160, 120, 11)
    yield "png-rgb.png", "8 bits", save(soft, "PNG", optimize=True)
    yield "png-rgba.png", "alpha ramp, colours under it", save(with_alpha(picture), "PNG")
    yield "png-gray.png", "8 bits", save(soft.convert("L"), "PNG")
    yield "png-gray-alpha.png", "8 bits", save(with_alpha(picture).convert("LA"), "PNG")
    yield "png-palette.png", "256 colours", save(soft.quantize(256), "PNG")
    for bits, colours in ((1, 2), (2, 4), (4, 16)):
        yield (
            f"png-palette-{bits}bit.png",
            f"{colours} colours",
            save(picture.quantize(colours), "PNG", bits=bits),
        )
    palette = picture.quantize(16)
    yield (
        "png-palette-one-clear.png",
        "palette, one entry transparent",
        save(palette, "PNG", transparency=3),
    )
    ramp = bytes(255 - 15 * index for index in range(16))
    yield (
        "png-palette-alpha.png",
        "palette with a table of alphas",
        save(palette, "PNG", transparency=ramp),
    )
    yield "png-1bit.png", "black and white", save(picture.convert("1"), "PNG")
    yield "png-noise.png", "noise", save(Image.fromarray(noise(150, 110, 12)), "PNG")
    yield (
        "png-gradient.png",
        "smooth",
        save(Image.fromarray(gradient(333, 251)), "PNG", optimize=True),
    )
    yield (
        "png-animated.png",
        "APNG, the first frame counts",
        save(shapes(90, 70, 13), "PNG", save_all=True, append_images=[shapes(90, 70, 14)]),
    )


def deep() -> Entries:
    deep = np.asarray(shapes(80, 60, 15), dtype=np.uint16) * 257
    deep = deep ^ noise(80, 60, 16).astype(np.uint16) // 4
    ramp = (np.arange(80 * 60, dtype=np.uint32) * 13 % 65536).astype(np.uint16).reshape(60, 80, 1)
    yield (
        "png-gray-16bit.png",
        "16 bits; Pillow clips gray at 255 instead of scaling it",
        png.encode(ramp, png.GRAY),
    )
    yield "png-gray-16bit-dark.png", "16 bits, no value over 255", png.encode(ramp // 257, png.GRAY)
    yield (
        "png-gray-alpha-16bit.png",
        "16 bits",
        png.encode(np.concatenate([ramp, ramp[::-1]], axis=2), png.GRAY_ALPHA),
    )
    yield "png-rgb-16bit.png", "16 bits", png.encode(deep, png.RGB)
    yield (
        "png-rgba-16bit.png",
        "16 bits",
        png.encode(np.concatenate([deep, ramp], axis=2), png.RGB_ALPHA),
    )


def chunks() -> Entries:
    pixels = np.asarray(shapes(121, 93, 17))
    gamma = png.chunk(b"gAMA", struct.pack(">I", 100_000))
    chroma = png.chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 30000, 60000, 64000, 33000, 15000, 6000))
    key = png.chunk(b"tRNS", struct.pack(">3H", *(int(v) for v in pixels[0, 0])))
    gray = np.asarray(shapes(121, 93, 18).convert("L"))[:, :, None]
    gray_key = png.chunk(b"tRNS", struct.pack(">H", int(gray[0, 0, 0])))
    yield "png-interlaced.png", "Adam7", png.encode(pixels, png.RGB, interlaced=True)
    yield (
        "png-interlaced-gray-16bit.png",
        "Adam7, 16 bits; clipped at 255",
        png.encode(gray.astype(np.uint16) * 251, png.GRAY, interlaced=True),
    )
    yield "png-gamma.png", "gAMA 1.0, to be ignored", png.encode(pixels, png.RGB, chunks=[gamma])
    yield (
        "png-chromaticities.png",
        "gAMA and swapped cHRM, to be ignored",
        png.encode(pixels, png.RGB, chunks=[gamma, chroma]),
    )
    yield (
        "png-colour-key.png",
        "RGB with one transparent colour",
        png.encode(pixels, png.RGB, chunks=[key]),
    )
    yield (
        "png-gray-key.png",
        "gray with one transparent level",
        png.encode(gray, png.GRAY, chunks=[gray_key]),
    )
    picture = Image.fromarray(pixels)
    yield (
        "png-icc-swapped.png",
        "iCCP with red and green swapped, to be ignored",
        save(picture, "PNG", icc_profile=profiles.swapped()),
    )
    yield (
        "png-exif-6.png",
        "eXIf orientation 6, to be ignored",
        save(picture, "PNG", exif=profiles.orientation(6)),
    )
