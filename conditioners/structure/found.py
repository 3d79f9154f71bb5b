"""What a row turns out to be when tables are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conditioners.structure.heads import Head
from conditioners.structure.rows import Row


@dataclass(frozen=True)
class Began:
    """A table begins."""

    head: Head


@dataclass(frozen=True)
class Kept:
    """A row of the table; `mended` says what was wrong with its marks, if anything."""

    place: str
    cells: tuple[str, ...]
    mended: str = ""


@dataclass(frozen=True)
class KeptBlock:
    """Many rows of the table, in which nothing was odd."""

    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Dropped:
    """A row that has no place in the table it stands in."""

    row: Row
    rule: str
    reason: str


@dataclass(frozen=True)
class Passed:
    """A row that is none."""

    place: str
    cause: str


@dataclass(frozen=True)
class PassedLines:
    """Blank lines, one behind the other."""

    first: int
    count: int


Found = Began | Kept | KeptBlock | Dropped | Passed | PassedLines
