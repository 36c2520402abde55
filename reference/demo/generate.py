"""Writes a split of the synthetic data set to disk, in the layout that the original trains from.

    python -m reference.demo.generate --split test --out DIR

gives DIR/test.csv (columns text, image_path, labels) and DIR/images. Empty cells mean no text, no image
and no label; several labels are separated by commas.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from pathlib import Path

from .posts import SPLIT_SIZES, Post, make_split

COLUMNS = ("text", "image_path", "labels")


def write_split(folder: Path, name: str, posts: Iterable[Post]) -> int:
    """Writes `name`.csv and the images, and returns the number of posts."""
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    count = 0
    with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for post in posts:
            count += 1
            rows.writerow((post.text, post.image_name, ",".join(post.labels)))
            if post.image is not None:
                (images / post.image_name).write_bytes(post.image)
    return count


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--split", choices=list(SPLIT_SIZES), default="test")
    arguments.add_argument("--out", type=Path, required=True, help="folder to write to")
    arguments.add_argument("--size", type=int, help="number of posts (default: the whole split)")
    chosen = arguments.parse_args()
    count = write_split(chosen.out, chosen.split, make_split(chosen.split, chosen.size))
    print(f"{count} posts in {chosen.out / chosen.split}.csv")


if __name__ == "__main__":
    main()
