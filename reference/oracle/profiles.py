"""ICC profiles and EXIF blocks, without time stamps."""

from __future__ import annotations

from PIL import Image, ImageCms

_DATE, _ID = slice(24, 36), slice(84, 100)
_ORIENTATION = 0x0112


def srgb() -> bytes:
    """LittleCMS's sRGB profile, its creation date and checksum blanked."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_DATE] = bytes(12)
    profile[_ID] = bytes(16)
    return bytes(profile)


def swapped() -> bytes:
    """sRGB with the red and green primaries exchanged: whoever applies it cannot fail to be seen."""
    profile = srgb()
    return profile.replace(b"rXYZ", b"tmp\0", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tmp\0", b"gXYZ", 1)


def orientation(value: int) -> bytes:
    """An EXIF block that says how the camera was held; 1 is upright."""
    exif = Image.Exif()
    exif[_ORIENTATION] = value
    return exif.tobytes()
