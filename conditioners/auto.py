"""Conditions a file without a declaration: structure only, every table in it to standard CSV, cells as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from conditioners.auto_output import RejectWriter, TableSummary, TableWriter
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Refusal, Refused, Skipped
from conditioners.raw import ByteSink, OpenedRaw, RawInput
from conditioners.readers.decoding import DAMAGE
from conditioners.structure.blocks import each_row
from conditioners.structure.census import Census
from conditioners.structure.found import Began, Dropped, Found, Kept, KeptBlock, Passed, PassedLines
from conditioners.structure.grids import Grid, open_grids
from conditioners.structure.heads import Head
from conditioners.structure.rows import Row
from conditioners.structure.tables import find_tables
from conditioners.unpack import Unpacker, naming

_DAMAGED = DAMAGE.decode()
MOST_TABLES = 1000


@dataclass(frozen=True)
class AutoSummary:
    """What was found in a file, and what became of every row of the first table and of the further ones.

    For each table, rows_in == rows_out + rows_quarantined.
    """

    table: TableSummary
    """The first table; one without rows if the file has none."""
    further_tables: tuple[TableSummary, ...]
    encoding: dict[str, str] | None
    dialect: dict[str, Any]
    """The format, and for delimited text the marks found."""
    skipped: tuple[tuple[str, str], ...]
    """Lines that are no rows of a table: place and cause, the first hundred."""
    skipped_lines: int
    mended: tuple[tuple[str, str], ...]
    """Rows read in spite of their marks: place and what was wrong, the first hundred."""
    mended_rows: int
    refused_members: int
    """Of an archive, that could not be read; they stand in `skipped` with the reason."""

    @property
    def rejected(self) -> int:
        """Rows in quarantine, of all tables."""
        return sum(table.rows_quarantined for table in (self.table, *self.further_tables))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; the first table's stand at the top."""
        whole = asdict(self)
        table = whole.pop("table")
        return {**table, "rows_duplicate": 0, **whole}


@dataclass(frozen=True)
class AutoConditioned:
    """The file was conditioned: keep what was written."""

    summary: AutoSummary


OpenTable = Callable[[int], ByteSink]
"""Opens the output of a table, by number from 1."""


def condition_auto(
    raw: RawInput, open_table: OpenTable, rejected: ByteSink, limits: Limits = DEFAULT
) -> AutoConditioned | Refused:
    """Find the tables in a file; write each as standard CSV, and rows that fit none to `rejected`.

    The first table's output is always opened. When the file is refused, what was written means nothing.
    """
    try:
        return AutoConditioned(_Run(raw, open_table, rejected, limits).run())
    except Refusal as refusal:
        return Refused(refusal.reason, refusal.where)


def _find(grid: Grid) -> Iterator[Found]:
    """What each row of a grid is."""
    if not grid.has_labels:
        yield from find_tables(grid.rows(), grid.resplit, words_are_apart=grid.words_are_apart)
        return
    rows = each_row(grid.rows())
    labels = next(rows).cells or ()
    yield Began(Head(labels, len(labels)))
    for row in rows:
        if row.cells is None:
            yield Dropped(row, *row.fault)
        elif row.width == len(labels):
            yield Kept(row.place, row.cells or ())
        else:
            yield Dropped(row, "wrong_field_count", f"{row.width} fields where the table has {len(labels)}")


@dataclass
class _Run:
    """One conditioning, from the raw file to the summary."""

    raw: RawInput
    open_table: OpenTable
    rejected: ByteSink
    limits: Limits
    skipped: Skipped = field(default_factory=Skipped)
    mended: Skipped = field(default_factory=Skipped)
    tables: list[TableWriter] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    """Of an archive's members."""

    def run(self) -> AutoSummary:
        rejects = RejectWriter(self.rejected)
        for member, grid in self._open_grids():
            self.grids.append(grid)
            rejects.begin("place" if member else grid.place)
            with naming(member):
                self._read(grid, f"{member}:{grid.place} " if member else "", rejects)
        if self.refusals and not self.grids:
            raise self.refusals[0]
        if not self.tables:
            self.tables.append(TableWriter(self.open_table(1), None, 0, (), ""))
        first, *others = [table.summarise() for table in self.tables]
        grid_facts = self.grids[0].describe() if self.grids else {"format": "nothing"}
        return AutoSummary(
            first, tuple(others), self.grids[0].encoding() if self.grids else None, grid_facts,
            tuple(self.skipped.listed), self.skipped.total, tuple(self.mended.listed), self.mended.total,
            len(self.refusals),
        )  # fmt: skip

    def _open_grids(self) -> Iterator[tuple[str, Grid]]:
        """The grids of the file, or of those in an archive, with the path that they have in it."""
        unpacker = Unpacker(
            self.limits,
            lambda _: True,
            lambda member, cause: self.skipped.add(f"member {member}", cause),
            self._refuse_member,
        )
        with OpenedRaw(self.raw, self.limits) as opened:
            for member in unpacker.members(opened):
                if member.member and member.is_whole and not member.head.strip():
                    self.skipped.add(f"member {member.member}", "empty")
                    continue
                try:
                    with naming(member.member):
                        for grid in open_grids(member, self.limits, self.skipped):
                            yield member.member, grid
                except Refusal as refusal:
                    if not member.member or unpacker.is_exhausted:
                        raise
                    self._refuse_member(member.member, refusal)

    def _refuse_member(self, member: str, refusal: Refusal) -> None:
        """Go on with an archive's other members; what was refused is told."""
        self.refusals.append(refusal)
        self.skipped.add(f"member {member}", f"refused: {refusal.reason}")

    def _read(self, grid: Grid, within: str, rejects: RejectWriter) -> None:
        """Write the tables of a grid; `within` stands before each place."""
        table: TableWriter | None = None
        census = Census(self.limits)
        for found in _find(grid):
            if grid.place == "line":
                census.take(found)
            if isinstance(found, Kept) and table is not None:
                if _DAMAGED in "".join(found.cells):
                    reason = "bytes that the file's encoding does not know"
                    row = Row(within + found.place, None, ",".join(found.cells))
                    table.reject(row, "undecodable", reason, rejects)
                    continue
                table.write(found.cells)
                if found.mended:
                    self.mended.add(f"{within or grid.place + ' '}{found.place}", found.mended)
            elif isinstance(found, KeptBlock) and table is not None:
                table.write_rows(found.rows)
            elif isinstance(found, Began):
                table = self._begin(found, grid)
            elif isinstance(found, Dropped) and table is not None:
                row = found.row._replace(place=within + found.row.place)
                table.reject(row, found.rule, found.reason, rejects)
            elif isinstance(found, Passed):
                self.skipped.add(f"{within or grid.place + ' '}{found.place}", found.cause)
            elif isinstance(found, PassedLines):
                self.skipped.add_lines(within or grid.place + " ", found.first, found.count, "blank")

    def _begin(self, found: Began, grid: Grid) -> TableWriter:
        if len(self.tables) == MOST_TABLES:
            raise Refusal(f"the file has more than {MOST_TABLES} tables")
        head = found.head
        width = max(head.cells, len(head.labels or ()))
        if width > self.limits.columns:
            raise Refusal(f"the table has more than {self.limits.columns} columns")
        places = tuple(f"{grid.place} {place}" if grid.place == "line" else place for place in head.places)
        sink = self.open_table(len(self.tables) + 1)
        self.tables.append(TableWriter(sink, head.labels, width, places, grid.name, head.note))
        return self.tables[-1]
