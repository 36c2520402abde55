"""Loads a checkpoint folder in the published layout and answers as the original service does.

Two settings without which the published SigLIP checkpoint cannot answer at all are corrected: the
token limit defaults to the encoder's own number of positions instead of 77, and the attention mask
is asked for, since that tokenizer does not return one by default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoConfig, AutoTokenizer, CLIPConfig, PreTrainedTokenizerFast
from transformers.modeling_utils import no_init_weights

from .classifier import EncoderConfig, FusionClassifier, GatedFusion, MultiTaskClassifier
from .transform import ImageTransform, decode


@dataclass(frozen=True)
class Item:
    """One thing to classify; absent parts are None. Images are encoded files or PIL images."""

    text: str | None = None
    image: bytes | Image.Image | None = None


@dataclass(frozen=True)
class Inputs:
    """What the model is fed for a batch of items."""

    input_ids: Tensor  # int64 [B, L]
    attention_mask: Tensor  # int64 [B, L]
    pixel_values: Tensor  # float32 [B, 3, S, S]
    text_present: Tensor  # float32 [B]
    image_present: Tensor  # float32 [B]


@dataclass(frozen=True)
class Handler:
    """A loaded classifier with everything that stands before and after it. Immutable."""

    model: GatedFusion
    tokenizer: PreTrainedTokenizerFast
    transform: ImageTransform
    class_names: tuple[str, ...]
    thresholds: tuple[float, ...]
    max_text_length: int

    def tokenize(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Texts to (input_ids, attention_mask), int64 [B, max_text_length]."""
        encoded = self.tokenizer(
            list(texts),
            padding="max_length",
            truncation=True,
            max_length=self.max_text_length,
            return_attention_mask=True,
            return_tensors="pt",
        )
        return encoded["input_ids"], encoded["attention_mask"]

    def prepare(self, items: Sequence[Item]) -> Inputs:
        """Items to model inputs. A text of white space only (by `str.strip`) counts as absent."""
        texts = [item.text or "" for item in items]
        input_ids, attention_mask = self.tokenize(texts)
        pixels = [self._pixels(item.image) for item in items]
        return Inputs(
            input_ids,
            attention_mask,
            torch.stack(pixels),
            torch.tensor([float(bool(text.strip())) for text in texts]),
            torch.tensor([float(item.image is not None) for item in items]),
        )

    def _pixels(self, image: bytes | Image.Image | None) -> Tensor:
        if image is None:
            return self.transform.absent()
        picture = decode(image) if isinstance(image, bytes) else image.convert("RGB")
        return self.transform(picture)

    @torch.no_grad()
    def encode_text(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """int64 [B, L] twice to pooled features [B, D], before L2 normalisation."""
        return self.model.encode_text(input_ids, attention_mask)

    @torch.no_grad()
    def encode_image(self, pixel_values: Tensor) -> Tensor:
        """float32 [B, 3, S, S] to pooled features [B, D], before L2 normalisation."""
        return self.model.encode_image(pixel_values)

    @torch.no_grad()
    def logits(
        self,
        text: Tensor | None,
        image: Tensor | None,
        text_present: Tensor | None = None,
        image_present: Tensor | None = None,
    ) -> Tensor:
        """Pooled features [B, D] to logits [B, C].

        None stands for a modality that the whole batch lacks; presence flags [B] default to 1 for
        given features. At least one modality must be given.
        """
        given = text if text is not None else image
        if given is None:
            raise ValueError("logits: got neither text nor image features; expected at least one")
        batch = given.shape[0]
        text, text_present = self._side(text, text_present, self.model.proj_t.in_features, batch)
        image, image_present = self._side(image, image_present, self.model.proj_i.in_features, batch)
        return self.model.classify(text, image, text_present, image_present)

    @staticmethod
    def _side(
        features: Tensor | None, present: Tensor | None, width: int, batch: int
    ) -> tuple[Tensor, Tensor]:
        if features is None:
            return torch.zeros(batch, width), torch.zeros(batch)
        return features, torch.ones(batch) if present is None else present

    @torch.no_grad()
    def predict(self, items: Sequence[Item], batch_size: int = 1) -> np.ndarray:
        """Items to probabilities, float32 [N, C]. The original runs one item at a time."""
        rows = [
            self._probabilities(items[start : start + batch_size])
            for start in range(0, len(items), batch_size)
        ]
        return np.concatenate(rows)

    def _probabilities(self, items: Sequence[Item]) -> np.ndarray:
        inputs = self.prepare(items)
        logits = self.model(
            inputs.input_ids,
            inputs.attention_mask,
            inputs.pixel_values,
            inputs.text_present,
            inputs.image_present,
        )
        return sigmoid(logits.numpy())

    def answer(self, item: Item) -> dict:
        """One prediction in the shape of the original's reply."""
        probabilities = self.predict([item])[0]
        flags = {
            name: bool(probability >= threshold)
            for name, probability, threshold in zip(
                self.class_names, probabilities, self.thresholds, strict=True
            )
        }
        named = {name: float(p) for name, p in zip(self.class_names, probabilities, strict=True)}
        return {
            "class_predictions": flags,
            "probabilities": named,
            "any_harmful": any(flags.values()),
        }


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)) in the dtype of `logits`, as the original computes it."""
    return 1 / (1 + np.exp(-logits))


def load(checkpoint_dir: str | Path) -> Handler:
    """Reads a checkpoint folder in the published layout; needs no network.

    The head is told by the tensor names, because published configs do not name it. Raises
    RuntimeError from `load_state_dict` when tensors are missing, unexpected or misshapen.
    """
    folder = Path(checkpoint_dir)
    inference = _read_json(folder / "inference_config.json")
    config = AutoConfig.from_pretrained(folder)
    names = tuple(inference["class_names"])
    return Handler(
        model=load_model(folder, config, len(names), inference.get("fusion_dim", 512)),
        tokenizer=load_tokenizer(folder),
        transform=ImageTransform.from_config(_read_json(folder / "preprocessor_config.json")),
        class_names=names,
        thresholds=tuple(inference.get("thresholds", [0.5] * len(names))),
        max_text_length=inference.get("max_text_length", config.text_config.max_position_embeddings),
    )


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The class that tokenizer_config.json names; without that file, tokenizer.json as it stands."""
    if (folder / "tokenizer_config.json").exists():
        return AutoTokenizer.from_pretrained(folder, use_fast=True)
    special = folder / "special_tokens_map.json"
    names = _read_json(special) if special.exists() else {"pad_token": "<pad>", "eos_token": "<eos>"}
    return PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), padding_side="right", **names
    )


