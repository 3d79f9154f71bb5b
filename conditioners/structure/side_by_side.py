"""Tables beside each other on one sheet, told apart by empty columns, where it is certain that they are several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from conditioners.structure.found import Began, Kept
from conditioners.structure.kinds import Kind, kind_of
from conditioners.structure.rows import Row, line_of
from conditioners.structure.tables import find_tables

Cells = Sequence[str | None]
_LOOKED_AT = 400
_FEWEST_ROWS, _FEWEST_COLUMNS, _MOST_SIDES = 2, 2, 50


class _Side(NamedTuple):
    """The first table between two empty columns: its labels, and the rows of these, of all above it, and of its own."""

    labels: tuple[str, ...]
    header: frozenset[int]
    above: frozenset[int]
    first: int
    last: int
    begins_with_numbers: bool


def part_sides(rows: Sequence[Cells], show: Callable[[Sequence[Cells]], Iterator[Row]]) -> Iterator[Sequence[Cells]]:
    """The rows of each table of a sheet with tables beside each other, every cell in its place; else all rows.

    They are several if each has its own labels and rows, and these begin in different rows or are the same labels.
    `show` gives the rows of a sheet as they are looked at.
    """
    stretches = _find_stretches(rows)
    if 1 < len(stretches) <= _MOST_SIDES and all(last - first >= _FEWEST_COLUMNS for first, last in stretches):
        beginnings = [_take(rows[:_LOOKED_AT], first, last) for first, last in stretches]
        sides = [side for part in beginnings if (side := _look(show(part)))]
        if len(sides) == len(stretches) and all(_are_apart(one, other) for one, other in combinations(sides, 2)):
            return (_take(rows, first, last) for first, last in stretches)
    return iter((rows,))


def _find_stretches(rows: Sequence[Cells]) -> list[tuple[int, int]]:
    """The columns that stand together, each stretch as its first column and the one behind its last."""
    used = sorted({at for cells in rows for at, cell in enumerate(cells) if cell})
    begins = [at for before, at in zip([-2, *used], used, strict=False) if at > before + 1]
    ends = (
        [at + 1 for at, behind in zip(used, [*used[1:], used[-1] + 2], strict=True) if behind > at + 1] if used else []
    )
    return list(zip(begins, ends, strict=True))


def _take(rows: Sequence[Cells], first: int, last: int) -> list[Cells]:
    """The cells of some columns, where they stand; no rows behind the last of them."""
    taken: list[Cells] = [[*[None] * first, *cells[first:last]] for cells in rows]
    while taken and not any(taken[-1]):
        taken.pop()
    return taken


def _look(rows: Iterator[Row]) -> _Side | None:
    """The first table among rows; None if it has no labels, or is hardly a table."""
    looked_at = list(rows)
    found = list(find_tables(iter(looked_at)))
    head = next((each.head for each in found if isinstance(each, Began)), None)
    kept = [each for each in found if isinstance(each, Kept)]
    if head is None or head.labels is None or head.cells < _FEWEST_COLUMNS or len(kept) < _FEWEST_ROWS:
        return None
    numbers = sum(kind_of(each.cells[0]) is Kind.NUMBER for each in kept)
    first, last = line_of(kept[0].place), line_of(kept[-1].place)
    filled = frozenset(line_of(row.place) for row in looked_at if not row.is_blank)
    above = frozenset(at for at in filled if at < first)
    return _Side(head.labels, frozenset(map(line_of, head.places)), above, first, last, numbers * 2 > len(kept))


def _are_apart(one: _Side, other: _Side) -> bool:
    """Whether two sides cannot be columns of one table: its labels would stand at one height, and once.

    As many columns of numbers may stand under the same labels, for instance for each of two years.
    """
    if one.labels == other.labels:
        return one.last != other.last or not (one.begins_with_numbers or other.begins_with_numbers)
    return not one.header & other.above and not other.header & one.above and one.first != other.first
