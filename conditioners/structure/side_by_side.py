"""Tables beside each other on one sheet, told apart by empty columns, where it is certain that they are several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from conditioners.structure.found import Began, Kept
from conditioners.structure.kinds import TYPED, Kind, kind_of
from conditioners.structure.rows import Row, line_of
from conditioners.structure.tables import find_tables

Cells = Sequence[str | None]
_LOOKED_AT = 400
_FEWEST_ROWS, _FEWEST_COLUMNS, _MOST_SIDES = 2, 2, 50
_FEWEST_NAMES = 3


class _Side(NamedTuple):
    """The first table between two empty columns: its labels, and the rows of these, of all above it, and of its own."""

    labels: tuple[str, ...]
    header: frozenset[int]
    above: frozenset[int]
    first: int
    last: int
    begins_with_numbers: bool
    has_names: bool
    """Whether every row is full, and begins with a word or code that no other row begins with."""


def part_sides(rows: Sequence[Cells], show: Callable[[Sequence[Cells]], Iterator[Row]]) -> Iterator[Sequence[Cells]]:
    """The rows of each table of a sheet with tables beside each other, every cell in its place; else all rows.

    They are several if each has its own labels and rows, and these begin in different rows, are the same labels, or end
    in different rows that each have a name of their own.
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
    names = {each.cells[0] for each in kept if _is_name(each.cells[0])}
    is_full = len(kept) > last - first and all(cell.strip() for each in kept for cell in each.cells)
    return _Side(
        head.labels, frozenset(map(line_of, head.places)), above, first, last, numbers * 2 > len(kept),
        is_full and len(names) == len(kept) >= _FEWEST_NAMES,
    )  # fmt: skip


def _is_name(cell: str) -> bool:
    return kind_of(cell) not in TYPED or (cell.startswith("0") and cell.isdigit() and cell != "0")


def _are_apart(one: _Side, other: _Side) -> bool:
    """Whether two sides cannot be columns of one table: its labels would stand at one height, and once.

    Of its columns those on one side may end first, but then they do not name each row anew.
    As many columns of numbers may stand under the same labels, for instance for each of two years.
    """
    if one.labels == other.labels:
        return one.last != other.last or not (one.begins_with_numbers or other.begins_with_numbers)
    if one.header == other.header and one.last != other.last and one.has_names and other.has_names:
        return True
    return not one.header & other.above and not other.header & one.above and one.first != other.first
