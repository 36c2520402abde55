"""Writes test/fixtures/numeric: tables of the functions and number formats that the code redoes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from original.handler import sigmoid

from .files import FIXTURES, write_tensors

_SPECIAL_BITS = (
    0x0000, 0x8000, 0x0001, 0x8001, 0x03FF, 0x0400, 0x3C00, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7F80,
    0xFF80, 0x7F7F, 0x3F80, 0x0080, 0x007F,
)  # fmt: skip


def write_numeric() -> None:
    write_tensors(FIXTURES / "numeric" / "functions.safetensors", _functions())
    write_tensors(FIXTURES / "numeric" / "halves.safetensors", _halves())


def _functions() -> dict[str, Tensor | np.ndarray]:
    dense = np.linspace(-12, 12, 961, dtype=np.float32)
    far = np.array([-1000, -104, -89, -88, -30, -17, -1e-8, -0.0, 0.0, 1e-8, 17, 30, 88, 89, 104, 1000])
    x = np.concatenate([dense, far.astype(np.float32)])
    tensor = torch.from_numpy(x)
    with np.errstate(over="ignore"):
        sigmoids = sigmoid(x)
    return {
        "x": x,
        "sigmoid": sigmoids,
        "gelu": functional.gelu(tensor),
        "gelu_tanh": functional.gelu(tensor, approximate="tanh"),
        "quick_gelu": tensor * torch.sigmoid(1.702 * tensor),
    }


def _halves() -> dict[str, Tensor]:
    """No NaN: its payload is nobody's business."""
    bits = torch.tensor(sorted({*range(0, 65536, 13), *_SPECIAL_BITS}), dtype=torch.int32)
    source = _source()
    tables = {"source": source}
    for name, dtype in (("float16", torch.float16), ("bfloat16", torch.bfloat16)):
        values = bits.to(torch.int16).view(dtype).float()
        kept = ~values.isnan()
        tables[f"{name}_bits"] = bits[kept]
        tables[f"{name}_values"] = values[kept]
        tables[f"to_{name}_bits"] = source.to(dtype).view(torch.int16).to(torch.int32) & 0xFFFF
    return tables


def _source() -> Tensor:
    """Float32 values of all sizes, with exact ties between neighbouring halves."""
    rng = np.random.Generator(np.random.PCG64(5))
    random = rng.standard_normal(1500) * np.exp2(rng.integers(-40, 24, 1500))
    steps = np.arange(0, 400, dtype=np.float64)
    ties = np.concatenate([1 + steps / 2**12, 1 + steps / 2**9, steps * 2.0**-26, 65472 + steps])
    extremes = [
        0.0,
        -0.0,
        65504,
        65519.996,
        65520,
        1e38,
        3.4e38,
        -3.4028235e38,
        np.inf,
        -np.inf,
        1e-45,
    ]
    return torch.tensor(np.concatenate([random, ties, -ties, extremes]), dtype=torch.float32)
