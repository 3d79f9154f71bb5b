"""Reads all tables of one file that is not packed: rows to their outputs, and everything else to where it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from conditioners.auto.grid_rows import find_rows
from conditioners.auto.output import Counted, RejectWriter, TableSummary, TableWriter
from conditioners.inputs.raw import ByteSink, OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped, WholeRefusal
from conditioners.proportions import Proportions
from conditioners.readers.decoding import DAMAGE_IN_TEXT
from conditioners.rules import Rule
from conditioners.structure.census import Census
from conditioners.structure.found import Began, Dropped, Found, Kept, KeptBlock, Passed, PassedLines
from conditioners.structure.grids import Grid, is_text, open_grids
from conditioners.structure.missing_marks import mark_wide, tell_encoding
from conditioners.structure.rows import Row
from conditioners.structure.text import LineRows, TextRows

IN_ARCHIVE = "place"
"""What places are called where rows of several files stand in one list."""
MOST_TABLES = 1000
_FEW = 8
"""Rows of a block that together take no longer than one that is read alone."""

OpenTable = Callable[[int], ByteSink]
"""Opens the output of a table, by number from 1."""


@dataclass
class Read:
    """What was read of a file, or of an archive's member."""

    proportions: Proportions
    """Those of the raw file, with all of its members."""
    before: int = 0
    """Tables of the file that come before its own."""
    tables: list[TableSummary] = field(default_factory=list)
    grids: list[tuple[dict[str, Any], dict[str, str] | None]] = field(default_factory=list)
    """Format and encoding of each grid."""
    skipped: Skipped = field(default_factory=Skipped)
    mended: Skipped = field(default_factory=Skipped)

    def take(self, other: Read) -> None:
        """Append what was read of a further member."""
        self.tables += other.tables
        self.grids += other.grids
        self.skipped.take_from(other.skipped)
        self.mended.take_from(other.mended)


@dataclass
class TableReader:
    """Reads all grids of one file that is not packed."""

    opened: OpenedRaw
    limits: Limits
    found: Read
    open_table: OpenTable
    rejects: RejectWriter
    writers: list[TableWriter] = field(default_factory=list)
    written: int = 0
    """Bytes of all tables."""

    def read(self) -> None:
        """Write all tables; raises Refusal when the file cannot be read."""
        member, opened = self.opened.member, mark_wide(self.opened)
        for grid in open_grids(opened, self.limits, self.found.skipped):
            self._note_tried(grid)
            self.rejects.begin(IN_ARCHIVE if member else grid.place)
            self._read_grid(grid, f"{member}:{grid.place} " if member else "")
            self.found.grids.append((grid.describe(), tell_encoding(opened, grid.encoding())))
        self.rejects.flush()
        self.found.tables += [writer.summarise() for writer in self.writers]

    def _note_tried(self, grid: Grid) -> None:
        """Count what finding the marks of a text took."""
        text = grid.text if isinstance(grid, LineRows) else grid
        if isinstance(text, TextRows):
            self.found.proportions.note_tried(text.sniffed.tried, len(text.head))

    def _read_grid(self, grid: Grid, within: str) -> None:
        """Write the tables of a grid; `within` stands before each place."""
        table: TableWriter | None = None
        for found in self._find_counted(grid):
            if isinstance(found, Began):
                table = self._begin(found, grid)
            elif isinstance(found, Passed | PassedLines):
                self._pass(found, within or f"{grid.place} ")
            elif isinstance(found, Dropped) and table is not None:
                row = found.row._replace(place=within + found.row.place) if within else found.row
                table.reject(row, found.rule, found.reason, self.rejects)
            elif isinstance(found, KeptBlock) and table is not None:
                table.write_rows(found.rows, found.csv)
            elif isinstance(found, Kept) and table is not None:
                self._keep(found, table, within, grid.place)

    def _find_counted(self, grid: Grid) -> Iterator[Found]:
        """What each row of a grid is; raises Refusal where too much of it is odd."""
        is_delimited = grid.place != "line" or grid.describe()["format"] == "delimited text"
        census = Census(self.limits)
        for found in find_rows(grid):
            if grid.place == "line":
                census.take(found)
            if self.opened.is_packed:
                self._note_odd(found, is_delimited=is_delimited)
            yield found

    def _keep(self, found: Kept, table: TableWriter, within: str, place: str) -> None:
        """Write a row that is read alone, unless some of its bytes could not be decoded."""
        if DAMAGE_IN_TEXT in "".join(found.cells):
            row = Row(within + found.place, None, ",".join(found.cells))
            table.reject(row, Rule.UNDECODABLE, "bytes that the file's encoding does not know", self.rejects)
            return
        table.write(found.cells)
        if found.mended:
            self.found.mended.add(f"{within or f'{place} '}{found.place}", found.mended)

    def _pass(self, found: Passed | PassedLines, before: str) -> None:
        """Note what is no row."""
        if isinstance(found, Passed):
            self.found.skipped.add(f"{before}{found.place}", found.cause)
        else:
            self.found.skipped.add_lines(before, found.first, found.count, "blank")

    def _note_odd(self, found: Found, *, is_delimited: bool) -> None:
        """Count rows that are read one by one, and short blocks between them, which take as long as one.

        Where text is not delimited, those are all rows.
        """
        if isinstance(found, Kept | Dropped | Passed):
            self.found.proportions.note_odd(1)
        elif isinstance(found, KeptBlock) and not is_delimited:
            self.found.proportions.note_odd(len(found.rows))
        elif isinstance(found, KeptBlock) and len(found.rows) < _FEW:
            self.found.proportions.note_odd(1)
        elif isinstance(found, PassedLines):
            self.found.proportions.note_blank(found.count)

    def _begin(self, found: Began, grid: Grid) -> TableWriter:
        if self.found.before + len(self.writers) == MOST_TABLES:
            raise WholeRefusal(f"the file has more than {MOST_TABLES} tables")
        head = found.head
        width = max(head.cells, len(head.labels or ()))
        if width > self.limits.columns:
            raise Refusal(f"the table has more than {self.limits.columns} columns")
        places = tuple(f"{grid.place} {place}" if grid.place == "line" else place for place in head.places)
        sink = Counted(self.open_table(self.found.before + len(self.writers) + 1), self._note_written)
        self.writers.append(TableWriter(sink, head.labels, width, places, grid.name, head.note))
        return self.writers[-1]

    def _note_written(self, size: int) -> None:
        """More was written; raises Refusal when that is far more than was read, as where values are repeated."""
        self.written += size
        most = self.limits.written_free + self.limits.written_ratio * self.opened.read
        if self.written > most and is_text(self.opened.head):
            raise Refusal(f"its tables are more than {self.limits.written_ratio} times as large as the file")
