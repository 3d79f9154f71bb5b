"""Many records at once, as they are handed on where it is known what reading them one by one would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, overload

from conditioners.readers.decoding import DAMAGE_IN_TEXT
from conditioners.structure.rows import Row

_FEWEST, _MOST = 8, 1000
"""Rows that are worth a block of their own, and that one may have."""
_MOST_CHARACTERS, _OF_A_CELL = 1 << 16, 8
"""What the rows of a block may hold, and what each of their cells counts for besides its text."""
T = TypeVar("T")


@dataclass(frozen=True)
class Block:
    """Records, each on a line of its own, or elements of a list."""

    first_line: int
    """Of an element: its number."""
    lines: Sequence[str]
    """The raw text of each."""
    rows: Sequence[Sequence[str]]
    is_blank: bool = False
    """Whether all of them are."""
    is_uneven: bool = False
    """Whether they may differ in width, or some may be blank."""
    path: str = ""
    """Leads to the list of which the records are elements."""
    csv: str = ""
    """The records as lines of standard CSV, if they need no quotes and have no empty cell; else empty."""
    is_sound: bool = False
    """Whether each of them is known to be a whole row of the one table that there is."""

    @property
    def width(self) -> int:
        """How many cells each row has; 0 if they may differ, or are blank."""
        if self.is_uneven or self.is_blank:
            return 0
        return self.csv.count(",", 0, self.csv.index("\n")) + 1 if self.csv else len(self.rows[0])

    @property
    def last_cells(self) -> Sequence[str]:
        """The cells of the last record."""
        return self.csv[self.csv.rfind("\n", 0, -1) + 1 : -1].split(",") if self.csv else self.rows[-1]

    def row(self, at: int) -> Row:
        """One of the records."""
        return Row(self._place(self.first_line + at), tuple(self.rows[at]) or ("",), self.lines[at])

    def place(self, at: int) -> str:
        """Where one of the records stands."""
        return self._place(self.first_line + at)

    def look(self, first: int, count: int) -> Sequence[Row]:
        """Some of the records."""
        return [self.row(at) for at in range(first, min(first + count, len(self.rows)))]

    def each_row(self) -> Iterator[Row]:
        """The same records one by one."""
        return map(self.row, range(len(self.rows)))

    def part(self, start: int, end: int, *, is_blank: bool = False, is_uneven: bool = False) -> Block:
        """Some of the records, of which that is known."""
        lines, rows = self.lines[start:end], self.rows[start:end]
        return Block(self.first_line + start, lines, rows, is_blank, is_uneven, self.path)

    def behind(self, count: int) -> Block:
        """The records without the first ones."""
        return self.part(count, len(self.rows), is_blank=self.is_blank, is_uneven=self.is_uneven)

    def holds(self, cells: Sequence[str]) -> bool:
        """Whether some record has exactly these cells."""
        if self.csv and f"\n{','.join(cells)}\n" not in f"\n{self.csv}":
            return False
        return list(cells) in self.rows or tuple(cells) in self.rows

    def _place(self, number: int) -> str:
        return f"{self.path}[{number}]" if self.path else str(number)


@dataclass(frozen=True)
class _Gathered(Block):
    """Records that came one by one."""

    singles: Sequence[Row] = ()

    def row(self, at: int) -> Row:
        """One of the records."""
        return self.singles[at]

    def place(self, at: int) -> str:
        """Where one of the records stands."""
        return self.singles[at].place

    def part(self, start: int, end: int, *, is_blank: bool = False, is_uneven: bool = False) -> Block:
        """Some of the records, of which that is known."""
        rows, singles = self.rows[start:end], self.singles[start:end]
        return _Gathered(0, [], rows, is_blank, is_uneven, singles=singles)


class Deferred(Sequence[T]):
    """Items of a known number that are made when one of them is looked at."""

    def __init__(self, count: int, make: Callable[[], list[T]]) -> None:
        self._count, self._make = count, make

    @cached_property
    def _made(self) -> list[T]:
        return self._make()

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...

    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        return self._made[at]

    def __iter__(self) -> Iterator[T]:
        return iter(self._made)

    def __contains__(self, item: object) -> bool:
        return item in self._made


def gather(pieces: Iterable[Row | Block]) -> Iterator[Row | Block]:
    """The same, with records that come one by one put together; those that cannot be read stay alone."""
    together, size = list[Row](), 0
    for piece in pieces:
        is_single = isinstance(piece, Row) and piece.cells is not None and not is_damaged(piece)
        if together and (not is_single or len(together) == _MOST or size > _MOST_CHARACTERS):
            yield from _put_together(together)
            together, size = [], 0
        if is_single and isinstance(piece, Row):
            together.append(piece)
            size += sum(map(len, piece.cells or ())) + _OF_A_CELL * piece.width
        else:
            yield piece
    yield from _put_together(together)


def is_damaged(row: Row) -> bool:
    """Whether a row has bytes that are none of its encoding's, and so has no place in a block."""
    return DAMAGE_IN_TEXT in "".join(row.cells or ())


def put_before(rows: Iterable[Row], block: Block) -> Block:
    """A block with some rows before its own, which it may differ from."""
    together = [*rows, *block.each_row()]
    return _Gathered(0, [], [row.cells or () for row in together], is_uneven=True, singles=together)


def _put_together(rows: list[Row]) -> Iterator[Row | Block]:
    if len(rows) < _FEWEST:
        yield from rows
        return
    cells = [row.cells or () for row in rows]
    is_uneven = len(set(map(len, cells))) > 1 or any(row.is_blank for row in rows)
    yield _Gathered(0, [], cells, is_uneven=is_uneven, singles=rows)


def each_row(pieces: Iterable[Row | Block]) -> Iterator[Row]:
    """All records one by one."""
    for piece in pieces:
        if isinstance(piece, Block):
            yield from piece.each_row()
        else:
            yield piece
