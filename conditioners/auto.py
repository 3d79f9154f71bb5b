"""Conditions a file without a declaration: structure only, every table in it to standard CSV, cells as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from conditioners.auto_output import Held, RejectWriter, TableSummary, TableWriter, holding
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
_IN_ARCHIVE = "place"
"""What places are called where rows of several files stand in one list."""
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
    whole: _Read = field(default_factory=lambda: _Read())
    refusals: list[Refusal] = field(default_factory=list)
    """Of an archive's members."""

    def run(self) -> AutoSummary:
        whole, skipped = self.whole, self.whole.skipped
        unpacker = Unpacker(
            self.limits,
            lambda _: True,
            lambda member, cause: skipped.add(f"member {member}", cause),
            self._refuse_member,
        )
        rejects = RejectWriter(self.rejected)
        with OpenedRaw(self.raw, self.limits) as opened:
            for member in unpacker.members(opened):
                if not member.member:
                    _Reader(member, self.limits, whole, self.open_table, rejects).read()
                elif member.is_whole and not member.head.strip():
                    skipped.add(f"member {member.member}", "empty")
                else:
                    self._read_member(member, rejects, unpacker)
        if self.refusals and not whole.grids:
            raise self.refusals[0]
        if not whole.tables:
            whole.tables.append(TableWriter(self.open_table(1), None, 0, (), "").summarise())
        return self._sum_up()

    def _sum_up(self) -> AutoSummary:
        whole = self.whole
        first, *others = whole.tables
        facts, encoding = whole.grids[0] if whole.grids else ({"format": "nothing"}, None)
        return AutoSummary(
            first, tuple(others), encoding, facts,
            tuple(whole.skipped.listed), whole.skipped.total, tuple(whole.mended.listed), whole.mended.total,
            len(self.refusals),
        )  # fmt: skip

    def _read_member(self, member: OpenedRaw, rejects: RejectWriter, unpacker: Unpacker) -> None:
        """Read an archive's member; what it gives counts only once all of it could be read."""
        with holding() as hold:
            tables: list[Held] = []

            def open_table(_: int) -> ByteSink:
                tables.append(hold())
                return tables[-1]

            rows, read = hold(), _Read(before=len(self.whole.tables))
            try:
                with naming(member.member):
                    _Reader(member, self.limits, read, open_table, RejectWriter(rows, _IN_ARCHIVE)).read()
            except _TooManyTables:
                raise
            except Refusal as refusal:
                if unpacker.is_exhausted:
                    raise
                self._refuse_member(member.member, refusal)
                return
            for number, table in enumerate(tables, start=read.before + 1):
                table.hand_on(self.open_table(number))
            rejects.begin(_IN_ARCHIVE)
            rows.hand_on(self.rejected)
            self.whole.take(read)

    def _refuse_member(self, member: str, refusal: Refusal) -> None:
        """Go on with an archive's other members; what was refused is told."""
        self.refusals.append(refusal)
        where = (refusal.where or "").removeprefix(member).removeprefix(": ")
        self.whole.skipped.add(f"member {member}", f"refused: {refusal.reason}{where and f' ({where})'}")


class _TooManyTables(Refusal):
    """The file as a whole has too many."""


@dataclass
class _Read:
    """What was read of a file, or of an archive's member."""

    before: int = 0
    """Tables of the file that come before its own."""
    tables: list[TableSummary] = field(default_factory=list)
    grids: list[tuple[dict[str, Any], dict[str, str] | None]] = field(default_factory=list)
    """Format and encoding of each grid."""
    skipped: Skipped = field(default_factory=Skipped)
    mended: Skipped = field(default_factory=Skipped)

    def take(self, other: _Read) -> None:
        """Append what was read of a further member."""
        self.tables += other.tables
        self.grids += other.grids
        self.skipped.take_from(other.skipped)
        self.mended.take_from(other.mended)


@dataclass
class _Reader:
    """Reads all grids of one file that is not packed."""

    opened: OpenedRaw
    limits: Limits
    found: _Read
    open_table: OpenTable
    rejects: RejectWriter
    writers: list[TableWriter] = field(default_factory=list)

    def read(self) -> None:
        """Write all tables; raises Refusal when the file cannot be read."""
        member = self.opened.member
        for grid in open_grids(self.opened, self.limits, self.found.skipped):
            self.rejects.begin(_IN_ARCHIVE if member else grid.place)
            self._read_grid(grid, f"{member}:{grid.place} " if member else "")
            self.found.grids.append((grid.describe(), grid.encoding()))
        self.found.tables += [writer.summarise() for writer in self.writers]

    def _read_grid(self, grid: Grid, within: str) -> None:
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
                    table.reject(row, "undecodable", reason, self.rejects)
                    continue
                table.write(found.cells)
                if found.mended:
                    self.found.mended.add(f"{within or grid.place + ' '}{found.place}", found.mended)
            elif isinstance(found, KeptBlock) and table is not None:
                table.write_rows(found.rows)
            elif isinstance(found, Began):
                table = self._begin(found, grid)
            elif isinstance(found, Dropped) and table is not None:
                row = found.row._replace(place=within + found.row.place)
                table.reject(row, found.rule, found.reason, self.rejects)
            elif isinstance(found, Passed):
                self.found.skipped.add(f"{within or grid.place + ' '}{found.place}", found.cause)
            elif isinstance(found, PassedLines):
                self.found.skipped.add_lines(within or grid.place + " ", found.first, found.count, "blank")

    def _begin(self, found: Began, grid: Grid) -> TableWriter:
        if self.found.before + len(self.writers) == MOST_TABLES:
            raise _TooManyTables(f"the file has more than {MOST_TABLES} tables")
        head = found.head
        width = max(head.cells, len(head.labels or ()))
        if width > self.limits.columns:
            raise Refusal(f"the table has more than {self.limits.columns} columns")
        places = tuple(f"{grid.place} {place}" if grid.place == "line" else place for place in head.places)
        sink = self.open_table(self.found.before + len(self.writers) + 1)
        self.writers.append(TableWriter(sink, head.labels, width, places, grid.name, head.note))
        return self.writers[-1]
