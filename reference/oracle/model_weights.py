"""Random weights under which every part of a classifier matters to its answers.

A fresh model's answers hardly move with its input. Here attention is uneven, biases and norms are
not neutral, and logits spread over a few units. Each tensor has a stream of its own, named by the
seed and the tensor's name, so tensors do not depend on each other's order.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
import torch
from torch import nn

from original import MultiTaskClassifier

# Standard deviation of weights, in units of 1 / sqrt(fan in).
_GAINS = {"q_proj": 1.6, "k_proj": 1.6, "in_proj_weight": 1.6, "cls.4": 4.0, "heads": 4.0}
# The fusion classifier projects unit vectors, whose elements are small.
_UNIT_VECTOR_GAINS = {"proj_t": 8.0, "proj_i": 8.0}
_NORMS = ("norm", "layrnorm", "cls.0.", "ln_fused")


def randomize(model: nn.Module, seed: int, dtype: torch.dtype) -> None:
    """Replaces every parameter, rounded to what `dtype` can hold."""
    gains = _GAINS if isinstance(model, MultiTaskClassifier) else _GAINS | _UNIT_VECTOR_GAINS
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = torch.from_numpy(_values(name, tuple(parameter.shape), seed, gains))
            parameter.copy_(values.to(dtype))


def _values(name: str, shape: tuple[int, ...], seed: int, gains: dict[str, float]) -> np.ndarray:
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    rng = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))
    noise = np.asarray(rng.standard_normal(shape), dtype=np.float32)
    if any(part in name for part in _NORMS):
        return (1 if name.endswith("weight") else 0) + np.float32(0.2) * noise
    if "embedding" in name or "probe" in name:
        return noise * np.float32(0.7 if "position" in name else 1.0) * _patch_scale(name, shape)
    if len(shape) < 2:
        return np.asarray(np.float32(0.2) * noise)
    gain = next((gain for part, gain in gains.items() if part in name), 1.0)
    return noise * np.float32(gain / math.sqrt(shape[1]))


def _patch_scale(name: str, shape: tuple[int, ...]) -> np.float32:
    """Patch embeddings are convolutions: neighbouring pixels agree, so they need less than a row."""
    is_kernel = "patch_embedding.weight" in name
    return np.float32(2 / math.sqrt(math.prod(shape[1:])) if is_kernel else 1)
