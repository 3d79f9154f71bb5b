"""Holds what is made of a raw file to its size as it came: a small packed one may be far more work than bytes."""

from __future__ import annotations

from dataclasses import dataclass

from conditioners.limits import Limits
from conditioners.outcome import WholeRefusal

_REPEATED = "values that stand in several rows make these far larger than the file"
_PACKED = 25
"""How many times as much the cells of a packed file may take as those of a plain one of the same size."""


@dataclass
class Proportions:
    """Counts, in one raw file with all that is packed in it, what takes longer than reading its bytes does."""

    limits: Limits
    size: int | None
    """Of the raw file; nothing is refused where that is not known."""
    is_packed: bool = False
    """Whether rows come from a packed file: it may have many more cells for each of its bytes."""
    odd: int = 0
    blank: int = 0
    rejected: int = 0
    shown: int = 0
    tried: int = 0

    def note_odd(self, rows: int) -> None:
        """Some rows had to be read one by one; raises WholeRefusal when that were too many."""
        self.odd += rows
        free, ratio = self.limits.odd_rows_free, self.limits.odd_rows_ratio
        if self._is_beyond(self.odd, free, ratio):
            most = f"{free} rows, and {ratio} more for each of its packed bytes"
            told = f"the file has more than {most}, that are blank, rejected or unlike others"
            raise WholeRefusal(f"{told}; unpack it first")

    def note_blank(self, lines: int) -> None:
        """So many blank lines were passed; raises WholeRefusal when those of all members are too many.

        A sheet that was saved as text may have a million behind its last row, but not each member of an archive.
        """
        self.blank += lines
        free, ratio = self.limits.blank_lines, self.limits.odd_rows_ratio
        if self._is_beyond(self.blank, free, ratio):
            most = f"{free} blank lines, and {ratio} more for each of its packed bytes"
            raise WholeRefusal(f"the file has more than {most}; unpack it first")

    def note_tried(self, records: int, size: int) -> None:
        """So many records were read to find a text's marks; raises WholeRefusal if they are too many for its size."""
        self.tried += records - size
        if self.tried > self.limits.tries_free:
            raise WholeRefusal("the marks of too many of its texts are hard to tell; declare their dialect")

    def note_rejected(self, size: int) -> None:
        """Rejected rows take so many bytes more; raises WholeRefusal when all together take too many."""
        self.rejected += size
        free, ratio = self.limits.rejected_free, self.limits.rejected_ratio
        if self._is_beyond(self.rejected, free, ratio):
            raise WholeRefusal(f"its rejected rows take more than {ratio} times the size of the file")

    def require_batch(self, size: int) -> None:
        """Raises WholeRefusal where the cells of one batch take so many bytes that copies of them would fill memory."""
        most = self.limits.shown_together
        if self.size is not None and not self.is_packed:
            most = min(most, most // 2 + 2 * self.size)
        if size > most:
            raise WholeRefusal(_REPEATED)

    def note_shown(self, size: int) -> None:
        """The cells of a batch take so many bytes; raises WholeRefusal when all together take too many."""
        self.shown += size
        ratio = self.limits.shown_ratio * (_PACKED if self.is_packed else 1)
        if self._is_beyond(self.shown, self.limits.shown_free, ratio):
            raise WholeRefusal(_REPEATED)

    def _is_beyond(self, found: int, free: int, ratio: int) -> bool:
        return self.size is not None and found > free + ratio * self.size
