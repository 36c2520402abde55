"""python -m oracle [tokenizers] [models] [images] [numeric] [evaluate]: writes fixtures, all by default."""

from __future__ import annotations

import os
import sys

# Before torch and tokenizers load: their threads may order sums differently.
os.environ.update(OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1")


def main(wanted: list[str]) -> int:
    import torch

    from .evaluate import write_evaluate
    from .images import write_images
    from .models import write_models
    from .numeric import write_numeric
    from .tokenizer_cases import write_tokenizers
    from .versions import write_versions

    torch.set_num_threads(1)
    steps = {
        "tokenizers": write_tokenizers,
        "images": write_images,
        "models": write_models,
        "numeric": write_numeric,
        "evaluate": write_evaluate,
        "versions": write_versions,
    }
    unknown = sorted(set(wanted) - set(steps))
    if unknown:
        print(f"oracle: unknown {', '.join(unknown)}; expected some of {', '.join(steps)}")
        return 2
    for name, write in steps.items():
        if not wanted or name in wanted:
            print(f"{name} ...", flush=True)
            write()
    return 0


sys.exit(main(sys.argv[1:]))
