"""Reads all tables of one file that is not packed: rows to their outputs, and everything else to where it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from conditioners.auto.output import Counted, RejectWriter, TableSummary, TableWriter
from conditioners.inputs.raw import ByteSink, OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped, WholeRefusal
from conditioners.proportions import Proportions
from conditioners.readers.decoding import DAMAGE_IN_TEXT
from conditioners.rules import Rule
from conditioners.structure.block import Block, each_row
from conditioners.structure.census import Census
from conditioners.structure.found import Began, Dropped, Found, Kept, KeptBlock, Passed, PassedLines
from conditioners.structure.grids import Grid, is_text, open_grids
from conditioners.structure.heads import Head
from conditioners.structure.missing_marks import mark_wide, tell_encoding
from conditioners.structure.rows import Row
from conditioners.structure.tables import find_tables
from conditioners.structure.text import LineRows, TextRows

IN_ARCHIVE = "place"
"""What places are called where rows of several files stand in one list."""
MOST_TABLES = 1000
_TOGETHER, _LARGE = 1000, 1 << 18
"""Rows with known labels, and characters of theirs, that are written together."""
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
        is_delimited = grid.place != "line" or grid.describe()["format"] == "delimited text"
        census = Census(self.limits)
        for found in _find(grid):
            if grid.place == "line":
                census.take(found)
            if self.opened.is_packed:
                self._note_odd(found, is_delimited=is_delimited)
            if isinstance(found, Kept) and table is not None:
                if DAMAGE_IN_TEXT in "".join(found.cells):
                    reason = "bytes that the file's encoding does not know"
                    row = Row(within + found.place, None, ",".join(found.cells))
                    table.reject(row, Rule.UNDECODABLE, reason, self.rejects)
                    continue
                table.write(found.cells)
                if found.mended:
                    self.found.mended.add(f"{within or grid.place + ' '}{found.place}", found.mended)
            elif isinstance(found, KeptBlock) and table is not None:
                table.write_rows(found.rows, found.csv)
            elif isinstance(found, Began):
                table = self._begin(found, grid)
            elif isinstance(found, Dropped) and table is not None:
                row = found.row._replace(place=within + found.row.place) if within else found.row
                table.reject(row, found.rule, found.reason, self.rejects)
            elif isinstance(found, Passed):
                self.found.skipped.add(f"{within or grid.place + ' '}{found.place}", found.cause)
            elif isinstance(found, PassedLines):
                self.found.skipped.add_lines(within or grid.place + " ", found.first, found.count, "blank")

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


def _find(grid: Grid) -> Iterator[Found]:
    """What each row of a grid is."""
    if not grid.has_labels:
        yield from find_tables(grid.rows(), grid.resplit, words_are_apart=grid.words_are_apart)
        return
    pieces = _take_apart(grid.rows())
    labels = next(each_row([next(pieces)])).cells or ()
    yield Began(Head(labels, len(labels)))
    for together in _gather(pieces, len(labels)):
        if isinstance(together, Block):
            yield KeptBlock(together.rows, together.csv)
        else:
            yield from _judge(together, len(labels))


def _take_apart(pieces: Iterable[Row | Block]) -> Iterator[Row | Block]:
    """The same, of blocks only those that are lines of CSV already, or sound."""
    for piece in pieces:
        if isinstance(piece, Block) and not (piece.csv or piece.is_sound):
            yield from piece.each_row()
        else:
            yield piece


def _gather(pieces: Iterator[Row | Block], width: int) -> Iterator[list[Row] | Block]:
    """Rows of a width together, and others alone, as are large ones."""
    together, size = list[Row](), 0
    for row in pieces:
        if isinstance(row, Block):
            if together:
                yield together
            together, size = [], 0
            yield row
            continue
        length = sum(map(len, row.cells)) if row.cells is not None and len(row.cells) == width else _LARGE
        size += length
        if together and (len(together) == _TOGETHER or size >= _LARGE):
            yield together
            together, size = [], length
        together.append(row)
    if together:
        yield together


def _judge(rows: Sequence[Row], width: int) -> Iterator[Kept | KeptBlock | Dropped]:
    """What some rows are of a table of that width, of which several fit."""
    row = rows[0]
    cells = [row.cells or () for row in rows]
    if row.cells is None:
        yield Dropped(row, *row.fault)
    elif row.width != width:
        yield Dropped(row, Rule.WRONG_FIELD_COUNT, f"{row.width} fields where the table has {width}")
    elif len(rows) == 1 or DAMAGE_IN_TEXT in "".join(chain.from_iterable(cells)):
        yield from map(Kept, (row.place for row in rows), cells)
    else:
        yield KeptBlock(cells)
