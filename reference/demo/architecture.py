"""The published architecture at the demonstration's size."""

from __future__ import annotations

from typing import Any

import torch
from transformers import SiglipConfig

from reference.original import FusionClassifier

from .rules import CLASS_NAMES

IMAGE_SIZE = 64
TEXT_POSITIONS = 64
FUSION_DIM = 128
_WIDTH = 96
"""Both towers have one width, since the published classifier projects both from the same one."""


def encoder_config(vocabulary: int) -> dict[str, Any]:
    """config.json of the checkpoint: what differs from the defaults of transformers' SiglipConfig."""
    return {
        "model_type": "siglip",
        "initializer_factor": 1.0,
        "text_config": {
            "model_type": "siglip_text_model",
            "vocab_size": vocabulary,
            "hidden_size": _WIDTH,
            "projection_size": _WIDTH,
            "intermediate_size": 4 * _WIDTH,
            "num_hidden_layers": 3,
            "num_attention_heads": 3,
            "max_position_embeddings": TEXT_POSITIONS,
            "pad_token_id": 0,
            "eos_token_id": 1,
            "bos_token_id": 2,
        },
        "vision_config": {
            "model_type": "siglip_vision_model",
            "hidden_size": _WIDTH,
            "intermediate_size": 4 * _WIDTH,
            "num_hidden_layers": 3,
            "num_attention_heads": 4,
            "image_size": IMAGE_SIZE,
            "patch_size": 8,
        },
    }


def new_classifier(vocabulary: int, seed: int) -> FusionClassifier:
    """The classifier with random weights drawn from the seed."""
    torch.manual_seed(seed)
    return FusionClassifier(SiglipConfig(**encoder_config(vocabulary)), len(CLASS_NAMES), FUSION_DIM)
