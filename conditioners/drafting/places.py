"""Places of the fields of fixed width: where the boundary between two of them leaves room for longer values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

_RARELY = 0.01
"""The share of rows that may have been cut within a number, the first digits of which went to the one before."""

Span = tuple[int, int | None]
"""First and last character, from 1; None for the end of the line."""


class _Extent(NamedTuple):
    """Where the values of a field begin and end in all rows, from 1."""

    starts: frozenset[int]
    ends: frozenset[int]

    @property
    def is_flush_right(self) -> bool:
        return len(self.ends) == 1


def make_room(rows: Sequence[str], spans: Sequence[Span], numeric: Sequence[bool]) -> list[Span]:
    """The spans, those of numbers that end below each other widened to the left.

    The first digits of a larger number would else be the last ones of the field before it. Behind a text, of which a
    longer one may come as well, half of the blanks are the number's.
    """
    found = list(spans)
    for at in range(1, len(found)):
        left = _measure(rows, found[at - 1], _RARELY if numeric[at - 1] and numeric[at] else 0)
        right = _measure(rows, found[at])
        if not numeric[at] or not right.is_flush_right or not left.ends:
            continue
        between = range(max(left.ends) + 1, min(right.starts))
        is_closed = numeric[at - 1] and left.is_flush_right
        first = between.start if is_closed else between.start + (len(between) + 1) // 2
        if first < found[at][0] and between:
            found[at - 1], found[at] = (found[at - 1][0], first - 1), (first, found[at][1])
    return found


def _measure(rows: Sequence[str], span: Span, rarely: float = 0) -> _Extent:
    """The extent of a field's values, without starts and ends that no larger share of them has."""
    first, last = span
    starts, ends = Counter[int](), Counter[int]()
    for row in rows:
        cell = row[first - 1 : last]
        if cell.strip():
            starts[first + len(cell) - len(cell.lstrip())] += 1
            ends[first + len(cell.rstrip()) - 1] += 1
    least = rarely * ends.total()
    return _Extent(*(frozenset(at for at, count in found.items() if count > least) for found in (starts, ends)))
