"""Trains the demonstration checkpoint with the published recipe and writes models/demo."""

from __future__ import annotations

import copy
import platform
import time
from collections import Counter
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader
from transformers import AutoTokenizer, get_cosine_schedule_with_warmup

from reference.original import FusionClassifier, Handler, ImageTransform
from reference.original.handler import Inputs, sigmoid

from . import metrics
from .architecture import IMAGE_SIZE, TEXT_POSITIONS, new_classifier
from .checkpoint import write_checkpoint
from .files import CHECKPOINT, write_json
from .posts import SEED, SPLIT_SIZES, Post
from .rules import CLASS_NAMES
from .training_data import AugmentedPosts, Batch, as_items, split


@dataclass(frozen=True)
class Recipe:
    """The published hyperparameters; what differs for training from scratch is marked."""

    loss: str = "binary cross-entropy with logits"
    optimizer: str = "AdamW"
    schedule: str = "cosine with linear warm-up"
    learning_rate: float = 1e-3  # published: 3e-4, on a pretrained encoder
    weight_decay: float = 0.02
    warmup_ratio: float = 0.05
    max_grad_norm: float = 1.0
    batch_size: int = 64  # published: 24, accumulated over 2 steps
    epochs: int = 10  # published: 8
    best_epoch_by: str = "roc_macro"
    seed: int = 42
    threads: int = 2


def train(recipe: Recipe) -> None:
    """Makes the splits, trains, calibrates, evaluates; the tokenizer's files must exist."""
    started = time.monotonic()
    torch.set_num_threads(recipe.threads)
    torch.use_deterministic_algorithms(True)
    handler = untrained(recipe.seed)
    posts = {name: split(name) for name in SPLIT_SIZES}
    truth = {name: metrics.truth_table([post.labels for post in posts[name]]) for name in posts}
    inputs = {name: handler.prepare(as_items(posts[name])) for name in ("val", "test")}
    print(f"{sum(map(len, posts.values()))} posts made in {time.monotonic() - started:.0f} s", flush=True)

    best_epoch = fit(handler.model, AugmentedPosts(posts["train"], handler), inputs["val"], truth["val"], recipe)
    on_val, on_test = (probabilities(handler.model, inputs[name]) for name in ("val", "test"))
    thresholds = metrics.calibrate(on_val, truth["val"])
    write_checkpoint(handler, thresholds, priors=truth["train"].mean(axis=0).tolist())
    write_json(CHECKPOINT / "val_report.json", metrics.report(on_val, truth["val"], thresholds))
    write_json(CHECKPOINT / "test_metrics.json", metrics.metrics(on_test, truth["test"], thresholds))
    record = {
        "recipe": asdict(recipe),
        "best_epoch": best_epoch,
        "training_seconds": round(time.monotonic() - started),
        "parameters": sum(tensor.numel() for tensor in handler.model.parameters()),
        "data_seed": SEED,
        "splits": {name: _described(posts[name]) for name in posts},
        "test_report": metrics.report(on_test, truth["test"], thresholds),
        "test_exactly_right": _exactly_right(posts["test"], on_test >= np.asarray(thresholds), truth["test"]),
        "versions": _versions(),
    }
    write_json(CHECKPOINT / "training.json", record)


def untrained(seed: int) -> Handler:
    """A classifier with random weights, between the tokenizer and the transform it is served with."""
    pieces = AutoTokenizer.from_pretrained(CHECKPOINT)
    return Handler(
        model=new_classifier(len(pieces), seed),
        tokenizer=pieces,
        transform=ImageTransform(IMAGE_SIZE, IMAGE_SIZE),
        class_names=CLASS_NAMES,
        thresholds=(0.5,) * len(CLASS_NAMES),
        max_text_length=TEXT_POSITIONS,
    )


def fit(model: FusionClassifier, posts: AugmentedPosts, val: Inputs, val_truth: metrics.Ints, recipe: Recipe) -> int:
    """Trains in place, ends with the weights of the best epoch and returns its number (from 1)."""
    torch.manual_seed(recipe.seed)
    loader = DataLoader(posts, recipe.batch_size, shuffle=True)
    steps = recipe.epochs * len(loader)
    optimizer = torch.optim.AdamW(model.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    schedule = get_cosine_schedule_with_warmup(optimizer, int(recipe.warmup_ratio * steps), steps)
    best: tuple[float, int, dict[str, Tensor]] = (-1.0, 0, {})
    for epoch in range(1, recipe.epochs + 1):
        started, losses = time.monotonic(), []
        model.train()
        for batch in loader:
            loss = _loss(model, batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.max_grad_norm)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        scores = metrics.summary(probabilities(model, val), val_truth, 0.5)
        shown = " ".join(f"{name} {score:.4f}" for name, score in scores.items())
        print(f"epoch {epoch}: loss {np.mean(losses):.4f}, validation {shown}, "
              f"{time.monotonic() - started:.0f} s", flush=True)  # fmt: skip
        if scores[recipe.best_epoch_by] > best[0]:
            best = (scores[recipe.best_epoch_by], epoch, copy.deepcopy(model.state_dict()))
    model.load_state_dict(best[2])
    return best[1]


@torch.no_grad()
def probabilities(model: FusionClassifier, inputs: Inputs, chunk: int = 128) -> metrics.Floats:
    """Float32 [N, C], without dropout."""
    model.eval()
    parts = zip(*(tensor.split(chunk) for tensor in vars(inputs).values()), strict=True)
    return sigmoid(torch.cat([model(*part) for part in parts]).numpy())


def _loss(model: FusionClassifier, batch: Batch) -> Tensor:
    """The loss of a batch. Absent modalities are not encoded: the classifier multiplies them by zero."""
    with_text, with_image = batch["text_present"].bool(), batch["image_present"].bool()
    text = model.encode_text(batch["input_ids"][with_text], batch["attention_mask"][with_text])
    image = model.encode_image(batch["pixel_values"][with_image])
    logits = model.classify(
        _spread(text, with_text), _spread(image, with_image), batch["text_present"], batch["image_present"]
    )
    return functional.binary_cross_entropy_with_logits(logits, batch["truth"])


def _spread(features: Tensor, present: Tensor) -> Tensor:
    """Features of the present posts [P, D] to one row a post [B, D], zero for the others."""
    rows = features.new_zeros(len(present), features.shape[1])
    rows[present] = features
    return rows


def _described(posts: list[Post]) -> dict[str, Any]:
    return {
        "posts": len(posts),
        "text_only": sum(post.image is None for post in posts),
        "image_only": sum(not post.text for post in posts),
        "kinds": dict(sorted(Counter(post.kind for post in posts).items())),
        "labels": {name: sum(name in post.labels for post in posts) for name in CLASS_NAMES},
    }


def _exactly_right(posts: list[Post], flags: metrics.Ints, truth: metrics.Ints) -> dict[str, float]:
    """Per kind of post, the share for which all labels are right."""
    right = (flags == truth).all(axis=1)
    kinds = np.array([post.kind for post in posts])
    return {str(kind): float(right[kinds == kind].mean()) for kind in np.unique(kinds)}


def _versions() -> dict[str, str]:
    libraries = (
        "torch",
        "torchvision",
        "transformers",
        "tokenizers",
        "numpy",
        "pillow",
        "scikit-learn",
        "safetensors",
    )
    return {"python": platform.python_version(), **{name: version(name) for name in libraries}}
