"""Writes test/fixtures/evaluate: labelled scores, and what scikit-learn and SciPy make of them.

Shapes: probabilities float64 [N, C], truth and flags int [N, C] of 0 and 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from demo.metrics import GRID, calibrate
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import binomtest
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from .files import FIXTURES, write_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FOLDER = FIXTURES / "evaluate"
_BINS = 15
_AVERAGES = ("macro", "micro", "weighted", "samples")


def write_evaluate() -> None:
    write_rows(_FOLDER / "cases.json", {"grid": GRID.tolist()}, "cases", [_case(*made) for made in _cases()])
    write_rows(_FOLDER / "proportions.json", {}, "proportions", _proportions())


def _cases() -> list[tuple[str, Floats, Ints, list[float]]]:
    """Name, probabilities, truth, thresholds."""
    plain, plain_truth = _random(1, 400, 5, 0.3)
    rare, rare_truth = _random(2, 900, 5, 0.03)
    ties, ties_truth = _random(3, 400, 4, 0.25)
    single, single_truth = _random(4, 200, 4, 0.3)
    single_truth[:, 1] = 0
    single_truth[:, 3] = 1
    empty, _ = _random(5, 60, 3, 0.3)
    extreme, extreme_truth = _random(6, 300, 3, 0.4)
    edges = np.array([0.0, 1.0, 1 / 15, 0.2, 0.4, 0.8, 0.5499999999999999, 0.55])
    extreme[: 8 * 12] = np.tile(edges, 36).reshape(96, 3)
    return [
        ("plain", plain, plain_truth, [0.5, 0.3, 0.55, 0.4, 0.6]),
        ("rare", rare, rare_truth, [0.05, 0.1, 0.15, 0.2, 0.25]),
        ("ties", np.round(ties * 10) / 10, ties_truth, [0.5, 0.3, 0.7, 0.1]),
        ("constant", np.full((50, 2), 0.25), _random(7, 50, 2, 0.5)[1], [0.25, 0.5]),
        ("single-class", single, single_truth, [0.5, 0.5, 0.5, 0.5]),
        ("no-positives", empty, np.zeros((60, 3), dtype=np.int64), [0.5, 0.5, 0.5]),
        ("nothing-flagged", plain[:100, :3], plain_truth[:100, :3], [1.0, 1.0, 1.0]),
        ("extremes", extreme, extreme_truth, [0.4, 1.0, 0.55]),
    ]


def _random(seed: int, rows: int, classes: int, share: float) -> tuple[Floats, Ints]:
    """Overlapping scores as a float32 sigmoid gives them, too sure of themselves."""
    rng = np.random.Generator(np.random.PCG64(seed))
    truth = (rng.random((rows, classes)) < share).astype(np.int64)
    logits = (rng.standard_normal((rows, classes)) * 1.5 - 2.5 + 2.5 * truth) * np.linspace(0.5, 2, classes)
    return (1 / (1 + np.exp(-logits))).astype(np.float32).astype(np.float64), truth


def _case(name: str, probabilities: Floats, truth: Ints, thresholds: list[float]) -> dict[str, Any]:
    flags = (probabilities >= np.array(thresholds)).astype(np.int64)
    groups = (np.arange(len(truth)) * 7 % 5 < 2).astype(np.int64)
    columns = range(truth.shape[1])
    return {
        "name": name,
        "thresholds": thresholds,
        "probabilities": probabilities.T.tolist(),
        "labels": truth.T.tolist(),
        "members": groups.tolist(),
        "summary": _summary(probabilities, truth, flags),
        "any": _binary(probabilities.max(axis=1), truth.max(axis=1), flags.max(axis=1)),
        "classes": [_class(probabilities[:, c], truth[:, c], flags[:, c]) for c in columns],
        "group": [_group(probabilities[:, c], truth[:, c], flags[:, c], groups == 1) for c in columns],
        "calibrated": calibrate(probabilities, truth),
    }


def _summary(probabilities: Floats, truth: Ints, flags: Ints) -> dict[str, Any]:
    """AUC and average precision of single-class columns are undefined: null, and out of `macroDefined`."""
    scores = {"f1": sk.f1_score, "precision": sk.precision_score, "recall": sk.recall_score}
    summary: dict[str, Any] = {
        name: {average: float(score(truth, flags, average=average, zero_division=0)) for average in _AVERAGES}
        for name, score in scores.items()
    }
    for name, area in (("rocAuc", _roc_auc), ("averagePrecision", _average_precision)):
        each = [area(truth[:, c], probabilities[:, c]) for c in range(truth.shape[1])]
        defined = [value for value in each if value is not None]
        summary[name] = {
            "macro": None if None in each else float(np.mean(each)),
            "micro": area(truth.ravel(), probabilities.ravel()),
            "macroDefined": float(np.mean(defined)) if defined else None,
        }
    if summary["rocAuc"]["macro"] is not None:
        assert math.isclose(summary["rocAuc"]["macro"], sk.roc_auc_score(truth, probabilities, average="macro"))
        assert math.isclose(
            summary["averagePrecision"]["micro"],
            sk.average_precision_score(truth, probabilities, average="micro"),
        )
    summary["subsetAccuracy"] = float(sk.accuracy_score(truth, flags))
    summary["hammingLoss"] = float(sk.hamming_loss(truth, flags))
    summary["logLoss"] = float(sk.log_loss(truth.ravel(), probabilities.ravel(), labels=[0, 1]))
    return summary


def _binary(scores: Floats, truth: Ints, flags: Ints) -> dict[str, Any]:
    (tn, fp), (fn, tp) = sk.confusion_matrix(truth, flags, labels=[0, 1]).tolist()
    return {
        "confusion": {"tn": tn, "fp": fp, "fn": fn, "tp": tp},
        "precision": float(sk.precision_score(truth, flags, zero_division=0)),
        "recall": float(sk.recall_score(truth, flags, zero_division=0)),
        "f1": float(sk.f1_score(truth, flags, zero_division=0)),
        "rocAuc": _roc_auc(truth, scores),
        "averagePrecision": _average_precision(truth, scores),
    }


def _class(scores: Floats, truth: Ints, flags: Ints) -> dict[str, Any]:
    return {
        **_binary(scores, truth, flags),
        "brier": float(sk.brier_score_loss(truth, scores, pos_label=1)),
        "logLoss": float(sk.log_loss(truth, scores, labels=[0, 1])),
        "ece": _calibration_error(scores, truth),
        "eceEqualMass": _equal_mass_error(scores, truth),
        "temperature": _temperature(scores, truth),
        "bestF1": _best_f1(scores, truth),
        "curves": _curves(scores, truth) if len(truth) <= 400 else None,
    }


def _roc_auc(truth: Ints, scores: Floats) -> float | None:
    return float(sk.roc_auc_score(truth, scores)) if 0 < truth.sum() < len(truth) else None


def _average_precision(truth: Ints, scores: Floats) -> float | None:
    return float(sk.average_precision_score(truth, scores)) if truth.sum() > 0 else None


def _calibration_error(scores: Floats, truth: Ints) -> float:
    """The reliability curve is scikit-learn's; it does not tell how many rows a bin has."""
    share, mean = calibration_curve(truth, scores, n_bins=_BINS, pos_label=1)
    rows = np.bincount(np.searchsorted(np.linspace(0, 1, _BINS + 1)[1:-1], scores), minlength=_BINS)
    rows = rows[rows > 0]
    return float((np.abs(share - mean) * rows).sum() / len(truth))


