"""Counts what lists in place of records hold, to tell whether they are rows of cells, and what these take in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass
from itertools import chain
from typing import Any

from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal
from conditioners.readers.json.value_lines import are_hollow

_HELD = 1000
"""Rows without labels that are looked at together, to find out which of them are tables."""
_CELL = 100
"""Bytes in memory for a cell, beside its text."""
_MANY = 100_000
"""Cells of rows that are wider than a table may be, which a file may have in any case."""


def refuse_wide(rows: Iterable[Sized], limits: Limits) -> None:
    """Raises Refusal when most cells stand in rows that are wider than a table may be, before they are looked at."""
    widths = list(map(len, rows))
    check_wide(sum(width for width in widths if width > limits.columns), sum(widths), limits)


def refuse_hollow(rows: Sequence[Sized], limits: Limits) -> None:
    """Raises Refusal when very many rows, and nearly all, hold nothing, before each is looked at."""
    empty = sum(not row for row in rows)
    if are_hollow(len(rows), empty, limits):
        raise Refusal(f"of the first {len(rows)} elements of the list {empty} hold nothing")


def check_wide(wide: int, cells: int, limits: Limits) -> None:
    """Raises Refusal when of all cells so many, and most, stand in rows that are wider than a table may be."""
    if wide > _MANY and wide * 2 > cells:
        raise Refusal(f"the table has more than {limits.columns} columns")


@dataclass
class RowTally:
    """What the values that are lists hold."""

    lists: int = 0
    cells: int = 0
    nested: int = 0
    """Of these cells, lists and objects."""
    widest: int = 0
    """Most cells of a list."""

    @classmethod
    def of(cls, values: Sequence[list[Any]]) -> RowTally:
        """That of some lists."""
        tally = cls()
        tally.take_all(values)
        return tally

    def take(self, value: list[Any]) -> None:
        """The next list."""
        self.take_all((value,))

    def take_all(self, values: Sequence[list[Any]]) -> None:
        """The next lists."""
        self.lists += len(values)
        self.widest = max(self.widest, max(map(len, values), default=0))
        kinds = list(map(type, chain.from_iterable(values)))
        self.cells += len(kinds)
        self.nested += kinds.count(list) + kinds.count(dict)

    def are_rows(self, values: int) -> bool:
        """Whether all values, so many, are lists that hold more scalars than further lists; see json_tables."""
        return self.lists == values and (not self.cells or self.nested * 2 < self.cells)

    def require_room(self, size: int, longest: int, limits: Limits) -> None:
        """Raises Refusal when as many rows as are looked at together may take too much memory.

        Their text takes so many bytes together, and the longest one's.
        """
        whole = self.cells * _CELL + size * 2
        held = (self.widest * _CELL + longest * 2) * _HELD
        if min(whole, held) > limits.json_room:
            raise Refusal(f"the lists in JSON would take more than {limits.json_room // MIB} MiB of memory")
