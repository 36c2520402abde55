"""Byte-pair training whose result depends on nothing but the words.

The trainer of the tokenizers library breaks ties by hash order, which differs from run to run.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

Pair = tuple[str, str]


def train_merges(words: Iterable[Sequence[str]], limit: int) -> list[Pair]:
    """The `limit` most frequent merges in order; of equally frequent pairs the lesser one first.

    A word is a sequence of symbols; merges never cross words. Stops early when no pair occurs twice.
    """
    counted = Counter(tuple(word) for word in words)
    symbols = [list(word) for word in counted]
    weights = list(counted.values())
    counts: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[int]] = defaultdict(set)
    for index, word in enumerate(symbols):
        _count(word, index, weights[index], counts, where)

    merges: list[Pair] = []
    while len(merges) < limit and counts:
        pair = min(counts, key=lambda candidate: (-counts[candidate], candidate))
        if counts[pair] < 2:
            break
        merges.append(pair)
        for index in where.pop(pair):
            _count(symbols[index], index, -weights[index], counts, where)
            symbols[index] = _merge(symbols[index], pair)
            _count(symbols[index], index, weights[index], counts, where)
        del counts[pair]
    return merges


def _count(
    word: list[str],
    index: int,
    weight: int,
    counts: Counter[Pair],
    where: defaultdict[Pair, set[int]],
) -> None:
    for pair in itertools.pairwise(word):
        counts[pair] += weight
        where[pair].add(index)


def _merge(word: list[str], pair: Pair) -> list[str]:
    merged: list[str] = []
    for symbol in word:
        if merged and (merged[-1], symbol) == pair:
            merged[-1] += symbol
        else:
            merged.append(symbol)
    return merged
