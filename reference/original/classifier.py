"""The two published classifiers on the real transformers encoders.

Parameter names are those of the published checkpoints, so `state_dict()` of a module here is what
such a checkpoint holds. Shapes use B (batch), L (text positions), D (encoder feature width),
F (fusion width) and C (classes). Presence flags are float tensors [B]: 1 present, 0 absent.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import (
    CLIPConfig,
    CLIPModel,
    CLIPTextModel,
    CLIPVisionModel,
    SiglipConfig,
    SiglipModel,
)

EncoderConfig = SiglipConfig | CLIPConfig


def feature_width(config: EncoderConfig) -> int:
    """D, the width of both pooled features of a dual encoder."""
    if isinstance(config, CLIPConfig):
        return config.projection_dim
    return config.text_config.projection_size


class GatedFusion(nn.Module):
    """The part both classifiers share: projections to F and a gate between the modalities.

    Subclasses own the parameters directly (`proj_t`, not `fusion.proj_t`), as the checkpoints do.
    """

    def __init__(self, text_width: int, image_width: int, fusion_dim: int) -> None:
        super().__init__()
        self.proj_t = nn.Linear(text_width, fusion_dim)
        self.proj_i = nn.Linear(image_width, fusion_dim)
        self.g_t = nn.Linear(fusion_dim, fusion_dim)
        self.g_i = nn.Linear(fusion_dim, fusion_dim)
        self.gate = nn.Linear(2 * fusion_dim + 2, fusion_dim)

    def fuse(self, t: Tensor, v: Tensor, text_present: Tensor, image_present: Tensor) -> Tensor:
        """Projected features t, v [B, F] to one vector [B, F].

        A lone modality bypasses the gate. With neither present the text branch answers.
        """
        text = torch.tanh(self.g_t(t))
        image = torch.tanh(self.g_i(v))
        presence = torch.stack([text_present, image_present], dim=1)
        share = torch.sigmoid(self.gate(torch.cat([t, v, presence], dim=1)))
        both = share * text + (1.0 - share) * image
        no_text = (text_present < 0.5).unsqueeze(1)
        no_image = (image_present < 0.5).unsqueeze(1)
        return torch.where(no_image, text, torch.where(no_text, image, both))

    def encode_text(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Token ids and mask, int64 [B, L], to raw pooled features [B, D]."""
        raise NotImplementedError

    def encode_image(self, pixel_values: Tensor) -> Tensor:
        """Normalised pixels, float [B, 3, S, S], to raw pooled features [B, D]."""
        raise NotImplementedError

    def classify(self, text: Tensor, image: Tensor, text_present: Tensor, image_present: Tensor) -> Tensor:
        """Raw pooled features and presence flags to logits [B, C]."""
        raise NotImplementedError

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        pixel_values: Tensor,
        text_present: Tensor,
        image_present: Tensor,
    ) -> Tensor:
        """Logits [B, C]; both encoders always run, as in the original."""
        text = self.encode_text(input_ids, attention_mask)
        image = self.encode_image(pixel_values)
        return self.classify(text, image, text_present, image_present)


class FusionClassifier(GatedFusion):
    """Gated late fusion with interaction features over a SigLIP or CLIP dual encoder.

    Built with random weights from `config`; `backbone.load_state_dict` or the classifier's own
    `load_state_dict` brings trained ones. Call `.eval()` to switch dropout off.
    """

    def __init__(self, config: EncoderConfig, num_labels: int, fusion_dim: int = 512) -> None:
        width = feature_width(config)
        super().__init__(width, width, fusion_dim)
        encoder = CLIPModel if isinstance(config, CLIPConfig) else SiglipModel
        self.backbone = encoder(config)
        self.cls = nn.Sequential(
            nn.LayerNorm(5 * fusion_dim),
            nn.Linear(5 * fusion_dim, fusion_dim),
            nn.GELU(),
            nn.Dropout(0.2),
            nn.Linear(fusion_dim, num_labels),
        )
        self.ln_fused = nn.LayerNorm(fusion_dim)

    def encode_text(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.backbone.get_text_features(input_ids=input_ids, attention_mask=attention_mask)

    def encode_image(self, pixel_values: Tensor) -> Tensor:
        return self.backbone.get_image_features(pixel_values=pixel_values)

    def classify(self, text: Tensor, image: Tensor, text_present: Tensor, image_present: Tensor) -> Tensor:
        # An absent modality becomes exactly zero here, so its projection is the bias, which still
        # reaches the gate and the interaction features.
        t = self.proj_t(functional.normalize(text, dim=-1) * text_present.unsqueeze(1))
        v = self.proj_i(functional.normalize(image, dim=-1) * image_present.unsqueeze(1))
        fused = self.ln_fused(self.fuse(t, v, text_present, image_present))
        return self.cls(torch.cat([fused, t, v, torch.abs(t - v), t * v], dim=1))


class MultiTaskClassifier(GatedFusion):
    """Gated fusion over unprojected CLIP towers, then one binary head per class.

    Features are neither L2-normalised nor masked by presence. `head_hidden_dim` None gives single
    linear heads; a number puts one hidden layer in each. `learnable_task_weights` adds `log_vars`,
    which only the training loss reads.
    """

    def __init__(
        self,
        config: CLIPConfig,
        num_labels: int,
        fusion_dim: int = 512,
        head_hidden_dim: int | None = None,
        learnable_task_weights: bool = False,
    ) -> None:
        super().__init__(config.text_config.hidden_size, config.vision_config.hidden_size, fusion_dim)
        self.tower_txt = CLIPTextModel(config.text_config)
        self.tower_img = CLIPVisionModel(config.vision_config)
        self.shared_head = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(fusion_dim, fusion_dim), nn.GELU(), nn.Dropout(0.2)
        )
        self.heads = nn.ModuleList(_task_head(fusion_dim, head_hidden_dim) for _ in range(num_labels))
        self.log_vars = nn.Parameter(torch.zeros(num_labels)) if learnable_task_weights else None

    def encode_text(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.tower_txt(input_ids=input_ids, attention_mask=attention_mask).pooler_output

    def encode_image(self, pixel_values: Tensor) -> Tensor:
        return self.tower_img(pixel_values=pixel_values).pooler_output

    def classify(self, text: Tensor, image: Tensor, text_present: Tensor, image_present: Tensor) -> Tensor:
        fused = self.fuse(self.proj_t(text), self.proj_i(image), text_present, image_present)
        shared = self.shared_head(fused)
        return torch.cat([head(shared) for head in self.heads], dim=1)


def _task_head(fusion_dim: int, hidden_dim: int | None) -> nn.Module:
    if not hidden_dim:
        return nn.Linear(fusion_dim, 1)
    return nn.Sequential(
        nn.Linear(fusion_dim, hidden_dim), nn.GELU(), nn.Dropout(0.1), nn.Linear(hidden_dim, 1)
    )
