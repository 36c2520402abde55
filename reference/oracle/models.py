"""Writes test/fixtures/models: small checkpoints and PyTorch's answers."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from original import Handler, load
from original.handler import sigmoid

from .files import FIXTURES, write_gzip, write_json, write_rows, write_tensors
from .model_cases import Case, build_cases
from .model_specs import SPECS, ModelSpec
from .model_weights import randomize
from .tokenizer_cases import save_tokenizer


def write_models() -> None:
    for spec in SPECS:
        folder = FIXTURES / "models" / spec.name
        shutil.rmtree(folder, ignore_errors=True)
        _write_checkpoint(spec, folder)
        _write_cases(spec, folder, load(folder))


def _write_checkpoint(spec: ModelSpec, folder: Path) -> None:
    write_json(folder / "config.json", spec.config)
    write_json(folder / "inference_config.json", spec.inference_config())
    write_json(folder / "label_map.json", {str(i): name for i, name in enumerate(spec.labels)})
    write_json(folder / "preprocessor_config.json", spec.preprocessor_config())
    save_tokenizer(spec.tokenizer, folder)
    model = spec.build()
    randomize(model, spec.seed, spec.dtype)
    state = {_key(spec, name): tensor.to(spec.dtype) for name, tensor in model.state_dict().items()}
    write_tensors(folder / "model.safetensors", state)


def _key(spec: ModelSpec, name: str) -> str:
    if not spec.flat_towers:
        return name
    return name.replace("tower_txt.text_model.", "tower_txt.").replace(
        "tower_img.vision_model.", "tower_img."
    )


def _write_cases(spec: ModelSpec, folder: Path, handler: Handler) -> None:
    cases = build_cases(spec, handler)
    answers = [_run(handler, case, torch.float32) for case in cases]
    exact = [_run(handler, case, torch.float64) for case in cases]
    torch.set_default_dtype(torch.float32)
    outputs = {name: torch.cat([answer[name] for answer in answers]) for name in answers[0]}
    write_tensors(folder / "cases.safetensors", {**_inputs(cases), **outputs})
    write_gzip(folder / "pixels.rgb.gz", np.stack([case.pixels for case in cases]).tobytes())
    head = {
        "model": spec.name,
        "class_names": spec.labels,
        "max_text_length": handler.max_text_length,
        "image_size": spec.image_size,
        "float64_max_difference": {
            name: max(_difference(a[name], b[name]) for a, b in zip(answers, exact, strict=True))
            for name in ("logits", "probabilities")
        },
    }
    write_rows(folder / "cases.json", head, "cases", [case.meta for case in cases])


def _inputs(cases: list[Case]) -> dict[str, Tensor]:
    names = ("input_ids", "attention_mask", "text_present", "image_present")
    return {name: torch.cat([getattr(case.inputs, name) for case in cases]) for name in names}


def _run(handler: Handler, case: Case, dtype: torch.dtype) -> dict[str, Tensor]:
    """One case alone, as the original runs it."""
    handler = replace(handler, model=handler.model.to(dtype))
    torch.set_default_dtype(dtype)  # CLIP's mask is made in the default dtype
    text = handler.encode_text(case.inputs.input_ids, case.inputs.attention_mask)
    image = handler.encode_image(case.inputs.pixel_values.to(dtype))
    presence = case.inputs.text_present.to(dtype), case.inputs.image_present.to(dtype)
    logits = handler.logits(text, image, *presence)
    return {
        "text_features": text,
        "image_features": image,
        "logits": logits,
        "probabilities": torch.from_numpy(sigmoid(logits.numpy())),
    }


def _difference(a: Tensor, b: Tensor) -> float:
    return float(f"{(a - b).abs().max().item():.2g}")
