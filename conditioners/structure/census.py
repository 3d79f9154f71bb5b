"""Counts what the lines of a text turn out to be, so that one of hardly anything but blank lines is refused."""

from __future__ import annotations

from dataclasses import dataclass

from conditioners.limits import Limits
from conditioners.readers.misfits import Misfits, Tally
from conditioners.structure.found import Dropped, Found, Kept, KeptBlock, Passed, PassedLines

_EVERY = 10_000
"""Lines after which the count is looked at."""


@dataclass
class Census:
    """The lines of one text, in order."""

    limits: Limits
    rows: int = 0
    unread: int = 0
    blank: int = 0
    place: str = ""

    def __post_init__(self) -> None:
        self._misfits = Misfits(self.limits)
        self._number = 0

    def take(self, found: Found) -> None:
        """The next line, or rows; raises Refusal when most lines so far are none of a table."""
        if isinstance(found, KeptBlock):
            self.rows += len(found.rows)
            return
        if isinstance(found, Kept):
            self.rows += 1
        elif isinstance(found, Dropped):
            self.rows += 1
            self.unread += 1
            self.place = found.row.place
        elif isinstance(found, Passed):
            self.blank += 1
            self.place = found.place
        elif isinstance(found, PassedLines):
            self.blank += found.count
            self.place = str(found.first + found.count - 1)
        if self.unread + self.blank >= _EVERY:
            self._note()

    def _note(self) -> None:
        line = int(self.place) if self.place.isdigit() else 0
        self._misfits.note(self._number, Tally(line, self.rows, self.unread, self.blank))
        self._number += 1
        self.rows = self.unread = self.blank = 0
