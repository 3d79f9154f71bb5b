"""Tells tables apart that stand one below the other, by their labels and a blank row between."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import dropwhile, groupby, islice, pairwise
from typing import NamedTuple

from conditioners.structure.kinds import TYPED, Kind, kind_of
from conditioners.structure.profiles import Profile
from conditioners.structure.rows import Row

_BLOCKS = 3
"""Stretches without blank rows that are looked at: one may be a preamble."""
_ROWS, _PAIRS, _FOLLOWING = 3, 5, 2
"""Rows below the labels that it takes: of the first table, of one with two columns, which may be names and values of a
preamble, and of the next table."""
_SUPPORT, _SUPPORT_OF_KEYS = 1.0, 0.75
_VALUES = TYPED - {Kind.TRUTH}
"""Kinds that no label has; `No` may be one."""


def find_neighbour(rows: Sequence[Row]) -> int | None:
    """The number of the row, maybe a title, that the second of two tables begins with; None if there is none."""
    # Rows behind the last of them are not even looked at for blanks: of stacked tables, each would look at all to come.
    runs = groupby(enumerate(rows), lambda each: each[1].is_blank)
    blocks = (list(run) for is_blank, run in runs if not is_blank)
    for upper, lower in pairwise(islice(blocks, _BLOCKS)):
        if _are_neighbours(_without_titles(upper), _without_titles(lower)):
            return lower[0][0]
    return None


def _without_titles(block: Sequence[tuple[int, Row]]) -> list[Row]:
    return [row for _, row in dropwhile(lambda each: each[1].filled == 1, block)]


def _are_neighbours(upper: Sequence[Row], lower: Sequence[Row]) -> bool:
    """Whether both are tables with labels, and those of the lower one could be no row of the upper one."""
    if not upper or not lower or upper[0].cells == lower[0].cells:
        return False
    above, below = _read_table(upper), _read_table(lower)
    if above is None or below is None:
        return False
    if upper[0].width != lower[0].width:
        return len(above.rows) > _ROWS and len(below.rows) > _ROWS and _are_tables(above, below)
    fewest = _PAIRS if len(above.columns) == 2 else _ROWS
    if len(above.rows) <= fewest or len(below.rows) <= _FOLLOWING:
        return False
    if not below.columns <= above.columns:
        return True
    return Profile(above.rows[1:], len(above.rows[0])).contradicts_everywhere(below.rows[0], fewest=1)


def _are_tables(*found: _Found) -> bool:
    """Whether none is names and values of a preamble, which have words in the first of their two columns."""
    return all(len(each.columns) > 2 or has_keys(each.rows[0], Profile(each.rows[1:], 2)) for each in found)


def are_labels(cells: Sequence[str], below: Profile) -> bool:
    """Whether a row is labels of those below it, more or less for sure."""
    support = below.support_labels(cells)
    return support >= _SUPPORT or (support >= _SUPPORT_OF_KEYS and has_keys(cells, below))


def has_keys(labels: Sequence[str], below: Profile) -> bool:
    """Whether the first column holds values or codes, and its label is neither."""
    return below.columns[0].support_label(labels[0]) >= _SUPPORT_OF_KEYS


class _Found(NamedTuple):
    rows: list[tuple[str, ...]]
    columns: frozenset[int]
    """Those that hold something: on a sheet each table has its own."""


def _read_table(rows: Sequence[Row]) -> _Found | None:
    """The rows' cells, if all are of one width, and the first row holds labels of the others."""
    cells = [row.cells for row in rows if row.cells is not None]
    if len(cells) < len(rows) or len(cells) < 2 or len({len(each) for each in cells}) > 1:
        return None
    every = range(len(cells[0]))
    used = [at for at in every if any(row[at].strip() for row in cells)] if rows[0].is_of_sheet else list(every)
    labels, *body = ([row[at] for at in used] for row in cells)
    if len(used) < 2 or not all(map(str.strip, labels)) or any(kind_of(label) in _VALUES for label in labels):
        return None
    return _Found(cells, frozenset(used)) if are_labels(labels, Profile(body, len(used))) else None
