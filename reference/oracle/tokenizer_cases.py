"""Writes test/fixtures/tokenizers: two small tokenizers and what they make of hostile texts."""

from __future__ import annotations

import functools
from pathlib import Path

from tokenizers import Tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from . import clip_tokenizer, gemma_tokenizer
from .files import FIXTURES, write_rows
from .strings import hostile_strings

TOKENIZERS = FIXTURES / "tokenizers"


_BUILDERS = {
    "gemma-small": (gemma_tokenizer.save, gemma_tokenizer.build),
    "gemma-mini": (gemma_tokenizer.save, lambda: gemma_tokenizer.build(merges=300)),
    "clip-small": (clip_tokenizer.save, clip_tokenizer.build),
}


@functools.cache
def _built(name: str) -> PreTrainedTokenizerFast:
    return _BUILDERS[name][1]()


def save_tokenizer(name: str, folder: Path) -> None:
    """Writes the three tokenizer files of a checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    _BUILDERS[name][0](_built(name), folder)


def write_tokenizers() -> None:
    limits = {"gemma-small": gemma_tokenizer.MAX_LENGTH, "clip-small": clip_tokenizer.MAX_LENGTH}
    for name, max_length in limits.items():
        folder = TOKENIZERS / name
        save_tokenizer(name, folder)
        _write_cases(name, folder, max_length)


def _write_cases(name: str, folder: Path, max_length: int) -> None:
    """Encodes through transformers, loaded from the files as the original loads them."""
    tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True)
    plain = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rows = []
    for case, text in hostile_strings():
        row = _encode(tokenizer, text, max_length)
        # The library behind transformers, fed with tokenizer.json alone, must agree.
        assert plain.encode(text).ids == row["ids"], f"{name}: {case} differs without transformers"
        rows.append({"name": case, "text": text, "text_present": bool(text.strip()), **row})
    head = {"tokenizer": name, "max_length": max_length, "pad_id": tokenizer.pad_token_id}
    write_rows(folder / "cases.json", head, "cases", rows)


def _encode(tokenizer: PreTrainedTokenizerFast, text: str, max_length: int) -> dict:
    padded = tokenizer(
        text,
        padding="max_length",
        truncation=True,
        max_length=max_length,
        return_attention_mask=True,
    )
    return {
        "ids": tokenizer(text, verbose=False)["input_ids"],
        "input_ids": padded["input_ids"],
        "attention_mask": padded["attention_mask"],
    }
