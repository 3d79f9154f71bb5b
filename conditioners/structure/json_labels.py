"""Labels of JSON rows that are lists of cells, where these stand beside the rows: as words, or as names of columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from conditioners.readers.json.paths import LISTED, join, join_all
from conditioners.structure.json_nodes import show_cell
from conditioners.structure.json_tables import Found
from conditioners.structure.profiles import Profile

_NAMES = ("label", "title", "name", "ColumnName", "header", "field", "fieldName", "key", "id", "code")
"""What objects that describe a column call its label, the telling ones first."""
_OF_COLUMNS = re.compile("col|field|head|label|names|title|schema|row_?type|variable|attribute|propert", re.IGNORECASE)
"""What lists of labels are called; those of objects that describe columns may have any name."""
_MOST_VALUES, _MOST_LEVELS = 100_000, 8
"""Of a document that are looked at for the labels of one table, and objects around it in which they may stand."""


class Header(NamedTuple):
    """Labels, and the path that leads to them from the root, such as `columns[]` or `meta.fields[].name`."""

    path: str
    labels: tuple[str, ...]
    is_described: bool
    """Whether each column has an object of its own, which beats a plain list of as many words."""


def find_header(table: Found, rows: Sequence[Sequence[Any]]) -> Header | None:
    """The labels of rows of equal width, the first of which are given; None if they have none, or these come first.

    What stands nearest to the rows is looked at first.
    """
    width = len(rows[0]) if rows else 0
    if not width or any(len(row) != width for row in rows) or _begins_with_labels(rows, width):
        return None
    for around in islice(_above(table), _MOST_LEVELS):
        if found := list(_find_headers(around, width, table.value)):
            return max(found, key=lambda header: header.is_described)
    return None


def _above(found: Found) -> Iterator[Found]:
    """What a value stands in, from the nearest on to the root."""
    while found.above is not None:
        found = found.above
        yield found


def _begins_with_labels(rows: Sequence[Sequence[Any]], width: int) -> bool:
    shown = [list(map(show_cell, row)) for row in rows]
    return len(shown) > 1 and Profile(shown[1:], width).support_labels(shown[0]) >= 1


def _find_headers(around: Found, width: int, rows: Any) -> Iterator[Header]:
    """Lists of labels, or of objects that each have one under the same name, by what they are called."""
    *_, root = around, *_above(around)
    names = [each.name for each in (around, *_above(around)) if each is not root]
    waiting, left = [(join_all("", names[::-1]), "", around.value)], _MOST_VALUES
    while waiting and left > 0:
        path, name, each = waiting.pop()
        if each is rows or not isinstance(each, dict | list):
            continue
        left -= len(each)
        if isinstance(each, dict):
            waiting += [(join(path, key), key, inner) for key, inner in reversed(each.items())]
        elif len(each) == width:
            yield from _read_labels(each, path + LISTED, is_of_columns=_OF_COLUMNS.search(name) is not None)


def _read_labels(items: Sequence[Any], path: str, *, is_of_columns: bool) -> Iterator[Header]:
    if all(isinstance(item, dict) for item in items):
        held = {name: [item.get(name) for item in items] for name in _NAMES}
        yield from (Header(f"{path}.{name}", tuple(of), True) for name, of in held.items() if _are_labels(of))
    elif is_of_columns and _are_labels(items):
        yield Header(path, tuple(items), is_described=False)


def _are_labels(values: Sequence[Any]) -> bool:
    """Whether values are different texts; numbers are of another type."""
    return all(type(each) is str and each.strip() for each in values) and len(set(values)) == len(values)
