"""Rows of a table that have another width than it: read in another way, they may be as wide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conditioners.structure.found import Kept
from conditioners.structure.heads import Head
from conditioners.structure.missing_delimiters import MISSING
from conditioners.structure.profiles import Profile
from conditioners.structure.rows import Resplit, Row
from conditioners.structure.shifts import count_ways, fuse, realign

_PAIR = 2
"""Cells that many a sentence has under some delimiter."""
_TO_MEND = 1_000_000


class WidthMender:
    """Gives rows as many cells as their table has columns, where the cells are such as it has."""

    def __init__(self, head: Head, profile: Profile, resplit: Resplit, *, words_are_apart: bool) -> None:
        self._head, self._profile, self._resplit = head, profile, resplit
        self._words_are_apart = words_are_apart
        self._to_mend = _TO_MEND
        """Cells of rows of the wrong width that may still be looked at; each one that is kept gives one."""

    def note_kept(self, cells: int) -> None:
        """So many cells were in rows of the right width."""
        self._to_mend += cells

    def keep(self, row: Row, *, is_behind_blank: bool) -> Kept | None:
        """A row with as many cells as the table has columns; None when it cannot be made to."""
        if row.width == self._head.cells:
            return Kept(row.place, (*(row.cells or ()), *self._head.padding))
        if row.cells is not None and self._head.is_ragged and row.width < self._head.cells:
            return Kept(row.place, (*row.cells, *[""] * (self._head.cells - row.width)))
        for cells, mended in self._readings(row, is_behind_blank):
            if cells is not None and len(cells) == self._head.cells and self._profile.has_seen(cells):
                return Kept(row.place, (*cells, *self._head.padding), mended)
        return None

    def _readings(self, row: Row, is_behind_blank: bool) -> Iterator[tuple[tuple[str, ...] | None, str]]:
        """Other ways to read a row of the wrong width, and what was wrong with it then."""
        cells = row.cells
        if cells is None or len(cells) > self._head.cells:
            mark, others = next(self._resplit(row), (None, None))
            if mark == "":
                yield others, MISSING
        if cells is None:
            return
        if len(cells) < self._head.cells:
            # Behind a blank row, and in two columns of words, a note is as likely.
            for mark, others in () if is_behind_blank else self._resplit(row):
                if not mark:
                    yield others, MISSING
                elif len(others) == self._head.cells and (len(others) > _PAIR or self._profile.has_types_of(others)):
                    yield others, "another delimiter"
                elif mark == " " and self._may_mend(others, count_ways(self._profile, others)):
                    yield fuse(self._profile, others, row.raw), "another delimiter"
            return
        if len(cells) == self._head.cells + 1 and self._may_mend(cells):
            yield realign(self._profile, cells), "an empty cell too many"
        if self._words_are_apart and self._may_mend(cells, count_ways(self._profile, cells)):
            yield fuse(self._profile, cells, row.raw), "blanks inside a cell"

    def _may_mend(self, cells: Sequence[str], ways: int = 1) -> bool:
        """Whether a row may be compared with all columns in so many ways, which takes long where there are many."""
        cost = (self._head.cells + len(cells)) * max(1, ways)
        if cost > self._to_mend:
            return False
        self._to_mend -= cost
        return True
