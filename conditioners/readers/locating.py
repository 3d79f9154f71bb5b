"""Finds rows of a chunk of text again: their physical lines and raw text, worked out only when a row is rejected."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from conditioners.readers.batches import Located
from conditioners.readers.cutting import Chunk, Span, find_quotes
from conditioners.readers.decoding import show_damage
from conditioners.readers.records import CR, LF, Syntax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class RecordIndex:
    """The records of one chunk by number, in file order, readable or not."""

    def __init__(self, chunk: Chunk, syntax: Syntax) -> None:
        self._chunk, self._syntax = chunk, syntax

    def locate(self, records: Sequence[int] | NDArray[np.int64]) -> list[Located]:
        """Line number and raw text of each record."""
        import numpy as np

        starts, ends = self._bounds
        lines = self._chunk.first_line + np.searchsorted(self._line_feeds, starts[records])
        return [
            Located(str(line), show_damage(self._chunk.data[start:end].decode("utf-8", "replace").rstrip("\r\n")))
            for line, start, end in zip(lines, starts[records], ends[records], strict=True)
        ]

    @cached_property
    def _line_feeds(self) -> NDArray[np.int64]:
        import numpy as np

        return np.flatnonzero(np.frombuffer(self._chunk.data, np.uint8) == LF)

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
        feeds = self._line_feeds
        ends = feeds[np.searchsorted(feeds, span.start) : np.searchsorted(feeds, span.end)] - span.start
        returns = int(np.count_nonzero(array == CR))
        if returns != np.count_nonzero(array[ends[ends > 0] - 1] == CR):
            is_end = array == LF
            is_end |= (array == CR) & np.append(array[1:] != LF, True)
            ends = np.flatnonzero(is_end)
        quotes = find_quotes(self._chunk.data[span.start : span.end], self._syntax)
        if len(quotes):
            ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
        ends = ends + 1
        if len(ends) == 0 or ends[-1] < len(array):
            ends = np.append(ends, len(array))
        return ends + span.start
