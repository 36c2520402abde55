"""A small tokenizer with CLIP's exact pipeline; only the vocabulary is small, and trained here.

The pipeline is what transformers' converter makes of the published vocabulary and merges.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from tokenizers import AddedToken, Tokenizer
from transformers import CLIPTokenizerFast
from transformers.convert_slow_tokenizer import CLIPConverter
from transformers.models.clip.tokenization_clip import bytes_to_unicode

from .bpe import train_merges
from .corpus import training_text

BEGIN, END = "<|startoftext|>", "<|endoftext|>"
MAX_LENGTH = 77
_WORD_END = "</w>"
_MERGES = 1000


def build() -> CLIPTokenizerFast:
    """The tokenizer as transformers loads it.

    As published, text that looks like the begin token is matched after lowercasing, text that looks
    like the end token before.
    """
    vocabulary, merges = _vocabulary()
    return CLIPTokenizerFast(
        tokenizer_object=_convert(vocabulary, merges),
        bos_token=AddedToken(BEGIN, normalized=True, special=True),
        eos_token=AddedToken(END, normalized=False, special=True),
        unk_token=AddedToken(END, normalized=False, special=True),
        pad_token=AddedToken(END, normalized=False, special=True),
        model_max_length=MAX_LENGTH,
        do_lower_case=True,
        add_prefix_space=False,
        errors="replace",
    )


def save(tokenizer: CLIPTokenizerFast, folder: Path) -> None:
    """Writes the files as published, without vocab.json and merges.txt, which only repeat it."""
    tokenizer.save_pretrained(folder)
    for name in ("vocab.json", "merges.txt"):
        (folder / name).unlink(missing_ok=True)


def _convert(vocabulary: dict[str, int], merges: list[tuple[str, str]]) -> Tokenizer:
    """Runs transformers' converter on the fields it reads of a slow CLIP tokenizer."""
    slow = SimpleNamespace(
        encoder=vocabulary,
        bpe_ranks={merge: rank for rank, merge in enumerate(merges)},
        unk_token=END,
        bos_token=BEGIN,
        bos_token_id=vocabulary[BEGIN],
        eos_token=END,
        eos_token_id=vocabulary[END],
    )
    return CLIPConverter(slow).converted()


def _vocabulary() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Pieces in the published order: bytes, word-final bytes, merges, begin, end."""
    merges = _trained_merges()
    letters = list(bytes_to_unicode().values())
    pieces = [
        *letters,
        *(letter + _WORD_END for letter in letters),
        *(left + right for left, right in merges),
        BEGIN,
        END,
    ]
    return {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}, merges


def _trained_merges() -> list[tuple[str, str]]:
    pipeline = _convert({BEGIN: 0, END: 1}, [])
    words = (
        word
        for line in training_text()
        for word, _ in pipeline.pre_tokenizer.pre_tokenize_str(pipeline.normalizer.normalize_str(line))
    )
    return train_merges(([*word[:-1], word[-1] + _WORD_END] for word in words), _MERGES)
