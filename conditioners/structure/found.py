"""What a row turns out to be when tables are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from conditioners.rules import Rule
from conditioners.structure.heads import Head
from conditioners.structure.rows import Row


class Began(NamedTuple):
    """A table begins."""

    head: Head


class Kept(NamedTuple):
    """A row of the table; `mended` says what was wrong with its marks, if anything."""

    place: str
    cells: tuple[str, ...]
    mended: str = ""


class KeptBlock(NamedTuple):
    """Many rows of the table, in which nothing was odd."""

    rows: Sequence[Sequence[str]]
    csv: str = ""
    """The rows as lines of standard CSV, if they need no quotes and have no empty cell; else empty."""


class Dropped(NamedTuple):
    """A row that has no place in the table it stands in."""

    row: Row
    rule: Rule
    reason: str


class Passed(NamedTuple):
    """A row that is none."""

    place: str
    cause: str


@dataclass(frozen=True)
class PassedLines:
    """Blank lines, one behind the other."""

    first: int
    count: int


Found = Began | Kept | KeptBlock | Dropped | Passed | PassedLines
