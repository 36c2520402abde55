"""Posts as model inputs, with the published augmentation of images."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import torch
from torch import Tensor
from torch.utils.data import Dataset
from torchvision import transforms

from reference.original import Handler
from reference.original.handler import Item
from reference.original.transform import ImageTransform, decode

from .metrics import truth_table
from .posts import SPLIT_SIZES, Post, make_post

Batch = dict[str, Tensor]
_PROCESSES = min(4, os.cpu_count() or 1)


def split(name: str) -> list[Post]:
    """All posts of a split, made in parallel; equal to `posts.make_split`."""
    with ProcessPoolExecutor(_PROCESSES) as pool:
        return list(pool.map(partial(make_post, name), range(SPLIT_SIZES[name]), chunksize=64))


def as_items(posts: Sequence[Post]) -> list[Item]:
    """Posts as the serving path receives them."""
    return [Item(post.text or None, post.image) for post in posts]


def augmentation(transform: ImageTransform) -> transforms.Compose:
    """Crop of 80 to 100 % of the area, mirroring, slight colour changes; then as at evaluation."""
    return transforms.Compose(
        [
            transforms.RandomResizedCrop((transform.height, transform.width), scale=(0.8, 1.0), antialias=True),
            transforms.RandomHorizontalFlip(),
            transforms.ColorJitter(0.1, 0.1, 0.1, 0.05),
            transform.normalize,
        ]
    )


class AugmentedPosts(Dataset[Batch]):
    """Posts tokenized once, their images decoded and augmented anew each time."""

    def __init__(self, posts: Sequence[Post], handler: Handler) -> None:
        self._posts = posts
        self._ids, self._mask = handler.tokenize([post.text for post in posts])
        self._truth = torch.tensor(truth_table([post.labels for post in posts]), dtype=torch.float32)
        self._augment = augmentation(handler.transform)
        self._absent = handler.transform.absent()

    def __len__(self) -> int:
        return len(self._posts)

    def __getitem__(self, index: int) -> Batch:
        post = self._posts[index]
        return {
            "input_ids": self._ids[index],
            "attention_mask": self._mask[index],
            "pixel_values": self._absent if post.image is None else self._augment(decode(post.image)),
            "text_present": torch.tensor(float(bool(post.text.strip()))),
            "image_present": torch.tensor(float(post.image is not None)),
            "truth": self._truth[index],
        }
