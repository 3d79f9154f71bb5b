"""Cuts delimited text into chunks of whole records, exact about quotes, so that chunks can be parsed independently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.text.chunks import Chunk, Marks, Span, count_bytes
from conditioners.readers.text.records import TELLING, OddRecords, RecordParser
from conditioners.readers.text.syntax import CR, LF, Syntax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FEW_MARKS = 16
"""Bytes for each mark from which on the places of marks take less room than the text, and are kept with it."""
_PATIENCE = 64
"""Pieces of one buffer after which the rest of it is read record by record."""
_NEXT_QUOTES = 64
"""That are looked at first, in pairs."""


class RecordCutter:
    """Takes UTF-8 bytes as they come and gives chunks of whole records."""

    def __init__(self, syntax: Syntax, limits: Limits, first_line: int = 1) -> None:
        self._syntax, self._limits = syntax, limits
        self._parser = RecordParser(syntax, limits)
        self._rest = b""
        self._line = first_line

    def cut(self, blocks: Iterator[bytes]) -> Iterator[Chunk]:
        """Chunks of about a block's size; less where so many records are read one by one that they may be too many."""
        for block in blocks:
            yield from self._feed(block, last=False)
        yield from self._feed(b"", last=True)

    def _feed(self, block: bytes, *, last: bool) -> Iterator[Chunk]:
        self._rest = self._rest + block if self._rest else block
        is_short = True
        while is_short:
            chunk = self._take(last)
            if chunk.data:
                yield chunk
            is_short = _count_odd(chunk) > self._limits.unread_rows
        if len(self._rest) > self._limits.line_bytes:
            raise Refusal(f"a line is longer than the limit of {self._limits.line_bytes} bytes", f"line {self._line}")

    def _take(self, last: bool) -> Chunk:
        data = self._rest
        pieces, end, marks = self._split(data, last)
        self._rest = data[end:]
        whole = data[:end]
        known = marks.within(0, end) if marks is not None else None
        lines = len(known.feeds) if known is not None else count_bytes(whole, LF)
        if known is not None and len(known.feeds) + len(known.quotes) >= len(data) // _FEW_MARKS:
            known = None
        chunk = Chunk(whole, self._line, tuple(pieces), lines, marks=known)
        self._line += chunk.lines
        return chunk

    def _split(self, data: bytes, last: bool) -> tuple[list[Span | OddRecords], int, Marks | None]:
        if not any(mark and mark.encode() in data for mark in (self._syntax.quote, self._syntax.escape)):
            end = len(data) if last else data.rfind(b"\n") + 1
            return [Span(0, end)] if end else [], end, None
        if not last and b"\n" not in data:
            return [], 0, None  # A long line is looked through once, not each time that some more of it comes.
        marks = Marks.find(data, self._syntax)
        return *_QuotedSplit(data, marks, self._syntax, self._parser, self._limits).split(last), marks


