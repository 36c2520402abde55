"""The inputs that every small checkpoint is run on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from original.handler import Handler, Inputs, Item
from original.transform import decode, to_pixels

from .files import FIXTURES
from .model_specs import ModelSpec

IMAGES = FIXTURES / "images"

TEXTS = (
    "How are you doing?",
    "The harbour was quiet and the boats were tied up for the night.",
    "Le jardin est calme ce matin et les oiseaux chantent près de la fenêtre.",
    "Сегодня утром мы пошли на рынок",
    "今日は天気がいいので、公園を散歩しましょう。",
    "So happy today 😀😀 what a view 🌅🌊 ❤️",
    "<pad> <eos> pads and <pad><pad> ends in the middle <eos> of it <|endoftext|> here",
    "a  b\n\n\n<b>c</b>\t▁▁d",
    "SHOUTING ΟΔΥΣΣΕΥΣ İ",
    "x",
    "Numbers like 3.14159, 2.71828 and 1,000,000 appear in the report, and then it goes on and on. " * 3,
)
# Python strips \x1f and \x85 but neither \u200b nor \ufeff; JavaScript sees it otherwise.
BLANK_TEXTS = ("", " ", " \t\n", "\x1f\x85", "\u200b", "\ufeff")
PICTURES = (
    "jpeg-420.jpg",
    "jpeg-444-photo.jpg",
    "jpeg-cmyk.jpg",
    "png-rgba.png",
    "png-palette.png",
    "size-500x333.png",
    "size-1x1.png",
    "webp-lossy.webp",
    "gif-animated.gif",
)


@dataclass(frozen=True)
class Case:
    """Metadata as in cases.json, and the tensors of one row."""

    meta: dict
    inputs: Inputs  # a batch of one
    pixels: np.ndarray  # uint8 [S, S, 3]


def build_cases(spec: ModelSpec, handler: Handler) -> list[Case]:
    pairs: list[tuple[str | None, str | None]] = [
        *((text, None) for text in TEXTS),
        *((None, picture) for picture in PICTURES),
        *((TEXTS[i % len(TEXTS)], PICTURES[i % len(PICTURES)]) for i in range(14)),
        *((text, PICTURES[i]) for i, text in enumerate(BLANK_TEXTS)),
        *((text, None) for text in BLANK_TEXTS),
        (None, None),
    ]
    wanted = pairs if spec.every_instance else pairs[::4]
    instances = [_instance(handler, index, *pair) for index, pair in enumerate(wanted)]
    return [*(_tokens(spec, handler, length) for length in spec.lengths), *instances]


def _instance(handler: Handler, index: int, text: str | None, picture: str | None) -> Case:
    image = None if picture is None else decode((IMAGES / picture).read_bytes())
    inputs = handler.prepare([Item(text, image)])
    meta = {"id": f"instance-{index:02}", "kind": "instance", "text": text, "image": picture}
    return Case(_count(meta, inputs), inputs, _pixels(handler, image))


def _tokens(spec: ModelSpec, handler: Handler, length: int) -> Case:
    """`length` real tokens; the inner ones are random and never pad, begin or end."""
    limit, end = handler.max_text_length, handler.tokenizer.eos_token_id
    digest = hashlib.sha256(f"{spec.seed}/{length}".encode()).digest()
    rng = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))
    begin = [handler.tokenizer.bos_token_id] if spec.is_clip else []
    inner = length - len(begin) - 1
    low, high = (0, end - 1) if spec.is_clip else (4, spec.config["text_config"]["vocab_size"])
    ids = [*begin, *(int(i) for i in rng.integers(low, high, inner)), end]
    padding = limit - length
    inputs = Inputs(
        torch.tensor([ids + [handler.tokenizer.pad_token_id] * padding]),
        torch.tensor([[1] * length + [0] * padding]),
        handler.transform.absent().unsqueeze(0),
        torch.ones(1),
        torch.zeros(1),
    )
    meta = {"id": f"tokens-{length:02}", "kind": "token_ids", "text": None, "image": None}
    return Case(_count(meta, inputs), inputs, _pixels(handler, None))


def _count(meta: dict, inputs: Inputs) -> dict:
    return {**meta, "tokens": int(inputs.attention_mask.sum())}


def _pixels(handler: Handler, image: Image.Image | None) -> np.ndarray:
    if image is None:
        return np.zeros((handler.transform.height, handler.transform.width, 3), np.uint8)
    return to_pixels(handler.transform.resize_and_crop(image))
