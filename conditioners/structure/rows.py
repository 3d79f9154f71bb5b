"""Rows of a file before anyone knows which of them are tables: cells as text, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from string import digits
from typing import NamedTuple

from conditioners.outcome import Refusal
from conditioners.rules import Rule

_LONGEST_PATH = 4096


class Row(NamedTuple):
    """One row of text cells; `cells` is None when they cannot be told apart."""

    place: str
    """Line number, cell or path."""
    cells: tuple[str, ...] | None
    raw: str
    fault: tuple[Rule, str] = (Rule.STRAY_QUOTE, "the quotes can be read in more than one way")
    """Rule and reason, where the cells cannot be told apart or the row is none of the table's."""

    @property
    def filled(self) -> int:
        """How many cells hold more than blanks; a row that cannot be read counts as one."""
        if self.cells is None:
            return 1
        return sum(map(bool, map(str.strip, self.cells)))

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds more than blanks, or the mark with which programs of DOS end files."""
        return self.cells is not None and (not any(map(str.strip, self.cells)) or self.raw == "\x1a")

    @property
    def width(self) -> int:
        """How many cells there are; 0 when they cannot be told apart."""
        return len(self.cells or ())

    @property
    def is_of_sheet(self) -> bool:
        """Whether it stands in a sheet, where cells may be merged."""
        return "!" in self.place

    @property
    def is_comment(self) -> bool:
        """Whether it begins as comments do."""
        return self.raw.startswith("#")

    @property
    def is_comment_alone(self) -> bool:
        """Whether it is a comment and nothing else."""
        return self.is_comment and self.width <= 1


def line_of(place: str) -> int:
    """The line or row of a place such as `line 3` or `cell Sales!A3`."""
    # A sheet may be named by any number of digits, through each of which a search would look for the last ones.
    return int(place[len(place.rstrip(digits)) :] or 0)


def require_short_path(path: str) -> None:
    """Raises Refusal where the place of each row would begin with a path that is far longer than the row."""
    if len(path) > _LONGEST_PATH:
        raise Refusal(f"the path of the records is longer than {_LONGEST_PATH} characters", f"{path[:80]}…")


Resplit = Callable[[Row], Iterator[tuple[str, tuple[str, ...]]]]
"""Further ways to tell a row's cells apart: a delimiter, and the cells under it; none where one was put in."""


def no_resplit(_: Row) -> Iterator[tuple[str, tuple[str, ...]]]:
    """There is no other way."""
    return iter(())
