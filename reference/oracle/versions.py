"""Writes test/fixtures/versions.json: what the fixtures were made with."""

from __future__ import annotations

import importlib.metadata
import platform
import zlib

from PIL import features

from .files import FIXTURES, write_json

_PACKAGES = (
    "numpy",
    "pillow",
    "safetensors",
    "scikit-learn",
    "scipy",
    "tokenizers",
    "torch",
    "torchvision",
    "transformers",
)
_CODECS = ("avif", "libjpeg_turbo", "libtiff", "webp", "zlib_ng", "littlecms2")


def write_versions() -> None:
    """Packages as required by requirements.txt, and the codecs inside Pillow."""
    packages = {name: importlib.metadata.version(name) for name in _PACKAGES}
    codecs = {name: features.version(name) for name in _CODECS}
    write_json(
        FIXTURES / "versions.json",
        {
            "python": platform.python_version(),
            "packages": packages,
            "pillow_codecs": codecs,
            "zlib": zlib.ZLIB_RUNTIME_VERSION,
        },
    )
