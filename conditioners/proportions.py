"""Holds what is made of a raw file to its size as it came: a small packed one may be far more work than bytes."""

from __future__ import annotations

from dataclasses import dataclass

from conditioners.limits import Limits
from conditioners.outcome import WholeRefusal


@dataclass
class Proportions:
    """Counts, in one raw file with all that is packed in it, what takes longer than reading its bytes does."""

    limits: Limits
    size: int | None
    """Of the raw file; nothing is refused where that is not known."""
    odd: int = 0
    rejected: int = 0

    def note_odd(self, rows: int) -> None:
        """Some rows had to be read one by one; raises WholeRefusal when that were too many."""
        self.odd += rows
        free, ratio = self.limits.odd_rows_free, self.limits.odd_rows_ratio
        if self._is_beyond(self.odd, free, ratio):
            most = f"{free} rows, and {ratio} more for each of its packed bytes"
            told = f"the file has more than {most}, that are blank, rejected or unlike others"
            raise WholeRefusal(f"{told}; unpack it first")

    def note_rejected(self, size: int) -> None:
        """Rejected rows take so many bytes more; raises WholeRefusal when all together take too many."""
        self.rejected += size
        free, ratio = self.limits.rejected_free, self.limits.rejected_ratio
        if self._is_beyond(self.rejected, free, ratio):
            raise WholeRefusal(f"its rejected rows take more than {ratio} times the size of the file")

    def _is_beyond(self, found: int, free: int, ratio: int) -> bool:
        return self.size is not None and found > free + ratio * self.size
