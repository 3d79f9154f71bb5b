"""What every reader hands on: batches of text cells, where each row stands, and rows that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from conditioners.outcome import Skipped
from conditioners.rules import Rule

if TYPE_CHECKING:
    import polars as pl


class Located(NamedTuple):
    """A row's place in the raw file (line number, cell or path) and its raw text."""

    place: str
    raw: str


@dataclass(frozen=True)
class Unread:
    """A row whose cells could not be told apart; it stands before the batch's readable row number `before`."""

    before: int
    located: Located
    rule: Rule
    reason: str


@dataclass(frozen=True)
class TextBatch:
    """Rows as text: `frame` has one string column per canonical column that the file has; null is an absent cell."""

    frame: pl.DataFrame
    locate: Callable[[Sequence[int]], list[Located]]
    """Tells where rows of the frame, by index in ascending order, stand in the file. Slow; for rejects only."""
    unread: Sequence[Unread] = ()
    damaged: bool = False
    """Whether some cells may hold bytes that could not be decoded, marked with DAMAGE."""
    passed: Sequence[tuple[Located, str, int]] = ()
    """What is no row: where it begins, the cause, and how many there are."""


@dataclass
class Facts:
    """What a reader found out about the file; complete only when all parts have been taken."""

    place: str
    """What places are: `line`, `cell`, `row` or `path`; names the first column of the quarantine."""
    dialect: dict[str, Any]
    header_rows: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    encoding: Mapping[str, str] | None = None
    skipped: Skipped = field(default_factory=Skipped)
    member: str = ""
    """Its path in the archive that it was packed in."""
    messages: str = ""
    """The kind of messages that are read, where the interchange has others that are read as well."""
    header_texts: Sequence[str] = ()
    """The raw header rows: a row that repeats one is skipped."""
    filler: str = ""
    """Characters that say nothing by themselves: a raw row of only these and blanks is skipped."""

    @property
    def name(self) -> str:
        """What tells it apart from others of the same raw file; empty if there are none."""
        return ": ".join(filter(None, (self.member, self.messages)))

    def describe(self) -> dict[str, Any]:
        """The facts of one of several files, or kinds of messages, for the summary."""
        return {
            "encoding": self.encoding, "dialect": self.dialect, "header_rows": self.header_rows, "labels": self.labels,
            "ignored_labels": self.ignored,
        }  # fmt: skip


class Reader(Protocol):
    """Reads one file in one dialect. `parts` is sequential and cheap, `read` may run in several threads at once."""

    @property
    def columns(self) -> Sequence[str]:
        """The canonical columns that the file has."""

    @property
    def facts(self) -> Facts:
        """What was found out so far."""

    def parts(self) -> Iterator[Any]:
        """The file in order, in portions that `read` takes."""

    def read(self, part: Any) -> TextBatch:
        """The rows of one portion."""


@dataclass
class Rows:
    """Rows that are read one by one, on their way to a batch; `origin` is what the reader needs to find a row again."""

    columns: Sequence[str]
    cells: list[Sequence[str | None]] = field(default_factory=list)
    origins: list[Any] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    def add(self, origin: Any, cells: Sequence[str | None]) -> None:
        """Append a readable row."""
        self.origins.append(origin)
        self.cells.append(cells)

    def add_unread(self, located: Located, rule: Rule, reason: str) -> None:
        """Append a row whose cells could not be told apart."""
        self.unread.append(Unread(len(self.cells), located, rule, reason))

    def to_batch(self, locate: Callable[[Any], Located]) -> TextBatch:
        """The rows as a batch; `locate` tells a row's place from its origin."""
        import polars as pl

        values: Sequence[Sequence[str | None]] = list(zip(*self.cells, strict=True)) or [()] * len(self.columns)
        frame = pl.DataFrame(
            [pl.Series(name, column, dtype=pl.String) for name, column in zip(self.columns, values, strict=True)]
        )
        return TextBatch(frame, lambda rows: [locate(self.origins[row]) for row in rows], self.unread)


BATCH_ROWS = 50_000
"""Rows in a batch of formats that are read row by row."""
