"""What conditioning a file comes to: a summary that accounts for every row, or a refusal with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_LONGEST_REASON = 2000


class Refusal(Exception):
    """The file as a whole cannot be conditioned. Becomes a Refused at the engine's edge."""

    def __init__(self, reason: str, where: str | None = None) -> None:
        """The reason becomes one line of bounded length: parts of it may come from the file, or from a parser."""
        cut = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"
        self.reason = " ".join(cut.splitlines())
        self.where = where
        super().__init__(self.reason)


class WholeRefusal(Refusal):
    """One for which the raw file is refused, not only the member of an archive that it was met in."""


class SourceError(Exception):
    """A source's declaration or hook is wrong; mend the module in conditioners/sources."""


@dataclass(frozen=True)
class ColumnSummary:
    """One column of the output, its extremes written as in the output; None when it has no value."""

    nulls: int
    min: str | None
    max: str | None


@dataclass(frozen=True)
class Summary:
    """What was read, how it was understood, and what became of every row.

    rows_in == rows_out + rows_quarantined + rows_duplicate, always.
    """

    source: str
    rows_in: int
    rows_out: int
    rows_quarantined: int
    rows_duplicate: int
    sha256: str
    """Of the accepted bytes, in hex."""
    encoding: Mapping[str, str] | None
    """`name` and `evidence`; None for formats that are not text."""
    dialect: Mapping[str, Any]
    """Which of the source's dialects the file came in, and what of it was found in the file itself."""
    header_rows: tuple[str, ...]
    """Where the labels stand, such as `line 3` or `Sheet1!A4`."""
    labels: tuple[str, ...]
    """The labels as the file has them, in order: what schema drift is measured against."""
    ignored_labels: tuple[str, ...]
    """Labels that no column of the source goes by."""
    members: Mapping[str, Mapping[str, Any]]
    """For an archive, or several kinds of messages: how each was understood; the fields above are the first one's."""
    skipped: tuple[tuple[str, str], ...]
    """Lines that are no rows (preamble, blank, totals, repeated header): place and cause, the first hundred."""
    skipped_lines: int
    columns: Mapping[str, ColumnSummary]
    distinct_keys: int | None
    """Rows written have distinct keys, so this is their number; None for a source without a key."""
    rejects: Mapping[str, int]
    """Rows quarantined by rule, such as `week_start not_a_day`."""
    first_day: str | None
    last_day: str | None
    rows_released: int = 0
    """Of those that went out, rows that had been rejected and were corrected by hand."""

    def to_json(self) -> dict[str, Any]:
        """The summary as plain JSON values, those of it and no copies."""
        return {**vars(self), "columns": {name: {**vars(column)} for name, column in self.columns.items()}}


@dataclass(frozen=True)
class Conditioned:
    """The file was conditioned: commit what was written to both sinks."""

    summary: Summary


@dataclass(frozen=True)
class Refused:
    """The file cannot be conditioned: throw away what was written. `where` is the place in it, if there is one."""

    reason: str
    where: str | None = None


_MOST_LISTED = 100


@dataclass
class Skipped:
    """Lines that are no rows, counted in full and listed up to a bound."""

    total: int = 0
    listed: list[tuple[str, str]] = field(default_factory=list)

    def add(self, place: str, cause: str, count: int = 1) -> None:
        """Note `count` lines that begin at `place`."""
        self.total += count
        if len(self.listed) < _MOST_LISTED:
            self.listed.append((place, cause))

    def add_lines(self, before: str, first: int, count: int, cause: str) -> None:
        """Note lines that follow each other; `before` stands before the number of each."""
        listed = range(first, first + min(count, _MOST_LISTED - len(self.listed)))
        self.listed += [(f"{before}{number}", cause) for number in listed]
        self.total += count

    def take_from(self, other: Skipped) -> None:
        """Note what another one has noted, behind all that is here, and empty that one."""
        self.total += other.total
        self.listed += other.listed[: _MOST_LISTED - len(self.listed)]
        other.total = 0
        other.listed.clear()
