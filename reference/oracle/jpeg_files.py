"""JPEG files: subsampling, scans, colour models and the segments that should not matter."""

from __future__ import annotations

from PIL import Image

from . import jpeg, profiles
from .image_file import Entries, save
from .pictures import gradient, noise, photo, shapes


def encodings() -> Entries:
    picture = photo(320, 240, 1)
    for name, options in {
        "420": {"subsampling": "4:2:0"},
        "422": {"subsampling": "4:2:2"},
        "444": {"subsampling": "4:4:4"},
        "progressive": {"progressive": True},
        "progressive-444": {"progressive": True, "subsampling": "4:4:4"},
        "quality-1": {"quality": 1},
        "quality-100": {"quality": 100},
        "restart-blocks": {"restart_marker_blocks": 7},
        "restart-rows": {"restart_marker_rows": 1, "subsampling": "4:2:2"},
        "optimized": {"optimize": True, "quality": 60},
        "rgb": {"keep_rgb": True},
    }.items():
        yield (
            f"jpeg-{name}.jpg",
            f"{options}".strip("{}").replace("'", ""),
            save(picture, "JPEG", **options),
        )
    yield "jpeg-gray.jpg", "one component", save(picture.convert("L"), "JPEG")
    odd = photo(317, 211, 2)
    yield "jpeg-odd-420.jpg", "sides no multiple of a block", save(odd, "JPEG", subsampling="4:2:0")
    yield "jpeg-odd-422.jpg", "sides no multiple of a block", save(odd, "JPEG", subsampling="4:2:2")
    yield (
        "jpeg-444-photo.jpg",
        "larger, quality 92",
        save(photo(640, 427, 3), "JPEG", quality=92, subsampling="4:4:4"),
    )
    yield (
        "jpeg-noise.jpg",
        "noise, 4:2:0",
        save(Image.fromarray(noise(97, 131, 4)), "JPEG", quality=70),
    )
    yield (
        "jpeg-gradient.jpg",
        "smooth",
        save(Image.fromarray(gradient(400, 300)), "JPEG", quality=85),
    )
    yield (
        "jpeg-multi-picture.jpg",
        "MPO: two pictures, the first counts",
        save(picture, "MPO", save_all=True, append_images=[shapes(320, 240, 5)]),
    )


def markers() -> Entries:
    picture = photo(300, 200, 6)
    for value in (2, 3, 6, 8):
        yield (
            f"jpeg-exif-{value}.jpg",
            f"EXIF orientation {value}, to be ignored",
            save(picture, "JPEG", exif=profiles.orientation(value)),
        )
    yield (
        "jpeg-icc-srgb.jpg",
        "ICC profile sRGB",
        save(picture, "JPEG", icc_profile=profiles.srgb()),
    )
    yield (
        "jpeg-icc-swapped.jpg",
        "ICC profile with red and green swapped, to be ignored",
        save(picture, "JPEG", icc_profile=profiles.swapped()),
    )
    inks = picture.convert("CMYK")
    adobe = save(inks, "JPEG", quality=85)
    yield "jpeg-cmyk.jpg", "four components with Adobe's marker, so stored inverted", adobe
    yield (
        "jpeg-cmyk-plain.jpg",
        "the same scan without Adobe's marker; Pillow inverts all the same",
        jpeg.without_adobe(adobe),
    )
    yield "jpeg-ycck.jpg", "the same scan declared YCCK", jpeg.with_adobe_transform(adobe, 2)
    plain = save(picture, "JPEG")
    yield "jpeg-no-jfif.jpg", "no APP0 segment", jpeg.without_segment(plain, 0xE0)
    yield (
        "jpeg-comment.jpg",
        "a comment, and bytes after the end",
        save(picture, "JPEG", comment=b"made by a script") + bytes(64),
    )
