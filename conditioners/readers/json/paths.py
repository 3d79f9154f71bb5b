"""Paths in JSON: names, `[]` for each element of a list, `{}` for each value of an object, `[1]` for one element alone.

Behind the way to an object `{key}` is the key of each value, and a name with marks in it stands in quotes: `['a.b']`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from conditioners.outcome import SourceError

LISTED, KEYED, KEY = "[]", "{}", "{key}"
_PLACE = re.compile(r"\[([0-9]{1,9})\]")
_PART = re.compile(
    r"(?P<each>\[\]|\{\}|\{key\})|(?P<place>\[[0-9]{1,9}\])|\['(?P<quoted>(?:[^'\\]++|\\.)*+)'\]"
    r"|(?P<piece>[^.\[{]++|\{|\[(?!'))|\.",
    re.DOTALL,
)
"""A part of a path; names that hold brackets which are no marks come in pieces."""
_SHOWN = 80
"""Characters of a key in the place of a row: it may be long, and stands in the place of each row below it."""


class Level(NamedTuple):
    """Names that lead to a list or to an object by key, or at the end of a path to a value."""

    names: tuple[str, ...]
    each: str = ""
    """LISTED or KEYED: what the names lead to; at the end of a path nothing, or KEY for the key itself."""


def read_path(path: str) -> tuple[Level, ...]:
    """`stores[].weeks{}.day` is three levels; raises SourceError where something stands behind `{key}`, or no name."""
    levels, names, end, is_piece = list[Level](), list[list[str]](), 0, False
    for part in _PART.finditer(path):
        if part.start() != end or (levels and levels[-1].each == KEY):
            raise SourceError(f"the path {path!r} cannot be read at {path[end:]!r}")
        end = part.end()
        if part["each"] == KEY:
            levels += [Level(_join_pieces(names), KEYED), Level((), KEY)]
        elif part["each"]:
            levels.append(Level(_join_pieces(names), part["each"]))
            names = []
        elif part["quoted"] is not None:
            names.append([_unescape(part["quoted"])])
        elif part["piece"] and is_piece:
            names[-1].append(part["piece"])
        elif part["place"] or part["piece"]:
            names.append([part["place"] or part["piece"]])
        is_piece = part["piece"] is not None
    if end != len(path):
        raise SourceError(f"the path {path!r} cannot be read at {path[end:]!r}")
    return tuple(levels) if levels and levels[-1].each == KEY else (*levels, Level(_join_pieces(names)))


def _unescape(quoted: str) -> str:
    """The text of a name in quotes, in which each backslash stands before a character that it escapes."""
    return "\\".join(part.replace("\\", "") for part in quoted.split("\\\\"))


def _join_pieces(names: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(map("".join, names))


def write_path(levels: Iterable[Level]) -> str:
    """The path that is read as these levels, in the one form that labels of files have."""
    path = ""
    for names, each in levels:
        path = join_all(path, names) + each if each != KEY else path.removesuffix(KEYED) + KEY
    return path


def join_all(path: str, names: Sequence[str]) -> str:
    """A path with names of a declared one behind it, places among them."""
    for name in names:
        path = join(path, name) if find_place(name) is None else path + name
    return path


def join(path: str, name: str) -> str:
    """A path with a name behind it, in quotes if it could be read as something else."""
    pieces = sum(len(part["piece"] or "") for part in _PART.finditer(name))
    if not name or pieces < len(name) or (not path and name[0] in "@="):
        quoted = name.replace("\\", r"\\").replace("'", r"\'")
        return f"{path}['{quoted}']"
    return f"{path}.{name}" if path else name


def join_key(path: str, key: str) -> str:
    """The place of what stands under a key, of which only so much is shown."""
    return join(path, key if len(key) <= _SHOWN else f"{key[:_SHOWN]}…")


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
    return join_all("$", names)
