"""Writes test/fixtures/demo: a sample of the test split with the probabilities that PyTorch gives.

python -m reference.demo.fixtures
"""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version

from reference.original import load

from . import metrics
from .evaluate import predict
from .files import CHECKPOINT, FIXTURES, write_json
from .generate import write_split
from .posts import Post, make_split

PER_KIND = 15
MAX_IMAGE_BYTES = 20_000
"""Keeps the sample small; grain makes some images large without making them harder."""


def sample() -> list[Post]:
    """The first posts of each kind in the test split, in the split's order."""
    taken: Counter[str] = Counter()
    chosen = []
    for post in make_split("test", 400):
        if taken[post.kind] < PER_KIND and len(post.image or b"") <= MAX_IMAGE_BYTES:
            taken[post.kind] += 1
            chosen.append(post)
    return chosen


def write_fixtures() -> None:
    """The sample as CSV and images, and expected.json with one probability row a post."""
    handler, posts = load(CHECKPOINT), sample()
    probabilities = predict(handler, posts)
    truth = metrics.truth_table([post.labels for post in posts])
    write_split(FIXTURES, "test", posts)
    expected = {
        "made_with": {name: version(name) for name in ("torch", "torchvision", "transformers", "pillow")},
        "class_names": handler.class_names,
        "thresholds": handler.thresholds,
        "metrics": metrics.metrics(probabilities, truth, handler.thresholds),
        "items": [
            {"id": post.id, "kind": post.kind, "labels": post.labels, "probabilities": row}
            for post, row in zip(posts, probabilities.tolist(), strict=True)
        ],
    }
    write_json(FIXTURES / "expected.json", expected)
    print(f"{len(posts)} posts in {FIXTURES}")


if __name__ == "__main__":
    write_fixtures()
