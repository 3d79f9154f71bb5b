"""Cuts the rows of interchanges into portions, also within a message, so that none takes much memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from conditioners.collector import collector_paused
from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import BATCH_ROWS, Located, Rows
from conditioners.rules import Rule

_MOST_SHOWN = 8 * MIB
"""Characters of a portion, in which each row may show what stands around very many of them."""


class Readable(NamedTuple):
    """A row that can be judged; `origin` is what its place is told from."""

    origin: Any
    cells: Sequence[str | None]


class Rejected(NamedTuple):
    """A row that cannot be read."""

    located: Located
    rule: Rule
    reason: str


def cut_rows(columns: Sequence[str], found: Iterator[Readable | Rejected]) -> Iterator[tuple[Rows, bool]]:
    """Portions of rows, and whether each is the last; there is one at least."""
    is_last = False
    while not is_last:
        rows = Rows(columns)
        # All that is made is held, so that there is nothing to collect.
        with collector_paused():
            is_last = _take_portion(rows, found)
        yield rows, is_last


def _take_portion(rows: Rows, found: Iterator[Readable | Rejected]) -> bool:
    """Append the next rows; answers whether these are the last."""
    shown = 0
    for each in found:
        if isinstance(each, Readable):
            rows.add(*each)
            shown += sum(len(cell) for cell in each.cells if cell)
        else:
            rows.add_unread(*each)
            shown += len(each.located.place) + len(each.located.raw)
        if len(rows.cells) + len(rows.unread) >= BATCH_ROWS or shown > _MOST_SHOWN:
            return False
    return True


def limit_shown(locate: Callable[[Any], Located], limits: Limits) -> Callable[[Any], Located]:
    """`locate` for the rows of one portion; raises Refusal when they show more together than may be held."""
    shown = 0

    def locate_within(origin: Any) -> Located:
        nonlocal shown
        located = locate(origin)
        shown += len(located.place) + len(located.raw)
        if shown > limits.shown_together:
            raise Refusal(f"rejected rows that are judged together take more than {limits.shown_together} bytes")
        return located

    return locate_within