class _QuotedSplit:
    """Splits one buffer in which quotes or escapes occur.

    While every quote is where it may be (an opening one at a field's start, a closing one at its end, or two adjacent
    ones inside), the number of quotes before a line end tells whether it ends a record. The first quote out of place,
    or escape, ends that: its record is parsed by itself, and the counting begins anew behind it.
    """

    def __init__(self, data: bytes, marks: Marks, syntax: Syntax, parser: RecordParser, limits: Limits) -> None:
        import numpy as np

        self._data, self._syntax, self._parser, self._limits = data, syntax, parser, limits
        self._array = np.frombuffer(data, np.uint8)
        self._quotes, self._line_feeds = marks.quotes, marks.feeds
        ends_field = np.zeros(256, np.bool_)
        ends_field[[ord(syntax.delimiter), LF, CR]] = True
        before, after = self._neighbours()
        adjacent = self._quotes[1:] - self._quotes[:-1] == 1
        may_open = ends_field[before] | np.concatenate([[False], adjacent])
        may_close = ends_field[after] | np.concatenate([adjacent, [False]])
        even = np.zeros(len(self._quotes), np.bool_)
        even[::2] = True
        self._misplaced = (
            np.flatnonzero(~np.where(even, may_open, may_close)), np.flatnonzero(~np.where(even, may_close, may_open)),
        )  # fmt: skip

    def _neighbours(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The bytes before and after each quote; the data's ends count as line ends."""
        import numpy as np

        before = self._array[self._quotes - 1]
        behind = self._quotes + 1
        after = self._array[np.minimum(behind, len(self._array) - 1, out=behind)]
        before[self._quotes == 0] = LF
        after[self._quotes == len(self._array) - 1] = LF
        return before, after

    def split(self, last: bool) -> tuple[list[Span | OddRecords], int]:
        """The pieces, and how far they reach: no further where too many records were parsed by themselves."""
        pieces: list[Span | OddRecords] = []
        position = odd = 0
        while position < len(self._data) and odd <= self._limits.unread_rows:
            suspect = self._next_suspect(position, last, patient=len(pieces) < _PATIENCE)
            if suspect is None:
                end = len(self._data) if last else self._record_start(position, len(self._data))
                return _add_span(pieces, position, end), end
            start = self._record_start(position, suspect)
            _add_span(pieces, position, start)
            record = self._parser.parse(self._data, start, last=last)
            if record is None:
                return pieces, start
            pieces.append(record)
            position, odd = record.end, odd + len(record.ends)
        return pieces, position

    def _next_suspect(self, position: int, last: bool, *, patient: bool) -> int | None:
        """The next byte whose record has to be parsed by itself; without patience that is every quote and escape."""
        first = self._first_quote(position)
        quote = self._first_misplaced(first, last) if patient else first
        found = int(self._quotes[quote]) if quote is not None and quote < len(self._quotes) else None
        escape = self._data.find(self._syntax.escape.encode(), position, found) if self._syntax.escape else -1
        return found if escape < 0 else escape

    def _first_quote(self, position: int) -> int:
        """The number of the first quote from a byte on."""
        import numpy as np

        return int(np.searchsorted(self._quotes, position))

    def _first_misplaced(self, first: int, last: bool) -> int | None:
        """The first quote, by number, that stands where it may not, counting from quote `first` as an opening one."""
        import numpy as np

        candidates = self._misplaced[first % 2]
        at = int(np.searchsorted(candidates, first))
        found = int(candidates[at]) if at < len(candidates) else len(self._quotes)
        suspect = self._first_telling(first, found)
        if suspect is not None:
            return suspect
        if found < len(self._quotes):
            return found
        is_open = (len(self._quotes) - first) % 2 == 1
        return len(self._quotes) - 1 if last and is_open else None

    def _first_telling(self, first: int, until: int) -> int | None:
        """The first opening quote before quote `until` whose field is long or may have swallowed rows.

        It is looked for in more and more quotes at a time, for it may be the next one, and the text have millions.
        """
        size = _NEXT_QUOTES
        while first < until:
            end = min(first + size, until)
            size *= 2
            if end < until and self._quotes[end] - self._quotes[end - 1] == 1:
                continue  # A field goes on there.
            found = self._first_telling_of(first, end)
            if found is not None:
                return found
            first = end
        return None

    def _first_telling_of(self, first: int, until: int) -> int | None:
        import numpy as np

        opening = self._quotes[first:until:2]
        closing = self._quotes[first + 1 : until + 1 : 2]
        if len(closing) < len(opening):
            closing = np.append(closing, len(self._data))
        joined = opening[1:] - closing[:-1] == 1  # two quotes next to each other are one inside of a field
        begins, ends = np.append(True, ~joined), np.append(~joined, True)
        opening, closing, numbers = opening[begins], closing[ends], np.flatnonzero(begins)
        lines = np.searchsorted(self._line_feeds, closing) - np.searchsorted(self._line_feeds, opening)
        for number in np.flatnonzero(lines):
            since, until_byte = int(opening[number]), int(closing[number])
            is_long = lines[number] > self._limits.record_lines or until_byte - since > self._limits.line_bytes
            second_line = self._data.index(b"\n", since)
            if is_long or self._data.count(self._syntax.delimiter.encode(), second_line, until_byte) >= TELLING:
                return first + 2 * int(numbers[number])
        return None

    def _record_start(self, position: int, byte: int) -> int:
        """Where the record that holds a byte begins, counting quotes from `position`, where a record begins."""
        first, quote = self._first_quote(position), self._first_quote(byte)
        inside = (quote - first) % 2 == 1
        for opening in range(quote - inside, first - 1, -2):
            until = int(self._quotes[opening]) if opening < quote else byte
            since = int(self._quotes[opening - 1]) if opening > first else position
            line_end = self._data.rfind(b"\n", since, until)
            if line_end >= 0:
                return line_end + 1
        return position


def _add_span(pieces: list[Span | OddRecords], start: int, end: int) -> list[Span | OddRecords]:
    if end > start:
        pieces.append(Span(start, end))
    return pieces


def _count_odd(chunk: Chunk) -> int:
    """Records that were parsed by themselves."""
    return sum(len(piece.ends) for piece in chunk.pieces if isinstance(piece, OddRecords))
