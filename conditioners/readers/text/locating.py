"""Finds rows of a chunk of text again: their physical lines and raw text, worked out only when a row is rejected."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from conditioners.readers.batches import Located, Unread
from conditioners.readers.decoding import show_damage
from conditioners.readers.text.chunks import Chunk, Marks, Span
from conditioners.readers.text.records import OddRecords
from conditioners.readers.text.stand_ins import take_out
from conditioners.readers.text.syntax import CR, LF, Syntax
from conditioners.rules import Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


BadRecord = tuple[int, Rule, str]
"""One that cannot be read: its number in the chunk, the rule that it breaks, and the reason."""
FEW = 1000
"""Rows that cannot be read, of a chunk, that may as well be looked at one by one."""
_LISTED = 100
"""Blank lines that a summary may list."""


class RecordIndex:
    """The records of one chunk by number, in file order, readable or not."""

    def __init__(self, chunk: Chunk, syntax: Syntax) -> None:
        self._chunk, self._syntax = chunk, syntax

    def locate(self, records: Sequence[int] | NDArray[np.int64]) -> list[Located]:
        """Line number and raw text of each record."""
        import numpy as np

        starts, ends = (bounds[records] for bounds in self._bounds)
        lines = self._chunk.first_line + np.searchsorted(self._marks.feeds, starts)
        data, syntax = self._chunk.data, self._syntax
        return [
            Located(str(line), show_damage(take_out(data[start:end].decode("utf-8", "replace"), syntax).rstrip("\r\n")))
            for line, start, end in zip(lines.tolist(), starts.tolist(), ends.tolist(), strict=True)
        ]

    @property
    def starts(self) -> NDArray[np.int64]:
        """The first position of each record."""
        return self._bounds[0]

    @property
    def ends(self) -> NDArray[np.int64]:
        """The position behind each record."""
        return self._bounds[1]

    @cached_property
    def rules(self) -> NDArray[np.uint8]:
        """What each record breaks, by its number in RULES."""
        import numpy as np

        rules = np.zeros(len(self.ends), np.uint8)
        odd = [piece for piece in self._chunk.pieces if isinstance(piece, OddRecords)]
        rules[np.searchsorted(self.ends, np.concatenate([piece.ends for piece in odd]))] = np.concatenate(
            [piece.rules for piece in odd]
        )
        return rules

    def find_readable_with(self, mark: str) -> NDArray[np.int64]:
        """The numbers of records that can be read and hold a character of ASCII."""
        import numpy as np

        data = self._chunk.data
        if not mark or mark.encode() not in data:
            return np.empty(0, np.int64)
        places = np.flatnonzero(np.frombuffer(data, np.uint8) == ord(mark))
        holders = np.unique(self.ends.searchsorted(places, "right"))
        readable: NDArray[np.int64] = holders[self.rules[holders] == 0]
        return readable

    def cut_out(self, chosen: NDArray[np.bool_]) -> bytes:
        """The text of some records, next to each other."""
        import numpy as np

        turns = np.flatnonzero(np.diff(chosen, prepend=False, append=False))
        bounds = np.append(self.starts, self.ends[-1])[turns].tolist()
        stretches = [self._chunk.data[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True)]
        if b"\r" in self._chunk.data:
            # The CR that a record ends with would make one line end with the LF that is all of another.
            stretches = [text + b"\n" if text.endswith(b"\r") else text for text in stretches]
        return b"".join(stretches)

    def are_blank(self, records: NDArray[np.int64], filler: str) -> NDArray[np.bool_]:
        """Whether records hold nothing but blanks and characters that say nothing by themselves."""
        import numpy as np

        says = np.ones(256, np.int32)
        says[list(f"{filler} \t\r\n".encode())] = 0
        told = np.concatenate([[0], np.cumsum(says[np.frombuffer(self._chunk.data, np.uint8)], dtype=np.int32)])
        starts, ends = self._bounds
        blank: NDArray[np.bool_] = told[starts[records]] == told[ends[records]]
        return blank

    @cached_property
    def _marks(self) -> Marks:
        return self._chunk.marks or Marks.find(self._chunk.data, self._syntax)

    @cached_property
    def _bounds(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where records begin and end: at line ends outside of quotes, counted from where a span begins."""
        import numpy as np

        pieces = self._chunk.pieces
        piece_ends = np.array([piece.end for piece in pieces])
        is_span = np.array([isinstance(piece, Span) for piece in pieces])
        lines, quotes = self._find_line_ends(), self._marks.quotes
        holders = np.searchsorted(piece_ends, lines, "right")
        are_ends = is_span[holders]
        if len(quotes):
            before = np.searchsorted(quotes, np.concatenate([[0], piece_ends[:-1]]))
            are_ends &= (np.searchsorted(quotes, lines) - before[holders]) % 2 == 0
        odd_ends = [piece.ends for piece in pieces if isinstance(piece, OddRecords)]
        ends = np.sort(np.concatenate([lines[are_ends] + 1, piece_ends, *odd_ends]), kind="stable")
        ends = ends[np.append(True, ends[1:] != ends[:-1])]
        return np.concatenate([[0], ends[:-1]]), ends

    def _find_line_ends(self) -> NDArray[np.int64]:
        """The last byte of each line; a bare CR ends one as well, except where a line is all of a record."""
        import numpy as np

        feeds = self._marks.feeds
        if self._syntax.delimiter == "\n":
            return feeds
        array = np.frombuffer(self._chunk.data, np.uint8)
        is_return = array == CR
        if np.count_nonzero(is_return) == np.count_nonzero(array[feeds[feeds > 0] - 1] == CR):
            return feeds
        return np.flatnonzero((array == LF) | (is_return & np.append(array[1:] != LF, True)))


def sort_out(
    bad: Sequence[BadRecord], index: RecordIndex, filler: str, hollow: Sequence[int] | NDArray[np.int64] = ()
) -> tuple[list[Unread], list[tuple[Located, str, int]]]:
    """Records that cannot be read; blank ones among many are only counted.

    So are `hollow` ones, which could be read and are blank.
    """
    import numpy as np

    if not bad and not len(hollow):
        return [], []
    numbers = np.array([number for number, _, _ in bad], np.int64)
    is_blank = index.are_blank(numbers, filler) if len(bad) > FEW else np.zeros(len(bad), np.bool_)
    rest = np.flatnonzero(~is_blank)
    before = numbers - np.arange(len(bad)) - np.searchsorted(hollow, numbers)
    unread = [
        Unread(int(before[which]), at, *bad[which][1:])
        for which, at in zip(rest.tolist(), index.locate(numbers[rest]), strict=True)
    ]
    return unread, _count_blank(np.union1d(numbers[is_blank], np.asarray(hollow, np.int64)), index)


def _count_blank(records: NDArray[np.int64], index: RecordIndex) -> list[tuple[Located, str, int]]:
    """Blank lines one by one as far as they are listed, and the others by their number."""
    passed = [(at, "blank", 1) for at in index.locate(records[:_LISTED])]
    further = len(records) - _LISTED
    return passed + [(at, "blank", further) for at in index.locate(records[_LISTED : _LISTED + 1])]
