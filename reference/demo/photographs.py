"""Shows that real photographs with ordinary captions pass as harmless; none was trained on.

    python -m reference.demo.photographs [FILE ...]

Without files, takes the two photographs that scikit-learn ships.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image
from sklearn.datasets import load_sample_image

from reference.original import load
from reference.original.handler import Item

from .files import CHECKPOINT

CAPTIONS = (
    None,
    "What a lovely afternoon at the gardens!",
    "We visited this place on our trip last summer and would love to go back.",
    "Does anyone know the name of this one?",
)


def main() -> None:
    names = sys.argv[1:] or ["china.jpg", "flower.jpg"]
    handler = load(CHECKPOINT)
    flagged = 0
    for name in names:
        picture = Image.open(name) if Path(name).exists() else Image.fromarray(load_sample_image(name))
        for caption in CAPTIONS:
            answer = handler.answer(Item(caption, picture))
            shown = " ".join(f"{label} {p:.4f}" for label, p in answer["probabilities"].items())
            print(f"{Path(name).name}, {caption!r}: {shown}, any_harmful {answer['any_harmful']}")
            flagged += answer["any_harmful"]
    print(f"{flagged} of {len(names) * len(CAPTIONS)} flagged")


if __name__ == "__main__":
    main()
