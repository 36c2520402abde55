"""The published evaluation: thresholds by F1 on a grid, and the figures of both published reports.

Shapes: probabilities and logits float32 [N, C], truth int [N, C] of 0 and 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import classification_report, f1_score, log_loss, roc_auc_score

from .rules import CLASS_NAMES

GRID = np.linspace(0.05, 0.95, 19)
"""Candidate thresholds, unrounded: published configs hold 0.5499999999999999, not 0.55."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def truth_table(labels: Sequence[Sequence[str]]) -> Ints:
    """Label names of N posts to 0 and 1, [N, C]."""
    return np.array([[int(name in row) for name in CLASS_NAMES] for row in labels])


def calibrate(probabilities: Floats, truth: Ints) -> list[float]:
    """Per class the lowest threshold of the grid with the best F1; 0.5 for a class without positives."""

    def best(column: int) -> float:
        if truth[:, column].sum() == 0:
            return 0.5
        scores = [f1_score(truth[:, column], probabilities[:, column] >= t, zero_division=0) for t in GRID]
        return float(GRID[int(np.argmax(scores))])

    return [best(column) for column in range(truth.shape[1])]


def summary(probabilities: Floats, truth: Ints, thresholds: float | Sequence[float]) -> dict[str, float]:
    """f1_macro and f1_micro at the thresholds, and roc_macro, which needs none."""
    flags = (probabilities >= np.asarray(thresholds)).astype(int)
    return {
        "f1_macro": float(f1_score(truth, flags, average="macro", zero_division=0)),
        "f1_micro": float(f1_score(truth, flags, average="micro", zero_division=0)),
        "roc_macro": float(roc_auc_score(truth, probabilities, average="macro")),
    }


def binary_cross_entropy(probabilities: Floats, truth: Ints) -> float:
    """The training loss: mean over posts and classes, natural logarithm."""
    return float(log_loss(truth.ravel(), probabilities.ravel().astype(np.float64), labels=[0, 1]))


def report(probabilities: Floats, truth: Ints, thresholds: Sequence[float]) -> dict[str, Any]:
    """scikit-learn's classification report: per class, then micro, macro, weighted and samples average."""
    flags = (probabilities >= np.asarray(thresholds)).astype(int)
    return classification_report(truth, flags, target_names=list(CLASS_NAMES), output_dict=True, zero_division=0)


def metrics(probabilities: Floats, truth: Ints, thresholds: Sequence[float]) -> dict[str, float]:
    """test_metrics.json.

    As published, `test_f1_*` are taken at 0.5, the trainer's threshold; `test_calibrated_f1_*` at the
    thresholds of inference_config.json.
    """
    plain, calibrated = (
        summary(probabilities, truth, 0.5),
        summary(probabilities, truth, thresholds),
    )
    return {
        "test_loss": binary_cross_entropy(probabilities, truth),
        **{f"test_{name}": value for name, value in plain.items()},
        "test_calibrated_f1_macro": calibrated["f1_macro"],
        "test_calibrated_f1_micro": calibrated["f1_micro"],
    }
