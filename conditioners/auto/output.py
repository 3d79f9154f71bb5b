"""What leaves the auto mode: tables as standard CSV with their figures, and rows that fit no table."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from typing import IO, cast

from conditioners.csv_lines import show_line, show_lines
from conditioners.inputs.raw import ByteSink
from conditioners.quarantine_form import require_same_place, show_header
from conditioners.readers.decoding import show_damage
from conditioners.rules import Rule
from conditioners.structure.rows import Row

_FLUSH = _BLOCK = 1 << 18
_TOGETHER = 100
"""Rejected rows that are written together."""
_IN_MEMORY = 1 << 22


@dataclass(frozen=True)
class TableSummary:
    """What was read of one table, and what became of every row: rows_in == rows_out + rows_quarantined."""

    rows_in: int
    rows_out: int
    rows_quarantined: int
    sha256: str
    """Of the output, in hex."""
    columns: int
    labels: tuple[str, ...] | None
    """None when the table has no header row; its output has none then."""
    header_rows: tuple[str, ...]
    """Where the labels stand, such as `line 3` or `Sheet1!A4`."""
    header_note: str
    """What is odd about the header row."""
    nulls: tuple[int, ...]
    """How many cells of each column are empty."""
    rejects: dict[str, int]
    name: str
    """What the table stands in, if that has a name: a sheet, or the path in an archive."""


class TableWriter:
    """Writes one table as standard CSV."""

    def __init__(
        self,
        sink: ByteSink,
        labels: tuple[str, ...] | None,
        width: int,
        places: tuple[str, ...],
        name: str,
        note: str = "",
    ) -> None:
        self._sink, self._places, self._name, self._note = sink, places, name, note
        self._labels = labels if labels is None else tuple(map(show_damage, labels))
        self._width = width
        self._hash = hashlib.sha256()
        self._rows = 0
        self._nulls = [0] * width
        self._with_nulls: list[Sequence[str]] = []
        """Rows whose empty cells are to be counted: column by column, for there may be thousands of them."""
        self._rejects: Counter[str] = Counter()
        self._lines: list[str] = []
        self._size = 0
        if self._labels is not None:
            self._append(self._labels)

    def write(self, cells: Sequence[str]) -> None:
        """Append a row."""
        self._rows += 1
        if "" in cells:
            self._with_nulls.append(cells)
        self._append(cells)

    def write_rows(self, rows: Sequence[Sequence[str]], lines: str = "") -> None:
        """Append many rows; `lines` of standard CSV are taken as they are, where these have no empty cell."""
        self._rows += len(rows)
        if lines:
            self._put(lines)
            return
        self._with_nulls += [row for row in rows if "" in row]
        self._lines.append(show_lines(rows))
        self._flush()

    def reject(self, row: Row, rule: Rule, reason: str, rejects: RejectWriter) -> None:
        """Note a row that has no place in the table."""
        self._rejects[rule] += 1
        rejects.write(row, rule, reason)

    def summarise(self) -> TableSummary:
        """The figures, after the last row."""
        self._flush()
        rejected = sum(self._rejects.values())
        return TableSummary(
            rows_in=self._rows + rejected, rows_out=self._rows, rows_quarantined=rejected,
            sha256=self._hash.hexdigest(), columns=self._width, labels=self._labels, header_rows=self._places,
            header_note=self._note, nulls=tuple(self._nulls), rejects=dict(sorted(self._rejects.items())),
            name=self._name,
        )  # fmt: skip

    def _append(self, cells: Sequence[str]) -> None:
        self._put(show_line(cells))

    def _put(self, lines: str) -> None:
        self._lines.append(lines)
        self._size += len(lines)
        if self._size > _FLUSH:
            self._flush()

    def _flush(self) -> None:
        data = "".join(self._lines).encode("utf-8", "replace")
        for number, column in enumerate(zip_longest(*self._with_nulls)):
            self._nulls[number] += column.count("")
        self._lines, self._size, self._with_nulls = [], 0, []
        self._hash.update(data)
        self._sink.write(data)


class RejectWriter:
    """Writes rows that fit no table: place, rule, column, reason and raw text."""

    def __init__(self, sink: ByteSink, place: str = "") -> None:
        """`place` is what places are, if that has been written already."""
        self._sink, self._place = sink, place
        self._waiting: list[tuple[str, ...]] = []
        self._size = 0

    def begin(self, place: str) -> None:
        """Say what places are; raises Refusal when the files of an archive differ in it."""
        if not self._place:
            self._sink.write(show_header(place))
            self._place = place
        require_same_place(self._place, place)

    def write(self, row: Row, rule: Rule, reason: str) -> None:
        """Append a row; it is written with others, by `flush` at last."""
        self._waiting.append((row.place, rule, "", reason, show_damage(row.raw)))
        self._size += len(row.raw)
        if len(self._waiting) == _TOGETHER or self._size > _FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            self._sink.write(show_lines(self._waiting).encode("utf-8", "replace"))
            self._waiting, self._size = [], 0


@dataclass(frozen=True)
class Counted:
    """An output whose size is told."""

    sink: ByteSink
    note: Callable[[int], None]

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self.note(len(data))
        self.sink.write(data)


class Held:
    """One output of several that are kept back in one file until it is known whether they count."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._parts: list[list[int]] = []
        """Where each part of it begins and ends, which may have others' parts between them."""

    def write(self, data: bytes) -> None:
        """Append to it."""
        first = self._file.tell()
        self._file.write(data)
        if self._parts and self._parts[-1][1] == first:
            self._parts[-1][1] += len(data)
        else:
            self._parts.append([first, first + len(data)])

    def hand_on(self, sink: ByteSink) -> None:
        """Write all of it to where it belongs; nothing can be appended to any of the outputs then."""
        for first, last in self._parts:
            self._file.seek(first)
            for at in range(first, last, _BLOCK):
                sink.write(self._file.read(min(_BLOCK, last - at)))


@contextmanager
def holding() -> Iterator[Callable[[], Held]]:
    """Opens outputs that are kept in memory, and all together in a temporary file if they are large."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        yield lambda: Held(cast(IO[bytes], file))