def load_model(folder: Path, config: EncoderConfig, num_labels: int, fusion_dim: int) -> GatedFusion:
    """The classifier in evaluation mode with the folder's weights, widened to float32."""
    state = load_file(folder / "model.safetensors")
    multi_task = any(name.startswith("tower_txt.") for name in state)
    state = nest_towers(state) if multi_task else state
    # Every parameter is loaded or the load fails, so drawing random ones first is wasted time.
    with no_init_weights():
        if multi_task:
            model = _multi_task(state, config, num_labels, fusion_dim)
        else:
            model = FusionClassifier(config, num_labels, fusion_dim)
    model.load_state_dict(state)
    return model.float().eval()


def nest_towers(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Brings keys of transformers 5.6 and later to the earlier layout.

    There the tower classes lost their inner `text_model.` and `vision_model.`.
    """
    inner = {"tower_txt.": "text_model.", "tower_img.": "vision_model."}

    def nest(name: str) -> str:
        for tower, module in inner.items():
            if name.startswith(tower) and not name.startswith(tower + module):
                return tower + module + name.removeprefix(tower)
        return name

    return {nest(name): tensor for name, tensor in state.items()}


def _multi_task(
    state: dict[str, Tensor], config: CLIPConfig, num_labels: int, fusion_dim: int
) -> MultiTaskClassifier:
    hidden = next((t for name, t in state.items() if re.fullmatch(r"heads\.\d+\.0\.weight", name)), None)
    return MultiTaskClassifier(
        config,
        num_labels,
        fusion_dim,
        head_hidden_dim=None if hidden is None else hidden.shape[0],
        learnable_task_weights="log_vars" in state,
    )


def _read_json(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))
