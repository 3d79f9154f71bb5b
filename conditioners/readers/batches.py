"""What every reader hands on: batches of text cells, where each row stands, and rows that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from conditioners.outcome import Skipped

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
    rule: str
    reason: str


@dataclass(frozen=True)
class TextBatch:
    """Rows as text: `frame` has one string column per canonical column that the file has; null is an absent cell."""

    frame: pl.DataFrame
    locate: Callable[[Sequence[int]], list[Located]]
    """Tells where rows of the frame, by index in ascending order, stand in the file. Slow; for rejects only."""
    unread: Sequence[Unread] = ()


@dataclass
class Facts:
    """What a reader found out about the file; complete only when all parts have been taken."""

    place: str
    """What places are: `line`, `cell` or `path`; names the first column of the quarantine."""
    dialect: dict[str, Any]
    header_rows: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    encoding: Mapping[str, str] | None = None
    skipped: Skipped = field(default_factory=Skipped)
    header_text: str | None = None
    """The raw header row: a row that repeats it is skipped."""
    filler: str = ""
    """Characters that say nothing by themselves: a raw row of only these and blanks is skipped."""


class Reader(Protocol):
    """Reads one file in one dialect. `parts` is sequential and cheap, `read` may run in several threads at once."""

    columns: Sequence[str]
    """The canonical columns that the file has."""
    facts: Facts

    def parts(self) -> Iterator[Any]:
        """The file in order, in portions that `read` takes."""

    def read(self, part: Any) -> TextBatch:
        """The rows of one portion."""


def batch_rows(
    columns: Sequence[str], rows: Iterable[tuple[Located, Sequence[str | None]]], unread: Sequence[Unread] = ()
) -> TextBatch:
    """A batch of rows that were read one by one."""
    import polars as pl

    places: list[Located] = []
    cells: list[Sequence[str | None]] = []
    for located, row in rows:
        places.append(located)
        cells.append(row)
    values: list[Any] = list(zip(*cells, strict=True)) if cells else [[] for _ in columns]
    frame = pl.DataFrame(
        {name: pl.Series(name, column, dtype=pl.String) for name, column in zip(columns, values, strict=True)}
    )
    return TextBatch(frame, lambda indices: [places[index] for index in indices], unread)
