"""A small tokenizer with Gemma's exact pipeline, as SigLIP 2 checkpoints publish it.

Pipeline and merge table are made as transformers' own converter makes them from a SentencePiece
model; only the vocabulary is small, and trained here.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import GemmaTokenizerFast
from transformers.convert_slow_tokenizer import generate_merges

from .bpe import train_merges
from .corpus import training_text
from .files import write_json

SPACE = "▁"
SPECIAL = ("<pad>", "<eos>", "<bos>", "<unk>")
_TABLE = ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
_BLOCK = ("h1", "h2", "h3", "h4", "h5", "h6", "blockquote")
_INLINE = ("strong", "em", "b", "i", "u", "s", "sub", "sup", "code")
_LONGEST_RUN = 31
_MERGES = 3300
MAX_LENGTH = 64


def added_tokens() -> list[str]:
    """The contents of ids 0 to 216 of the published vocabulary, in order."""
    tags = [
        f"<{slash}{name}>" for group in (_TABLE, _BLOCK, _INLINE) for slash in ("", "/") for name in group
    ]
    return [
        *SPECIAL,
        "<mask>",
        "<2mass>",
        "[@BOS@]",
        *(f"<unused{n}>" for n in range(99)),
        "<start_of_turn>",
        "<end_of_turn>",
        *("\n" * n for n in range(1, _LONGEST_RUN + 1)),
        *(SPACE * n for n in range(2, _LONGEST_RUN + 1)),
        *tags,
    ]


def build(text: Iterable[str] | None = None, merges: int = _MERGES) -> GemmaTokenizerFast:
    """The tokenizer as transformers loads it: no begin token, one end token, padded on the right.

    `text` is what the vocabulary is learned from, by default the corpus of the fixtures.
    """
    return GemmaTokenizerFast(
        tokenizer_object=_backend(training_text() if text is None else text, merges),
        add_bos_token=False,
        add_eos_token=True,
        padding_side="right",
        model_input_names=["input_ids"],
        do_lower_case=True,  # published so; transformers 4 does not read it
        additional_special_tokens=["<start_of_turn>", "<end_of_turn>"],
    )


def save(tokenizer: GemmaTokenizerFast, folder: Path) -> None:
    """Writes the files as published, under the class name that is published."""
    tokenizer.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, {**config, "tokenizer_class": "GemmaTokenizer"})


def _backend(text: Iterable[str], merges: int) -> Tokenizer:
    vocabulary, scores = _vocabulary(text, merges)
    tokenizer = Tokenizer(
        models.BPE(
            vocab=vocabulary,
            merges=generate_merges(vocabulary, scores),
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    tokenizer.normalizer = normalizers.Replace(" ", SPACE)
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    special = {*SPECIAL, "<start_of_turn>", "<end_of_turn>"}
    tokenizer.add_tokens(
        [AddedToken(content, normalized=False, special=content in special) for content in added_tokens()]
    )
    return tokenizer


def _vocabulary(text: Iterable[str], merges: int) -> tuple[dict[str, int], dict[str, float]]:
    """Pieces with their ids, and with their scores as in a SentencePiece model.

    Added and byte pieces score 0, the others fall with their rank. Longer pieces come first, single
    characters last, as published.
    """
    fixed = [*added_tokens(), *(f"<0x{byte:02X}>" for byte in range(256))]
    words = [word for line in text for word in _words(line)]
    merged = [left + right for left, right in train_merges(words, merges)]
    characters = sorted({*"\t", *map(chr, range(33, 127)), *itertools.chain(*words)})
    pieces = list(dict.fromkeys([*fixed, *merged, *characters]))
    ids = {piece: index for index, piece in enumerate(pieces)}
    scores = {piece: float(-max(0, index - len(fixed) + 1)) for piece, index in ids.items()}
    return ids, scores


def _words(line: str) -> Iterator[str]:
    """What SentencePiece lets merge: runs of letters or of signs, single digits, a space in front."""

    def kind(character: str) -> str:
        category = unicodedata.category(character)
        return "L" if category[0] in "LM" else category[0]

    for part in re.findall(r" ?[^ ]+| ", line):
        runs = ["".join(run) for _, run in itertools.groupby(part.lstrip(" "), kind)]
        if part.startswith(" "):
            yield SPACE + (runs.pop(0) if runs and not runs[0].isdigit() else "")
        for run in runs:
            yield from run if run.isdigit() else [run]
