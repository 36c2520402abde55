"""Builds the demonstration tokenizer: Gemma's pipeline, as SigLIP 2 publishes it, over few pieces.

    python -m reference.demo.tokenizer

The pieces are learned from ordinary sentences alone. Code words are therefore unknown words, spelled in
several pieces, and the model has to read them.
"""

from __future__ import annotations

import json

import numpy as np
from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import GemmaTokenizerFast

from .files import CHECKPOINT, read_json, write_json
from .posts import SEED
from .sentences import ordinary_text

SPACE = "▁"
SPECIAL = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>")
VOCABULARY = 4096
_CORPUS_TEXTS = 30_000

# What may merge: a word with the space before it, a run of signs, a single digit; never two words.
_WORD = Regex(rf"{SPACE}?\p{{L}}+|{SPACE}?[^\p{{L}}\p{{N}}{SPACE}]+|\p{{N}}|{SPACE}")


def build() -> GemmaTokenizerFast:
    """The tokenizer as transformers loads it: no begin token, one end token, padding on the right."""
    vocabulary, merges = _learned()
    tokenizer = Tokenizer(
        models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    tokenizer.normalizer = normalizers.Replace(" ", SPACE)
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <eos>",
        pair="$A <eos> $B:1 <eos>:1",
        special_tokens=[("<eos>", vocabulary["<eos>"])],
    )
    tokenizer.add_special_tokens(list(SPECIAL))
    return GemmaTokenizerFast(
        tokenizer_object=tokenizer,
        add_bos_token=False,
        add_eos_token=True,
        mask_token="<mask>",
        padding_side="right",
        model_input_names=["input_ids"],
        do_lower_case=True,  # published so; transformers 4 does not read it
    )


def save() -> None:
    """Writes tokenizer.json, tokenizer_config.json and special_tokens_map.json to the checkpoint."""
    build().save_pretrained(CHECKPOINT)
    path = CHECKPOINT / "tokenizer_config.json"
    write_json(path, {**read_json(path), "tokenizer_class": "GemmaTokenizer"})


def _learned() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Piece ids (specials, bytes, characters, merged pieces) and merges in order of rank."""
    rng = np.random.default_rng([SEED, len("tokenizer")])
    texts = [ordinary_text(rng) for _ in range(_CORPUS_TEXTS)]
    fixed = [*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256))]
    learner = Tokenizer(models.BPE())
    learner.normalizer = normalizers.Replace(" ", SPACE)
    learner.pre_tokenizer = pre_tokenizers.Split(_WORD, "isolated")
    learner.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=VOCABULARY - len(fixed),
            initial_alphabet=[SPACE, "\n", "\t", *map(chr, range(33, 127))],
            limit_alphabet=150,
            show_progress=False,
        ),
    )
    learned = learner.get_vocab()
    pieces = [*fixed, *sorted(learned, key=learned.__getitem__)]
    merges = json.loads(learner.to_str())["model"]["merges"]
    return {piece: index for index, piece in enumerate(pieces)}, [(left, right) for left, right in merges]


if __name__ == "__main__":
    save()
