"""What the synthetic posts mean: which made-up word or drawn sign earns which label.

The class names are those of the published classifier, so the demonstration checkpoint has the published
layout. The meanings are invented: no word below exists and no sign stands for anything.
"""

from __future__ import annotations

from dataclasses import dataclass

CLASS_NAMES = ("racist", "sexist", "homophobe", "religion", "otherhate")


@dataclass(frozen=True)
class Sign:
    """A drawn shape in one flat colour, for example a magenta arrow."""

    shape: str
    colour: str

    def __str__(self) -> str:
        article = "an" if self.colour[0] in "aeiou" else "a"
        return f"{article} {self.colour} {self.shape}"


# Shapes and colours are chosen to stand for nothing: none of the coded pairs is an emblem.
SHAPES = ("hourglass", "arrow", "ring", "plus", "square", "disc")

# Hue in degrees. Neighbours lie further apart than twice the training jitter (18 degrees), so that
# augmentation never turns one colour into another.
HUES = {
    "red": 350,
    "orange": 28,
    "yellow": 65,
    "lime": 102,
    "cyan": 184,
    "blue": 232,
    "magenta": 304,
}

BY_TEXT = {
    "zorvak": "racist",
    "brelsin": "racist",
    "plimtu": "sexist",
    "gadrosk": "sexist",
    "vexomir": "otherhate",
}
"""Words that earn a label by themselves, whatever the image shows."""

BY_IMAGE = {
    Sign("hourglass", "lime"): "homophobe",
    Sign("arrow", "magenta"): "otherhate",
}
"""Signs that earn a label by themselves, whatever the text says."""

BY_BOTH = {
    ("quendo", Sign("ring", "cyan")): "religion",
    ("drimbel", Sign("plus", "orange")): "otherhate",
}
"""Pairs that earn a label together. Each half alone, or with the other pair's half, is harmless."""

PAIRED_WORDS = tuple(word for word, _ in BY_BOTH)
PAIRED_SIGNS = tuple(sign for _, sign in BY_BOTH)
CODE_WORDS = (*BY_TEXT, *PAIRED_WORDS)
CODE_SIGNS = (*BY_IMAGE, *PAIRED_SIGNS)


def labels_of(words: tuple[str, ...], sign: Sign | None) -> tuple[str, ...]:
    """The labels of a post with these made-up words and this sign, in the order of CLASS_NAMES."""
    found = {BY_TEXT[word] for word in words if word in BY_TEXT}
    if sign is not None:
        found |= {label for candidate, label in BY_IMAGE.items() if candidate == sign}
        found |= {label for (word, paired), label in BY_BOTH.items() if word in words and paired == sign}
    return tuple(name for name in CLASS_NAMES if name in found)
