"""Paths in JSON for the labels of a sample, which do not tell names with points from names in each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from conditioners.readers.json.paths import KEY, KEYED, LISTED, join, read_path, write_path
from conditioners.structure.json_shapes import count_keys

_LOOKED_AT = 100
"""Records of a list or object that are looked at, as not each has all labels."""


def find_paths(held: Any, path: str, labels: Sequence[str], *, is_lines: bool) -> list[str]:
    """The paths that lead to the cells of labels, from the value at a path that holds the records.

    The first labels of records by key are those of the keys.
    """
    keys = 0 if is_lines else count_keys(held)
    found = [path + KEYED * number + KEY for number in range(keys)]
    nodes = [held] if not is_lines else held
    for _ in range(keys):
        nodes, path = [inner for node in nodes for inner in node.values()], path + KEYED
    if keys and not any(isinstance(node, dict) for node in nodes):
        return [*found, path]
    return [*found, *(_find_path(nodes, path, label) for label in labels[keys:])]


def find_records(paths: Sequence[str]) -> str:
    """The path of the innermost elements that any of the paths leads through."""
    around = [read_path(path)[:-1] for path in paths]
    longest = max(around, key=len)
    return write_path(longest)


def _find_path(nodes: Sequence[Any], path: str, label: str) -> str:
    """The path by the first of some records that has the label; its words as names if none has."""
    found = (_follow(node, path, label) for node in islice(nodes, _LOOKED_AT))
    return next(filter(None, found), f"{path}.{label}" if path else label)


def _follow(value: Any, path: str, label: str) -> str | None:
    if isinstance(value, list):
        found = (_follow(item, path + LISTED, label) for item in value[:_LOOKED_AT])
        return next(filter(None, found), None)
    if not isinstance(value, dict):
        return None
    if label in value:
        return join(path, label)
    return next(filter(None, _follow_each(value, path, label)), None)


def _follow_each(value: dict[str, Any], path: str, label: str) -> Iterator[str | None]:
    for name, inner in value.items():
        for mark in (".", f"{LISTED}."):
            if label.startswith(name + mark):
                yield _follow(inner, join(path, name), label.removeprefix(name + mark))
