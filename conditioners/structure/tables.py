"""Finds tables among rows: where each begins and ends, and which rows are none of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conditioners.structure.ahead import Ahead
from conditioners.structure.block import Block, gather
from conditioners.structure.found import Began, Found, Passed
from conditioners.structure.heads import Head, find_head, find_same_head
from conditioners.structure.neighbours import find_neighbour
from conditioners.structure.profiles import Profile
from conditioners.structure.rows import Resplit, Row, no_resplit
from conditioners.structure.table_rows import TableReader, is_sparse

_AHEAD = 400
"""Rows that are looked at before a table's form is decided."""
_PROFILED = 200
_ENOUGH = 10
"""Rows that tell what a table's columns hold, whatever follows a blank row behind them."""


def find_tables(
    rows: Iterator[Row | Block], resplit: Resplit = no_resplit, *, words_are_apart: bool = False
) -> Iterator[Found]:
    """What each row is, in order; a table's rows come behind its `Began`.

    `words_are_apart` tells that blanks separate cells, and so the words inside of one as well.
    """
    ahead, head = Ahead(gather(rows)), None
    while True:
        yield from ahead.pass_blank()
        if ahead.first() is None:
            return
        looked = ahead.look_far(_AHEAD)
        neighbour = find_neighbour(looked)
        behind = looked[neighbour].place if neighbour is not None else None
        start, head, header_rows, body = _find_next(looked[:neighbour], head, resplit)
        yield from _pass_head(ahead, start, header_rows, head)
        if head is not None:
            yield Began(head)
            yield from TableReader(ahead, head, _profile(body, head), resplit, words_are_apart, behind).read()


def _find_next(
    rows: Sequence[Row], last: Head | None, resplit: Resplit
) -> tuple[int, Head | None, int, Sequence[Row]]:  # fmt: skip
    """How many rows precede the next table, how it begins, how many header rows it has, and the rows behind these."""
    same = find_same_head(rows, last)
    if same is not None:
        again, header_rows, end = same
        return 0, again, header_rows, rows[header_rows:end]
    start, head, header_rows = find_head(rows, resplit)
    return start, head, header_rows, rows[start + header_rows :]


def _pass_head(ahead: Ahead, start: int, header_rows: int, head: Head | None) -> Iterator[Passed]:
    """What stands before a table, and among its header rows."""
    for row in ahead.take(start):
        yield Passed(row.place, "blank" if row.is_blank else "before the table")
    for row in ahead.take(header_rows):
        if head is None or row.place not in head.places:
            yield Passed(row.place, "blank" if row.is_blank else "among the header rows")


def _profile(rows: Sequence[Row], head: Head) -> Profile:
    """What the columns of a table hold: by the rows up to the first blank one, if those are enough to go by."""
    cells = list[Sequence[str]]()
    for row in rows:
        if row.is_blank and len(cells) >= _ENOUGH:
            break
        if row.filled and row.width == head.cells and not is_sparse(row.filled, head) and row.cells != head.labels:
            cells.append(row.cells or ())
    return Profile(cells[:_PROFILED], head.cells)
