"""The small checkpoints: their shapes, stored dtype and key layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch
from transformers import CLIPConfig, SiglipConfig

from original.classifier import EncoderConfig, FusionClassifier, GatedFusion, MultiTaskClassifier
from original.transform import CLIP_MEAN, CLIP_STD, SIGLIP_MEAN, SIGLIP_STD

LABELS = ("racist", "sexist", "homophobe", "religion", "otherhate")
_VOCABULARIES = {"gemma-small": 4384, "gemma-mini": 1384, "clip-small": 1514}


@dataclass(frozen=True)
class ModelSpec:
    """One checkpoint of the fixtures. `config` is config.json; `lengths` are those of the token-id cases;
    without `every_instance` only a few texts and pictures are run.
    """

    name: str
    seed: int
    tokenizer: str
    config: dict
    fusion_dim: int
    lengths: tuple[int, ...]
    labels: tuple[str, ...] = LABELS
    dtype: torch.dtype = torch.float32
    multi_task: bool = False
    head_hidden_dim: int | None = None
    flat_towers: bool = False
    inference: dict = field(default_factory=dict)
    every_instance: bool = True

    @property
    def is_clip(self) -> bool:
        return self.config["model_type"] == "clip"

    @property
    def image_size(self) -> int:
        return self.config["vision_config"]["image_size"]

    @cached_property
    def encoder_config(self) -> EncoderConfig:
        kind: Callable = CLIPConfig if self.is_clip else SiglipConfig
        return kind.from_dict(self.config)

    def build(self) -> GatedFusion:
        """The classifier with whatever weights torch starts it with."""
        if not self.multi_task:
            return FusionClassifier(self.encoder_config, len(self.labels), self.fusion_dim)
        return MultiTaskClassifier(
            self.encoder_config,
            len(self.labels),
            self.fusion_dim,
            self.head_hidden_dim,
            learnable_task_weights=self.head_hidden_dim is not None,
        )

    def inference_config(self) -> dict:
        """As published: no head, no token limit; a threshold with float noise."""
        thresholds = (0.3, 0.75, 0.49999999999999994, 0.2, 0.5499999999999999)
        return {
            "encoder_name": "openai/clip-vit-base-patch32"
            if self.is_clip
            else "google/siglip2-base-patch16-224",
            "backend": "clip" if self.is_clip else "siglip",
            "fusion_dim": self.fusion_dim,
            "thresholds": thresholds[: len(self.labels)],
            "class_names": self.labels,
            "best_checkpoint_dir": f"runs/{self.name}\\checkpoint-1",
            **self.inference,
        }

    def preprocessor_config(self) -> dict:
        """What the encoder's own processor would do, as published; only size, mean, std are used."""
        size = self.image_size
        common = {"do_normalize": True, "do_rescale": True, "do_resize": True}
        if self.is_clip:
            return {
                **common,
                "crop_size": {"height": size, "width": size},
                "do_center_crop": True,
                "do_convert_rgb": True,
                "image_mean": CLIP_MEAN,
                "image_processor_type": "CLIPImageProcessor",
                "image_std": CLIP_STD,
                "resample": 3,
                "rescale_factor": 0.00392156862745098,
                "size": {"shortest_edge": size},
            }
        return {
            **common,
            "do_convert_rgb": None,
            "image_mean": SIGLIP_MEAN,
            "image_processor_type": "SiglipImageProcessor",
            "image_std": SIGLIP_STD,
            "processor_class": "SiglipProcessor",
            "resample": 2,
            "rescale_factor": 0.00392156862745098,
            "size": {"height": size, "width": size},
        }


def _tower(kind: str, width: int, inner: int, layers: int, heads: int, **more: object) -> dict:
    return {
        "model_type": kind,
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        **more,
    }


def _siglip(tokenizer: str, text: dict, vision: dict) -> dict:
    """Sparse, as on the hub: what equals the class defaults is left out."""
    return {
        "architectures": ["SiglipModel"],
        "initializer_factor": 1.0,
        "model_type": "siglip",
        "text_config": {**text, "vocab_size": _VOCABULARIES[tokenizer]},
        "torch_dtype": "float32",
        "transformers_version": "4.49.0.dev0",
        "vision_config": vision,
    }


def _clip(text: dict, vision: dict, projection: int) -> dict:
    ids = {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
    return {
        "architectures": ["CLIPModel"],
        "initializer_factor": 1.0,
        "logit_scale_init_value": 2.6592,
        "model_type": "clip",
        "projection_dim": projection,
        "text_config": {
            **text,
            **ids,
            "vocab_size": _VOCABULARIES["clip-small"],
            "projection_dim": projection,
        },
        "torch_dtype": "float32",
        "transformers_version": "4.16.0.dev0",
        "vision_config": {**vision, "projection_dim": projection},
    }


_LOGIT_ADJUSTMENT = {"use_logit_adjustment": False, "priors": (0.33, 0.12, 0.076, 0.015, 0.156)}
_THRESHOLD = {"threshold": 0.5}


def _tiny(tokenizer: str) -> dict:
    return _siglip(
        tokenizer,
        _tower("siglip_text_model", 64, 128, 2, 4),
        _tower("siglip_vision_model", 64, 160, 2, 4, image_size=64),
    )


_SIGLIP_TINY = ModelSpec(
    name="siglip-tiny",
    seed=11,
    tokenizer="gemma-small",
    config=_tiny("gemma-small"),
    fusion_dim=32,
    lengths=tuple(range(1, 65)),
    inference=_LOGIT_ADJUSTMENT,
)

_SIGLIP_ODD = ModelSpec(
    name="siglip-odd",
    seed=21,
    tokenizer="gemma-mini",
    config=_siglip(
        "gemma-mini",
        _tower("siglip_text_model", 48, 112, 3, 6, projection_size=80),
        _tower("siglip_vision_model", 80, 144, 1, 5, image_size=56, patch_size=14),
    ),
    fusion_dim=24,
    lengths=(1, 2, 3, 5, 8, 13, 21, 34, 55, 62, 63, 64),
    labels=("first", "second", "third"),
    inference=_LOGIT_ADJUSTMENT | {"priors": (0.5, 0.25, 0.125)},
)

_CLIP_TINY = ModelSpec(
    name="clip-tiny",
    seed=41,
    tokenizer="clip-small",
    config=_clip(
        _tower("clip_text_model", 32, 64, 2, 4),
        _tower("clip_vision_model", 24, 56, 3, 3, image_size=32, patch_size=8),
        projection=40,
    ),
    fusion_dim=20,
    lengths=(2, 3, 4, 7, 20, 40, 75, 76, 77),
    inference=_LOGIT_ADJUSTMENT,
)

_CLIP_MTL = replace(_CLIP_TINY, name="clip-mtl", seed=51, multi_task=True, inference=_THRESHOLD)

SPECS = (
    _SIGLIP_TINY,
    _SIGLIP_ODD,
    replace(
        _SIGLIP_TINY,
        name="siglip-bf16",
        seed=31,
        tokenizer="gemma-mini",
        config=_tiny("gemma-mini"),
        dtype=torch.bfloat16,
        lengths=(1, 2, 17, 63, 64),
        every_instance=False,
    ),
    _CLIP_TINY,
    replace(
        _CLIP_TINY,
        name="clip-f16",
        seed=61,
        dtype=torch.float16,
        lengths=(2, 20, 77),
        every_instance=False,
    ),
    _CLIP_MTL,
    replace(_CLIP_MTL, name="clip-mtl-flat", flat_towers=True),
    replace(_CLIP_MTL, name="clip-mtl-hidden", seed=71, head_hidden_dim=16),
)
