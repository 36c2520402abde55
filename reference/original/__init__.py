"""The published classifiers and their serving path, re-expressed on the original libraries.

`load(checkpoint_dir)` gives a `Handler` that answers as the published service does, with the
corrections without which it cannot run (see `handler`). Everything is built from the checkpoint
folder; nothing is fetched.
"""

from .classifier import FusionClassifier, MultiTaskClassifier
from .handler import Handler, Item, load
from .transform import ImageTransform

__all__ = ["FusionClassifier", "Handler", "ImageTransform", "Item", "MultiTaskClassifier", "load"]
