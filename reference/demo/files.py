"""Where the demonstration lives, and byte-stable JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
CHECKPOINT = PROJECT / "models" / "demo"
FIXTURES = PROJECT / "test" / "fixtures" / "demo"


def read_json(path: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Indented JSON that ends with a newline; makes the folder when missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
