"""Writes models/demo in the published file layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from safetensors.torch import save_file

from reference.original import Handler

from .architecture import FUSION_DIM, encoder_config
from .files import CHECKPOINT, write_json


def write_checkpoint(handler: Handler, thresholds: Sequence[float], priors: Sequence[float]) -> None:
    """The weights in float32 and all that loading them takes, next to the tokenizer's files.

    As published, inference_config.json names neither head nor token limit (the tensors and config.json
    tell both) and holds the share of each class in the training split, which nothing reads.
    """
    tensors = {name: tensor.contiguous() for name, tensor in handler.model.state_dict().items()}
    weights = CHECKPOINT / "model.safetensors"
    save_file(tensors, weights, metadata={"format": "pt"})
    weights.chmod(0o644)  # safetensors makes it private
    write_json(CHECKPOINT / "config.json", encoder_config(len(handler.tokenizer)))
    write_json(
        CHECKPOINT / "inference_config.json",
        {
            "encoder_name": "multimodal-moderation/demo",
            "backend": "siglip",
            "fusion_dim": FUSION_DIM,
            "thresholds": list(thresholds),
            "class_names": list(handler.class_names),
            "use_logit_adjustment": False,
            "priors": list(priors),
            "demonstration": True,
        },
    )
    write_json(CHECKPOINT / "label_map.json", dict(enumerate(handler.class_names)))
    write_json(CHECKPOINT / "preprocessor_config.json", _preprocessor_config(handler))


def _preprocessor_config(handler: Handler) -> dict[str, Any]:
    """The encoder's own processor, of which the classifier reads size, mean and deviation only."""
    return {
        "image_processor_type": "SiglipImageProcessor",
        "do_resize": True,
        "do_rescale": True,
        "do_normalize": True,
        "image_mean": list(handler.transform.mean),
        "image_std": list(handler.transform.std),
        "resample": 2,
        "rescale_factor": 1 / 255,
        "size": {"height": handler.transform.height, "width": handler.transform.width},
    }
