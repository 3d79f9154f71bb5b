"""Refuses a file most of which is blank lines, or rows that cannot be read, before they cost memory and time."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from conditioners.limits import Limits
from conditioners.outcome import Refusal

if TYPE_CHECKING:
    import polars as pl

_MOSTLY_BLANK = 10
"""Blank lines for each other one, beyond which those many are not what a file is about."""


class Tally(NamedTuple):
    """Lines of one portion of a file, and the line that it begins in."""

    line: int
    rows: int
    """All that are not blank."""
    unread: int
    """Of these, rows whose cells could not be told apart."""
    blank: int


class Misfits:
    """Counts the portions of one file in their order, in whatever order they come."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = Lock()
        self._waiting: dict[int, Tally] = {}
        self._next = self._rows = self._unread = self._blank = 0
        self._lines = self._short = self._seen = self._odd = 0
        self._refusal: Refusal | None = None

    def look_at(self, line: int, lines: int, size: int, width: int = 1) -> None:
        """Some lines come next, in order, of so many bytes together, in which a row has at least `width` bytes.

        Raises Refusal when nearly all so far are too short to be rows, which is known before they are read.
        """
        self._lines += lines
        self._short += max(0, lines - (size - lines) // max(1, width))
        if self._short > self._limits.blank_lines and self._short * (_MOSTLY_BLANK + 1) > self._lines * _MOSTLY_BLANK:
            raise self._refuse_blank(line)

    def look_at_odd(self, line: int, rows: int, odd: int) -> None:
        """Some rows come next, in order, of which so many are known to be unreadable; raises Refusal when most are."""
        self._seen += rows
        self._odd += odd
        if self._odd > self._limits.unread_rows and self._odd * 2 > self._seen:
            raise _refuse_unread(self._seen, self._odd, line)

    def note(self, number: int, tally: Tally) -> None:
        """A portion was read; raises Refusal when those up to it, or to one that waited for it, have too few rows."""
        with self._lock:
            self._waiting[number] = tally
            while self._refusal is None and self._next in self._waiting:
                self._take(self._waiting.pop(self._next))
                self._next += 1
            if self._refusal is not None:
                raise self._refusal

    def _take(self, tally: Tally) -> None:
        self._rows += tally.rows
        self._unread += tally.unread
        self._blank += tally.blank
        if self._unread > self._limits.unread_rows and self._unread * 2 > self._rows:
            self._refusal = _refuse_unread(self._rows, self._unread, tally.line)
        elif self._blank > self._limits.blank_lines and self._blank > self._rows * _MOSTLY_BLANK:
            self._refusal = self._refuse_blank(tally.line)

    def _refuse_blank(self, line: int) -> Refusal:
        return Refusal(f"the file has more than {self._limits.blank_lines} blank lines and few others", f"line {line}")


def _refuse_unread(rows: int, unread: int, line: int) -> Refusal:
    return Refusal(f"of the first {rows} rows {unread} cannot be read; the file is in another form", f"line {line}")


def count_hollow(frame: pl.DataFrame, columns: Sequence[str]) -> int:
    """Rows without any value in these columns, of which there are some."""
    import polars as pl

    if not columns or not all(frame[name].null_count() for name in columns):
        return 0
    return int(frame.select(pl.all_horizontal(pl.col(columns).is_null()).sum()).item())
