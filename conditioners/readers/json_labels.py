"""The labels that records of JSON have in fact, as paths; what schema drift is measured by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from conditioners.readers.json_paths import step

RECORDS = 200
"""Elements of a list that are looked at."""


def list_labels(values: Iterable[Any], records: str) -> list[str]:
    """Every path to a value in the first records below some values; lists but those of records are values."""
    found: dict[str, None] = {}
    for value in values:
        for path in _walk(value, records.split("[]"), ""):
            found.setdefault(path)
    return list(found)


def _walk(node: Any, levels: list[str], path: str) -> Iterator[str]:
    """Paths below a node; `levels` are the ways to the next list, and from each element of it on."""
    first, *others = levels
    way = first.strip(".")
    yield from _leaves(node, path, except_for=f"{path}.{way}".strip(".") if others else None)
    if not others:
        return
    held = step(node, [name for name in way.split(".") if name])
    below = f"{path}.{way}".strip(".") + "[]" if way else f"{path}[]"
    for element in islice(held, RECORDS) if isinstance(held, list) else ():
        yield from _walk(element, others, below)


def _leaves(node: Any, path: str, *, except_for: str | None) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    waiting = [(f"{path}.{name}" if path else name, item) for name, item in reversed(node.items())]
    while waiting:
        at, item = waiting.pop()
        if isinstance(item, dict) and item:
            waiting += [(f"{at}.{name}", inner) for name, inner in reversed(item.items())]
        elif at != except_for:
            yield at
