#!/usr/bin/env python3
"""Compares this project's answers with PyTorch's on the same checkpoint.

    check_full_size.py CHECKPOINT --url http://127.0.0.1:8080     ask a running server
    check_full_size.py CHECKPOINT --write-request request.json    or write the request to send by hand,
    check_full_size.py CHECKPOINT --answers reply.json            and compare the saved reply

CHECKPOINT is a folder in the published layout, the one that the server's model was converted from.
Prints one line an item and the largest difference of any probability. Exit code 0 within the
tolerance, 1 beyond it or where an item was not answered, 2 for wrong arguments.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from original import Handler, Item, load

IMAGES = Path(__file__).resolve().parents[1] / "test" / "fixtures" / "images"
# Absolute difference of probabilities at full size, all in float32.
TOLERANCE = 5e-5
_SENTENCE = "The harbour was quiet and the boats were tied up for the night. "
_TEXTS = (
    "x",
    "How are you doing?",
    _SENTENCE,
    _SENTENCE * 2,
    _SENTENCE * 8,
    "Сегодня утром мы пошли на рынок, 今日は天気がいい 😀",
    "<eos> ends and <pad> pads inside of a text",
    "a  b\n\n\n<b>c</b>\t▁▁d",
)
_PICTURES = (
    "jpeg-420.jpg",
    "jpeg-444-photo.jpg",
    "jpeg-progressive.jpg",
    "png-rgba.png",
    "size-1920x1080.png",
    "size-1x5000.png",
    "webp-lossless.webp",
    "gif-animated.gif",
)


def items() -> list[Item]:
    """Texts alone, pictures alone, and both together."""
    pictures = [(IMAGES / name).read_bytes() for name in _PICTURES]
    return [
        *(Item(text=text) for text in _TEXTS),
        *(Item(image=picture) for picture in pictures),
        *(Item(text, picture) for text, picture in zip(_TEXTS, pictures, strict=True)),
    ]


def instance(item: Item) -> dict[str, str]:
    """The item as a request holds it."""
    fields: dict[str, str] = {}
    if item.text is not None:
        fields["text"] = item.text
    if isinstance(item.image, bytes):
        fields["image_base64"] = base64.b64encode(item.image).decode("ascii")
    return fields


def describe(index: int) -> str:
    count = len(_TEXTS)
    kind = ("text", "image", "text+image")[index // count]
    return f"{kind:<10} {_PICTURES[index % count] if kind != 'text' else repr(_TEXTS[index][:32])}"


def ask(url: str, instances: Sequence[dict], batch: int) -> list[dict]:
    """Posts the instances, `batch` a request, past any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    answers: list[dict] = []
    for start in range(0, len(instances), batch):
        body = json.dumps({"instances": instances[start : start + batch]}).encode()
        request = urllib.request.Request(
            url.rstrip("/") + "/invocations", body, {"Content-Type": "application/json"}
        )
        with opener.open(request, timeout=300) as reply:
            answers += json.load(reply)["predictions"]
    return answers


def compare(handler: Handler, wanted: Sequence[Item], answers: Sequence[dict]) -> float | None:
    """The largest difference, or None where an answer is missing."""
    if len(answers) != len(wanted):
        print(f"got {len(answers)} answers; expected {len(wanted)}")
        return None
    worst, complete = 0.0, True
    for index, (item, answer) in enumerate(zip(wanted, answers, strict=True)):
        if "probabilities" not in answer:
            print(f"{describe(index)}: no answer, but {json.dumps(answer)[:200]}")
            complete = False
            continue
        expected = handler.answer(item)["probabilities"]
        given = answer["probabilities"]
        if list(given) != list(expected):
            print(f"{describe(index)}: labels {list(given)}; expected {list(expected)}")
            complete = False
            continue
        difference = max(abs(given[name] - expected[name]) for name in expected)
        worst = max(worst, difference)
        print(f"{describe(index):<44} {difference:.2e}", flush=True)
    return worst if complete else None


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoint", type=Path)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--url", help="a running server, without the path")
    source.add_argument("--answers", type=Path, help="a saved reply to the request")
    source.add_argument("--write-request", type=Path, help="write the request and stop")
    parser.add_argument("--batch", type=int, default=4, help="items a request (default 4)")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE)
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    options = arguments(argv)
    wanted = items()
    instances = [instance(item) for item in wanted]
    if options.write_request:
        options.write_request.write_text(json.dumps({"instances": instances}) + "\n")
        print(f"wrote {len(instances)} instances to {options.write_request}")
        return 0
    if options.url:
        answers = ask(options.url, instances, options.batch)
    else:
        answers = json.loads(options.answers.read_text())["predictions"]
    start = time.perf_counter()
    handler = load(options.checkpoint)
    print(
        f"{sum(p.numel() for p in handler.model.parameters()):,} parameters, "
        f"tokenizer {type(handler.tokenizer).__name__}, loaded in {time.perf_counter() - start:.1f} s"
    )
    worst = compare(handler, wanted, answers)
    if worst is None:
        print("FAILED: not every item was answered")
        return 1
    verdict = "ok" if worst <= options.tolerance else "FAILED"
    print(f"{verdict}: largest difference {worst:.2e}, tolerance {options.tolerance:.0e}")
    return 0 if worst <= options.tolerance else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
