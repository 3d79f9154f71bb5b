"""The labels that records of JSON have in fact, as paths; what schema drift is measured by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from conditioners.readers.json.paths import KEY, KEYED, LISTED, Level, join, join_all, read_path, step

RECORDS = 200
"""Elements of a list that are looked at."""


def list_labels(values: Iterable[Any], records: str) -> list[str]:
    """Every path to a value in the first records below some values; lists but those of records are values."""
    found: dict[str, None] = {}
    for value in values:
        for path in _walk(value, read_path(records), ""):
            found.setdefault(path)
    return list(found)


def _walk(node: Any, levels: Sequence[Level], path: str) -> Iterator[str]:
    """Paths below a node; `levels` are the ways to the next list or object by key, and from each element of it on."""
    (names, each), *others = levels
    way = join_all(path, names)
    if not others:
        yield from _leaves(node, path)
        return
    if names or each != KEYED:
        yield from _leaves(node, path, except_for=way)
    held, below = step(node, names), way + each
    if each == KEYED and isinstance(held, dict) and held:
        yield way + KEY
        for element in islice(held.values(), RECORDS):
            yield from _walk(element, others, below) if isinstance(element, dict) or len(others) > 1 else [below]
    for element in islice(held, RECORDS) if each == LISTED and isinstance(held, list) else ():
        yield from _walk(element, others, below)


def _leaves(node: Any, path: str, *, except_for: str = "") -> Iterator[str]:
    if not isinstance(node, dict):
        return
    waiting = [(join(path, name), item) for name, item in reversed(node.items())]
    while waiting:
        at, item = waiting.pop()
        if at == except_for:
            continue
        if isinstance(item, dict) and item:
            waiting += [(join(at, name), inner) for name, inner in reversed(item.items())]
        else:
            yield at
