"""Writes models/demo/README.md from the figures that training stored."""

from __future__ import annotations

from string import Template
from typing import Any

from .files import CHECKPOINT, read_json
from .rules import BY_BOTH, BY_IMAGE, BY_TEXT

CARD = Template("""\
# The demonstration checkpoint

A small classifier with the architecture and the file layout of the published multimodal hate-speech
classifiers: a SigLIP dual encoder, gated late fusion, five labels. It shows that the whole path works, from
checkpoint to answer, on any laptop and in seconds.

**It must never moderate real posts.** It was trained on made-up words and drawn signs and knows nothing about
hate speech. The names of its labels are those of the published classifier; the meanings are invented.
Real hate speech passes it as harmless, and what it flags is not hateful.

## What it has learned

| Label | Earned by |
|---|---|
$rules

Text and image count together for the last two rows: the word alone, the sign alone, the word with another sign
and the sign with another word are all harmless. So are misspelled words, other colours of the same shape,
other shapes of the same colour, and everything else: ordinary sentences, photographs, drawings.

## Examples

$examples

The list is in `examples.json`, the images are in `examples/`.

## Data

$sizes posts, synthetic and seeded. Texts come from sentence templates with the
noise of real posts (capitals, hashtags, links, emoji, a few other languages); images are drawn scenes (landscapes,
textures, blobs, buildings, pages) of 52 to 576 pixels, JPEG and PNG, a part of them with a drawn sign. One post
in six is neutral; others are decoys made so that neither modality alone tells the answer. Posts have a text
only, an image only, or both.

`python -m reference.demo.generate --split test --out DIR` writes a split as CSV and image files.

## Training

Binary cross-entropy, AdamW, cosine schedule with warm-up, the published augmentation, $epochs epochs from random
weights; the epoch with the best validation ROC-AUC; one threshold per class by F1 on the validation split, from
0.05 to 0.95 in 19 steps. `python -m reference.demo.train` repeats it ($minutes minutes on two shared cores);
`training.json` records seeds, hyperparameters and versions.

$parameters parameters in float32: towers of width $width ($text_layers text layers, $image_layers image layers),
images of $pixels pixels in patches of $patch, $positions text positions, $pieces pieces in the vocabulary.

## Figures on its test split

| | F1 | precision | recall | positives |
|---|---|---|---|---|
$report

At the thresholds of `inference_config.json`. At 0.5, as in `test_metrics.json`: macro F1 $f1_macro, micro F1
$f1_micro; macro ROC-AUC $roc_macro, loss $loss. `python -m reference.demo.evaluate` reproduces them.

## Limits

It tells colours better than shapes: on the test split it wrongly flags most lime signs that are no hourglass
(57 of 77) and most magenta signs that are no arrow (34 of 53), which is where its errors lie. Ordinary
photographs and sentences pass, but technical prose that looks little like its training texts is flagged at times.
It reads code words in the first part of a text and signs that span at least two fifths of the image's
shorter edge, near the middle. Unusual images that hold large flat areas in a sign's colour may be flagged by mistake.
""")


def write_model_card() -> None:
    """Writes the card; all of the checkpoint's other files must exist."""
    config, training = (
        read_json(CHECKPOINT / "config.json"),
        read_json(CHECKPOINT / "training.json"),
    )
    metrics = read_json(CHECKPOINT / "test_metrics.json")
    vision, text = config["vision_config"], config["text_config"]
    card = CARD.substitute(
        rules="\n".join(_rules()),
        examples=_examples(),
        sizes=", ".join(f"{split['posts']:,} {name}" for name, split in training["splits"].items()),
        epochs=training["recipe"]["epochs"],
        minutes=round(training["training_seconds"] / 60),
        parameters=f"{training['parameters']:,}",
        width=text["hidden_size"],
        text_layers=text["num_hidden_layers"],
        image_layers=vision["num_hidden_layers"],
        pixels=vision["image_size"],
        patch=vision["patch_size"],
        positions=text["max_position_embeddings"],
        pieces=f"{text['vocab_size']:,}",
        report="\n".join(_report_row(name, row) for name, row in training["test_report"].items()),
        f1_macro=f"{metrics['test_f1_macro']:.4f}",
        f1_micro=f"{metrics['test_f1_micro']:.4f}",
        roc_macro=f"{metrics['test_roc_macro']:.4f}",
        loss=f"{metrics['test_loss']:.4f}",
    )
    (CHECKPOINT / "README.md").write_text(card, encoding="utf-8")


def _rules() -> list[str]:
    by_text = [f"| {label} | the word `{word}` |" for word, label in BY_TEXT.items()]
    by_image = [f"| {label} | {sign} |" for sign, label in BY_IMAGE.items()]
    by_both = [f"| {label} | the word `{word}` with {sign} |" for (word, sign), label in BY_BOTH.items()]
    return by_text + by_image + by_both


def _examples() -> str:
    rows = ["| Text | Image | Labels |", "|---|---|---|"]
    for example in read_json(CHECKPOINT / "examples.json"):
        text = example["text"] or "(none)"
        image = f"![{example['image']}]({example['image']})" if example["image"] else "(none)"
        rows.append(f"| {text} | {image} | {', '.join(example['labels']) or 'none'} |")
    return "\n".join(rows)


def _report_row(name: str, row: dict[str, Any]) -> str:
    figures = " | ".join(f"{row[key]:.3f}" for key in ("f1-score", "precision", "recall"))
    return f"| {name} | {figures} | {row['support']:.0f} |"
