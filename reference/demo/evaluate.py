"""Evaluates the committed checkpoint on its test split, through the original serving path.

    python -m reference.demo.evaluate

Exits with an error when a figure differs from test_metrics.json by more than 1e-6.
"""

from __future__ import annotations

import sys

import numpy as np

from reference.original import Handler, load

from . import metrics
from .files import CHECKPOINT, read_json
from .posts import Post
from .training_data import as_items, split

TOLERANCE = 1e-6


def predict(handler: Handler, posts: list[Post]) -> metrics.Floats:
    """Probabilities of posts, float32 [N, C]."""
    return handler.predict(as_items(posts), batch_size=64)


def main() -> None:
    handler, posts = load(CHECKPOINT), split("test")
    truth = metrics.truth_table([post.labels for post in posts])
    found = metrics.metrics(predict(handler, posts), truth, handler.thresholds)
    stored = read_json(CHECKPOINT / "test_metrics.json")
    for name, value in found.items():
        print(f"{name:26} {value:.6f}  stored {stored[name]:.6f}")
    worst = max(abs(value - stored[name]) for name, value in found.items())
    if not np.isfinite(worst) or worst > TOLERANCE:
        sys.exit(f"test_metrics.json is not reproduced: largest difference {worst:.2e}, at most {TOLERANCE} expected")


if __name__ == "__main__":
    main()
