"""Paths in JSON: names, `[]` for each element of a list, and `[1]` for its second one alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_PLACE = re.compile(r"\[([0-9]{1,9})\]")


def split_levels(path: str) -> list[tuple[str, ...]]:
    """`stores[].weeks[].day` is three levels: (stores), (weeks), (day); each but the last leads to a list."""
    return [tuple(name for name in part.split(".") if name) for part in path.split("[]")]


def find_place(name: str) -> int | None:
    """The place in a list that stands for a name in a path: 1 for `[1]`; None for any other name."""
    found = _PLACE.fullmatch(name)
    return int(found[1]) if found else None


def step(node: Any, names: Sequence[str]) -> Any:
    """What the names lead to from a node; None when nothing is there."""
    for name in names:
        if isinstance(node, dict):
            node = node.get(name)
            continue
        place = find_place(name) if isinstance(node, list) else None
        if place is None or place >= len(node):
            return None
        node = node[place]
    return node


def show_path(names: Sequence[str]) -> str:
    """A path from the root as the places of rows have it: `$.data`, `$[1]`."""
    return "$" + "".join(f".{name}" if find_place(name) is None else name for name in names)
