"""Finds rows of a chunk of text again: their physical lines and raw text, worked out only when a row is rejected."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from conditioners.readers.batches import Located, Unread
from conditioners.readers.cutting import Chunk, Marks, Span
from conditioners.readers.decoding import show_damage
from conditioners.readers.records import CR, LF, Syntax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
        data = self._chunk.data
        return [
            Located(str(line), show_damage(data[start:end].decode("utf-8", "replace").rstrip("\r\n")))
            for line, start, end in zip(lines.tolist(), starts.tolist(), ends.tolist(), strict=True)
        ]

    @property
    def ends(self) -> NDArray[np.int64]:
        """The position behind each record."""
        return self._bounds[1]

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
        import numpy as np

        ends = np.concatenate(
            [
                self._record_ends(piece) if isinstance(piece, Span) else np.array([piece.end])
                for piece in self._chunk.pieces
            ]
        )
        return np.concatenate([[0], ends[:-1]]), ends

    def _record_ends(self, span: Span) -> NDArray[np.int64]:
        """Line ends outside of quotes; a bare CR ends a record as well."""
        import numpy as np

        array = np.frombuffer(self._chunk.data, np.uint8)[span.start : span.end]
        marks = self._marks.within(span.start, span.end)
        ends = marks.feeds
        returns = int(np.count_nonzero(array == CR))
        if returns != np.count_nonzero(array[ends[ends > 0] - 1] == CR):
            is_end = array == LF
            is_end |= (array == CR) & np.append(array[1:] != LF, True)
            ends = np.flatnonzero(is_end)
        if len(marks.quotes):
            ends = ends[np.searchsorted(marks.quotes, ends) % 2 == 0]
        ends = ends + 1
        if len(ends) == 0 or ends[-1] < len(array):
            ends = np.append(ends, len(array))
        return ends + span.start


def sort_out(
    bad: Sequence[tuple[int, str, str]], index: RecordIndex, filler: str, hollow: Sequence[int] | NDArray[np.int64] = ()
) -> tuple[list[Unread], list[tuple[Located, str, int]]]:
    """Records that cannot be read, by number with rule and reason; blank ones among many are only counted.

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
