"""Byte-stable writers: the same data always gives the same file."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_bytes(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def write_json(path: Path, value: Any) -> None:
    """Indented ASCII JSON."""
    write_bytes(path, (json.dumps(value, indent=2) + "\n").encode("ascii"))


def write_rows(path: Path, head: dict[str, Any], key: str, rows: list[dict[str, Any]]) -> None:
    """JSON with one line a row under `key`, for files with many rows."""
    fields = [f'  "{name}": {json.dumps(value)},\n' for name, value in head.items()]
    lines = ",\n".join("    " + json.dumps(row) for row in rows)
    text = "{\n" + "".join(fields) + f'  "{key}": [\n{lines}\n  ]\n}}\n'
    write_bytes(path, text.encode("ascii"))


def write_gzip(path: Path, data: bytes) -> None:
    """gzip without a time stamp or a file name."""
    write_bytes(path, gzip.compress(data, compresslevel=9, mtime=0))


def write_tensors(path: Path, tensors: dict[str, Tensor | np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = {
        name: torch.tensor(tensor) if isinstance(tensor, np.ndarray) else tensor.contiguous()
        for name, tensor in sorted(tensors.items())
    }
    save_file(plain, str(path), metadata={"format": "pt"})
    path.chmod(0o644)