def _equal_mass_error(scores: Floats, truth: Ints) -> float:
    """Not calibration_curve: its quantiles are off by a last bit, which moves rows that lie on an edge."""
    bins = np.searchsorted(np.quantile(scores, np.arange(1, _BINS) / _BINS), scores)
    return float(np.abs(np.bincount(bins, weights=scores - truth)).sum() / len(truth))


def _temperature(scores: Floats, truth: Ints) -> float | None:
    """Where the slope of the log loss by 1 / T is zero, within 0.01 and 100."""
    if not 0 < truth.sum() < len(truth):
        return None
    bounded = np.clip(scores, 2.0**-126, 1 - 2.0**-24)
    logits = np.log(bounded) - np.log1p(-bounded)

    def slope(inverse: float) -> float:
        return float((logits * (1 / (1 + np.exp(-inverse * logits)) - truth)).sum())

    if slope(0.01) >= 0 or slope(100) <= 0:
        return None
    return 1 / float(brentq(slope, 0.01, 100, xtol=1e-15, rtol=1e-14))


def _best_f1(scores: Floats, truth: Ints) -> float | None:
    """Over every threshold that tells two rows apart."""
    if truth.sum() == 0:
        return None
    return max(float(sk.f1_score(truth, scores >= t, zero_division=0)) for t in np.unique(scores))


def _curves(scores: Floats, truth: Ints) -> dict[str, Any] | None:
    if not 0 < truth.sum() < len(truth):
        return None
    fpr, tpr, _ = sk.roc_curve(truth, scores, drop_intermediate=False)
    precision, recall, thresholds = sk.precision_recall_curve(truth, scores)
    return {
        "fpr": fpr.tolist(),
        "tpr": tpr.tolist(),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "thresholds": thresholds.tolist(),
    }


def _group(scores: Floats, truth: Ints, flags: Ints, member: NDArray[np.bool_]) -> dict[str, Any]:
    """Borkan et al. 2019; the background is every row outside of the group."""
    bpsn = (member & (truth == 0)) | (~member & (truth == 1))
    bnsp = (member & (truth == 1)) | (~member & (truth == 0))
    (tn, fp), (fn, tp) = sk.confusion_matrix(truth[member], flags[member], labels=[0, 1]).tolist()
    return {
        "subgroupAuc": _roc_auc(truth[member], scores[member]),
        "bpsnAuc": _roc_auc(truth[bpsn], scores[bpsn]),
        "bnspAuc": _roc_auc(truth[bnsp], scores[bnsp]),
        "falsePositiveRate": fp / (fp + tn) if fp + tn else None,
        "falseNegativeRate": fn / (fn + tp) if fn + tp else None,
    }


def _proportions() -> list[dict[str, Any]]:
    """Wilson's interval of 95 %, and the two-sided exact test against 1/2."""
    rows = []
    for part, whole in ((0, 1), (1, 1), (0, 20), (3, 20), (10, 20), (20, 20), (7, 1000), (480, 1000), (30000, 60500)):
        interval = binomtest(part, whole).proportion_ci(0.95, method="wilson")
        rows.append({
            "part": part,
            "whole": whole,
            "low": float(interval.low),
            "high": float(interval.high),
            "mcnemar": float(binomtest(part, whole, 0.5).pvalue),
        })
    return rows
