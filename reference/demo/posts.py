"""One synthetic post: a text, an image file or both, and the labels that the rules give it.

A post depends on the seed, the split and its index alone, so that splits can be made in any order
and at any size.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from PIL import Image

from .rules import (
    BY_IMAGE,
    BY_TEXT,
    CODE_SIGNS,
    CODE_WORDS,
    HUES,
    PAIRED_SIGNS,
    PAIRED_WORDS,
    SHAPES,
    Sign,
    labels_of,
)
from .scenery import photograph_like
from .sentences import carrier_text, invented_word, near_miss, ordinary_text, pick, with_word
from .signs import draw_sign

SEED = 20260
SPLIT_SIZES = {"train": 16000, "val": 2000, "test": 2000}

_PNG_MAGIC = b"\x89PNG"


@dataclass(frozen=True)
class Post:
    """A labelled post. `text` is "" and `image` (an encoded file) None where the post has none."""

    id: str
    kind: str
    text: str
    image: bytes | None
    labels: tuple[str, ...]

    @property
    def image_name(self) -> str:
        """File name for the image, with the extension of its format; "" without an image."""
        if self.image is None:
            return ""
        return self.id + (".png" if self.image.startswith(_PNG_MAGIC) else ".jpg")


@dataclass(frozen=True)
class _Plan:
    """What a post shows: made-up words, one sign at most, and which modalities exist."""

    words: tuple[str, ...] = ()
    sign: Sign | None = None
    has_text: bool = True
    has_image: bool = True


def make_post(split: str, index: int, seed: int = SEED) -> Post:
    """The post with this number (from 0) of a split."""
    rng = np.random.default_rng([seed, list(SPLIT_SIZES).index(split), index])
    kind = str(rng.choice(list(_KINDS), p=_SHARES))
    plan = _KINDS[kind](rng)
    text = _text(rng, plan) if plan.has_text else ""
    image = _encoded(rng, _picture(rng, plan.sign)) if plan.has_image else None
    return Post(f"{split}-{index:05d}", kind, text, image, labels_of(plan.words, plan.sign))


def make_split(split: str, size: int | None = None, seed: int = SEED) -> Iterator[Post]:
    """The posts of a split in order; the first `size` of them if given."""
    for index in range(SPLIT_SIZES[split] if size is None else size):
        yield make_post(split, index, seed)


def _text_coded(rng: Generator) -> _Plan:
    word = pick(rng, tuple(BY_TEXT))
    return _beside(rng, _Plan(words=(word,), has_image=rng.random() < 0.6))


def _image_coded(rng: Generator) -> _Plan:
    sign = list(BY_IMAGE)[int(rng.integers(len(BY_IMAGE)))]
    return _beside(rng, _Plan(sign=sign, has_text=rng.random() < 0.65))


def _both_coded(rng: Generator) -> _Plan:
    pair = int(rng.integers(len(PAIRED_WORDS)))
    return _Plan(words=(PAIRED_WORDS[pair],), sign=PAIRED_SIGNS[pair])


def _half_word(rng: Generator) -> _Plan:
    """A paired word without its sign: alone, on a neutral image, or with a sign that is not its own."""
    pair = int(rng.integers(len(PAIRED_WORDS)))
    plan = _Plan(words=(PAIRED_WORDS[pair],), has_image=rng.random() < 0.75)
    if not plan.has_image or rng.random() < 0.3:
        return plan
    if rng.random() < 0.35:
        return _Plan(words=plan.words, sign=PAIRED_SIGNS[1 - pair])
    return _Plan(words=plan.words, sign=_harmless_sign(rng))


def _half_sign(rng: Generator) -> _Plan:
    """A paired sign without its word: alone, with a neutral text, or with a word that is not its own."""
    pair = int(rng.integers(len(PAIRED_SIGNS)))
    sign = PAIRED_SIGNS[pair]
    if rng.random() < 0.25:
        return _Plan(sign=sign, has_text=False)
    if rng.random() < 0.35:
        return _Plan(words=(_harmless_word(rng),), sign=sign)
    return _Plan(sign=sign)


def _decoy(rng: Generator) -> _Plan:
    """Words and signs that resemble the coded ones and mean nothing."""
    shown = rng.choice(3, p=(0.25, 0.35, 0.40))  # a word, a sign, or both
    words = (_harmless_word(rng),) if shown != 1 else ()
    sign = _harmless_sign(rng) if shown != 0 else None
    if shown == 2:
        return _Plan(words=words, sign=sign)
    lone = rng.random() < 0.4
    return _Plan(words, sign, has_text=not (lone and shown == 1), has_image=not (lone and shown == 0))


def _neutral(rng: Generator) -> _Plan:
    shown = rng.random()
    return _Plan(has_text=shown >= 0.25, has_image=shown < 0.25 or shown >= 0.5)


def _double(rng: Generator) -> _Plan:
    """Two coded parts at once; the labels add up."""
    words = (pick(rng, tuple(BY_TEXT)), pick(rng, CODE_WORDS))
    sign = CODE_SIGNS[int(rng.integers(len(CODE_SIGNS)))]
    return _Plan(words=words[: int(rng.integers(1, 3))], sign=sign)


_KINDS: dict[str, Callable[[Generator], _Plan]] = {
    "text": _text_coded,
    "image": _image_coded,
    "both": _both_coded,
    "half-word": _half_word,
    "half-sign": _half_sign,
    "decoy": _decoy,
    "neutral": _neutral,
    "double": _double,
}
_SHARES = (0.14, 0.14, 0.14, 0.09, 0.08, 0.21, 0.17, 0.03)


def _beside(rng: Generator, plan: _Plan) -> _Plan:
    """The plan with, at times, a harmless word or sign in the modality that decides nothing."""
    if not plan.words and plan.has_text and rng.random() < 0.2:
        return _Plan((_harmless_word(rng),), plan.sign, plan.has_text, plan.has_image)
    if plan.sign is None and plan.has_image and rng.random() < 0.4:
        sign = _harmless_sign(rng) if rng.random() < 0.7 else PAIRED_SIGNS[int(rng.integers(2))]
        return _Plan(plan.words, sign, plan.has_text, plan.has_image)
    return plan


def _harmless_word(rng: Generator) -> str:
    return near_miss(rng, pick(rng, CODE_WORDS)) if rng.random() < 0.5 else invented_word(rng)


def _harmless_sign(rng: Generator) -> Sign:
    """Any sign without a meaning; most share the shape or the colour of one that has a meaning."""
    while True:
        sign = Sign(pick(rng, SHAPES), pick(rng, tuple(HUES)))
        near = any(sign.shape == code.shape or sign.colour == code.colour for code in CODE_SIGNS)
        if sign not in CODE_SIGNS and (near or rng.random() < 0.5):
            return sign


def _text(rng: Generator, plan: _Plan) -> str:
    coded = plan.words or labels_of(plan.words, plan.sign)
    text = carrier_text(rng) if coded else ordinary_text(rng)
    if plan.words and rng.random() < 0.05:
        text = ""  # the made-up word is the whole text
    for word in plan.words:
        text = with_word(rng, text, word)
    return text


def _picture(rng: Generator, sign: Sign | None) -> Image.Image:
    short = int(rng.integers(52, 140)) if rng.random() < 0.9 else int(rng.integers(140, 321))
    long = int(short * (1 + 0.8 * rng.random() ** 2))
    width, height = (short, long) if rng.random() < 0.5 else (long, short)
    image = photograph_like(rng, width, height)
    return image if sign is None else draw_sign(rng, image, sign)


def _encoded(rng: Generator, image: Image.Image) -> bytes:
    file = io.BytesIO()
    if rng.random() < 0.15:
        image.save(file, "PNG", optimize=True)
    else:
        image.save(file, "JPEG", quality=int(rng.integers(60, 96)), progressive=bool(rng.random() < 0.2))
    return file.getvalue()
