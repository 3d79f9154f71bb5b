"""Conditions a file without a declaration: structure only, every table in it to standard CSV, cells as text."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from conditioners.auto.output import Counted, Held, RejectWriter, TableSummary, TableWriter, holding
from conditioners.auto.tables import IN_ARCHIVE, OpenTable, Read, TableReader
from conditioners.inputs.raw import ByteSink, OpenedRaw, RawInput
from conditioners.inputs.unpack import Unpacker, naming
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Refusal, Refused, WholeRefusal
from conditioners.proportions import Proportions

_MANY_MEMBERS, _UNREAD_IN_MEMBERS = 10, 2000
"""Of so many files in an archive, rows that may fit no table, unless as many do."""


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


@dataclass
class _Run:
    """One conditioning, from the raw file to the summary."""

    raw: RawInput
    open_table: OpenTable
    rejected: ByteSink
    limits: Limits
    refusals: list[Refusal] = field(default_factory=list)
    """Of an archive's members."""

    def __post_init__(self) -> None:
        self.proportions = Proportions(self.limits, self.raw.size)
        self.whole = Read(self.proportions)

    def run(self) -> AutoSummary:
        whole, skipped = self.whole, self.whole.skipped
        unpacker = Unpacker(
            self.limits,
            lambda _: True,
            lambda member, cause: skipped.add(f"member {member}", cause),
            self._refuse_member,
        )
        rejects = RejectWriter(Counted(self.rejected, self.proportions.note_rejected))
        with OpenedRaw(self.raw, self.limits) as opened:
            for member in unpacker.members(opened):
                if not member.member:
                    TableReader(member, self.limits, whole, self.open_table, rejects).read()
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

            rows, read = hold(), Read(self.proportions, before=len(self.whole.tables))
            counted = Counted(rows, self.proportions.note_rejected)
            try:
                with naming(member.member):
                    TableReader(member, self.limits, read, open_table, RejectWriter(counted, IN_ARCHIVE)).read()
            except WholeRefusal:
                raise
            except Refusal as refusal:
                if unpacker.is_exhausted:
                    raise
                self._refuse_member(member.member, refusal)
                return
            for number, table in enumerate(tables, start=read.before + 1):
                table.hand_on(self.open_table(number))
            rejects.begin(IN_ARCHIVE)
            rows.hand_on(self.rejected)
            self.whole.take(read)
        self._require_readable(member.member)

    def _require_readable(self, member: str) -> None:
        """Raises Refusal when most rows of many of an archive's files fit no table: finding that out takes longest."""
        rows = sum(table.rows_in for table in self.whole.tables)
        unread = sum(table.rows_quarantined for table in self.whole.tables)
        if len(self.whole.grids) >= _MANY_MEMBERS and unread > _UNREAD_IN_MEMBERS and unread * 2 > rows:
            raise Refusal(f"of the first {rows} rows of the archive {unread} fit no table", member)

    def _refuse_member(self, member: str, refusal: Refusal) -> None:
        """Go on with an archive's other members; what was refused is told."""
        self.refusals.append(refusal)
        where = (refusal.where or "").removeprefix(member).removeprefix(": ")
        self.whole.skipped.add(f"member {member}", f"refused: {refusal.reason}{where and f' ({where})'}")
