"""The image transform that the original evaluates and serves with.

It is not the encoder's own processor: geometry and filter are torchvision's (short edge, bilinear,
antialias, centre crop); only size, mean and standard deviation come from preprocessor_config.json.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torchvision import transforms
from torchvision.transforms import InterpolationMode

SIGLIP_MEAN = SIGLIP_STD = (0.5, 0.5, 0.5)
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


def decode(data: bytes) -> Image.Image:
    """Image file to RGB: alpha dropped, EXIF orientation and ICC profile ignored, first frame."""
    return Image.open(io.BytesIO(data)).convert("RGB")


@dataclass(frozen=True)
class ImageTransform:
    """PIL image to the encoder's input: resize, crop, scale to 0..1, normalise."""

    height: int = 224
    width: int = 224
    mean: Sequence[float] = SIGLIP_MEAN
    std: Sequence[float] = SIGLIP_STD

    @staticmethod
    def from_config(preprocessor_config: dict) -> ImageTransform:
        """Reads size (height and width, or shortest_edge, or a number; else 224), mean and std."""
        size = preprocessor_config.get("size", 224)
        if isinstance(size, dict):
            edge = size.get("shortest_edge", 224)
            height, width = size.get("height", edge), size.get("width", edge)
        else:
            height = width = size
        return ImageTransform(
            int(height),
            int(width),
            tuple(preprocessor_config.get("image_mean", SIGLIP_MEAN)),
            tuple(preprocessor_config.get("image_std", SIGLIP_STD)),
        )

    def resize_and_crop(self, image: Image.Image) -> Image.Image:
        """The geometric half: short edge to `height`, then the centre `height` x `width`."""
        resize = transforms.Resize(self.height, interpolation=InterpolationMode.BILINEAR, antialias=True)
        return transforms.CenterCrop((self.height, self.width))(resize(image))

    def normalize(self, image: Image.Image) -> Tensor:
        """The numeric half: uint8 HWC to float32 [3, H, W]."""
        return transforms.Normalize(self.mean, self.std)(transforms.ToTensor()(image))

    def __call__(self, image: Image.Image) -> Tensor:
        """RGB image to float32 [3, H, W]."""
        return self.normalize(self.resize_and_crop(image))

    def absent(self) -> Tensor:
        """What stands in for a missing image: zeros, set after normalisation."""
        return torch.zeros(3, self.height, self.width)


def to_pixels(image: Image.Image) -> np.ndarray:
    """RGB image to uint8 [H, W, 3]."""
    return np.asarray(image, dtype=np.uint8)
