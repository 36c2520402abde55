"""Makes models/demo and test/fixtures/demo from nothing.

    python -m reference.demo

Takes about a quarter of an hour on two free cores. Everything comes from seeds; another processor or
other library versions may train slightly different weights.
"""

from __future__ import annotations

from . import tokenizer
from .examples import write_examples
from .fixtures import write_fixtures
from .model_card import write_model_card
from .train import Recipe, train


def main() -> None:
    tokenizer.save()
    train(Recipe())
    write_examples()
    write_model_card()
    write_fixtures()


if __name__ == "__main__":
    main()
