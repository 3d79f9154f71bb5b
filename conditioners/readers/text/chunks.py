"""Chunks: whole records of delimited text, and where their marks stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conditioners.readers.text.records import OddRecords
from conditioners.readers.text.syntax import LF, Syntax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Span:
    """Bytes of a chunk that hold whole records in which every quote stands where it may, and nothing is escaped."""

    start: int
    end: int


@dataclass(frozen=True)
class Marks:
    """Where line feeds and quotes stand in some bytes."""

    feeds: NDArray[np.int64]
    quotes: NDArray[np.int64]

    @classmethod
    def find(cls, data: bytes, syntax: Syntax) -> Marks:
        """Look for them."""
        import numpy as np

        array = np.frombuffer(data, np.uint8)
        quotes = np.flatnonzero(array == ord(syntax.quote)) if syntax.quote else np.empty(0, np.int64)
        return cls(np.flatnonzero(array == LF), quotes)

    def within(self, start: int, end: int) -> Marks:
        """Those of a part, counted from its first byte."""
        return Marks(_within(self.feeds, start, end), _within(self.quotes, start, end))


def _within(places: NDArray[np.int64], start: int, end: int) -> NDArray[np.int64]:
    found = places[places.searchsorted(start) : places.searchsorted(end)]
    return found - start if start else found


@dataclass(frozen=True)
class Chunk:
    """Whole records in file order, and the number of the line that they begin in."""

    data: bytes
    first_line: int
    pieces: tuple[Span | OddRecords, ...]
    lines: int
    """Line feeds in the data."""
    number: int = 0
    """Which of the file's it is, from 0, where that matters."""
    marks: Marks | None = None
    """Those of the data, where the cutter has had to look for them."""


def count_bytes(data: bytes, byte: int) -> int:
    """How often a byte occurs."""
    import numpy as np

    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == byte))
