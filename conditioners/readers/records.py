"""Cuts delimited text into chunks of whole records, exact about quotes, so that chunks can be parsed independently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conditioners.limits import Limits
from conditioners.outcome import Refusal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LF, CR = 10, 13
WRONG_COUNT, STRAY, UNTERMINATED = "wrong_field_count", "stray_quote", "unterminated_quote"
_PATIENCE = 64
"""Odd records of one buffer after which the rest of it is read record by record."""


@dataclass(frozen=True)
class Syntax:
    """How records and fields are told apart; each mark is one ASCII character, or empty for none."""

    delimiter: str
    quote: str = '"'
    escape: str = ""


@dataclass(frozen=True)
class Span:
    """Bytes of a chunk that hold whole records in which every quote stands where it may."""

    start: int
    end: int


@dataclass(frozen=True)
class OddRecord:
    """A record with quotes out of place: `fields` if they can still be told apart, else the rule that it breaks."""

    start: int
    end: int
    fields: tuple[str, ...] | None
    rule: str | None = None


@dataclass(frozen=True)
class Chunk:
    """Whole records in file order, and the number of the line that they begin in."""

    data: bytes
    first_line: int
    pieces: tuple[Span | OddRecord, ...]


class RecordParser:
    """Reads one record at a time, strictly: the reference for what a record is, and the way out for odd ones."""

    def __init__(self, syntax: Syntax, limits: Limits) -> None:
        marks = (syntax.delimiter, syntax.quote, syntax.escape)
        delimiter, quote, escape = (re.escape(mark.encode()) for mark in marks)
        escaped = rb"|" + escape + rb"[^\r\n]" if syntax.escape else b""
        self._plain = re.compile(rb"(?:[^" + delimiter + escape + rb"\r\n]++" + escaped + rb")*+")
        held = rb"(?:[^" + quote + escape + rb"]++" + escaped + rb"|" + quote + quote + rb")*+"
        self._quoted = re.compile(quote + rb"(" + held + rb")" + quote) if syntax.quote else None
        self._unescape = re.compile(escape + rb"([\s\S])") if syntax.escape else None
        self._quote, self._delimiter = syntax.quote.encode(), syntax.delimiter.encode()
        self._limits = limits

    def parse(self, data: bytes, start: int, *, last: bool) -> OddRecord | None:
        """The record that begins at `start`; None when the data end, and are not the last, before it does."""
        fields: list[str] = []
        position, limit = start, start + self._limits.line_bytes
        while True:
            quoted = self._quoted is not None and data.startswith(self._quote, position)
            match = (self._quoted if quoted and self._quoted else self._plain).match(data, position, limit)
            if quoted and (match is None or self._is_long(match[0])):
                is_open = match is None and not last and len(data) <= limit and not self._is_long(data[position:])
                return None if is_open else self._reject_line(data, start, UNTERMINATED)
            assert match is not None
            fields.append(self._text(match, quoted))
            position = match.end()
            if position == len(data) or data[position] in (LF, CR):
                return self._complete(data, start, position, fields, last)
            if not data.startswith(self._delimiter, position):
                return self._reject_line(data, start, STRAY)
            position += len(self._delimiter)

    def _complete(self, data: bytes, start: int, position: int, fields: list[str], last: bool) -> OddRecord | None:
        end = min(position + (2 if data.startswith(b"\r\n", position) else 1), len(data))
        if end == len(data) and not last and data[position : position + 1] != b"\n":
            return None
        return OddRecord(start, end, tuple(fields))

    def _is_long(self, quoted: bytes) -> bool:
        """Whether a stretch between two quotes runs over more lines than a field may."""
        most = self._limits.record_lines
        return quoted.count(b"\n") > most and any(part.count(b"\n") > most for part in quoted.split(self._quote))

    def _text(self, match: re.Match[bytes], quoted: bool) -> str:
        text = match[1].replace(self._quote * 2, self._quote) if quoted else match[0]
        if self._unescape:
            text = self._unescape.sub(rb"\1", text)
        return text.decode()

    def _reject_line(self, data: bytes, start: int, rule: str) -> OddRecord:
        """Give up the line that the record begins in, and nothing after it."""
        end = data.find(b"\n", start)
        return OddRecord(start, len(data) if end < 0 else end + 1, None, rule)


class RecordCutter:
    """Takes UTF-8 bytes as they come and gives chunks of whole records."""

    def __init__(self, syntax: Syntax, limits: Limits, first_line: int = 1) -> None:
        self._syntax, self._limits = syntax, limits
        self._parser = RecordParser(syntax, limits)
        self._rest = b""
        self._line = first_line

    def cut(self, blocks: Iterator[bytes]) -> Iterator[Chunk]:
        """Chunks of about a block's size."""
        for block in blocks:
            chunk = self._feed(block, last=False)
            if chunk.data:
                yield chunk
        chunk = self._feed(b"", last=True)
        if chunk.data:
            yield chunk

    def _feed(self, block: bytes, *, last: bool) -> Chunk:
        data = self._rest + block if self._rest else block
        pieces, end = self._split(data, last)
        self._rest = data[end:]
        if len(self._rest) > self._limits.line_bytes:
            raise Refusal(f"a line is longer than the limit of {self._limits.line_bytes} bytes", f"line {self._line}")
        chunk = Chunk(data[:end], self._line, tuple(pieces))
        self._line += _count(chunk.data, LF)
        return chunk

    def _split(self, data: bytes, last: bool) -> tuple[list[Span | OddRecord], int]:
        if not self._syntax.quote or self._syntax.quote.encode() not in data:
            end = len(data) if last else data.rfind(b"\n") + 1
            return [Span(0, end)] if end else [], end
        return _QuotedSplit(data, self._syntax, self._parser, self._limits).split(last)


class _QuotedSplit:
    """Splits one buffer in which quotes occur.

    While every quote is where it may be (an opening one at a field's start, a closing one at its end, or two adjacent
    ones inside), the number of quotes before a line end tells whether it ends a record. The first quote out of place
    ends that: its record is parsed by itself, and the counting begins anew behind it.
    """

    def __init__(self, data: bytes, syntax: Syntax, parser: RecordParser, limits: Limits) -> None:
        import numpy as np

        self._data, self._parser, self._limits = data, parser, limits
        self._quotes = find_quotes(data, syntax)
        ends_field = np.zeros(256, np.bool_)
        ends_field[[ord(syntax.delimiter), LF, CR]] = True
        before, after = self._neighbours()
        adjacent = np.diff(self._quotes) == 1
        may_open = ends_field[before] | np.concatenate([[False], adjacent])
        may_close = ends_field[after] | np.concatenate([adjacent, [False]])
        even = np.arange(len(self._quotes)) % 2 == 0
        self._misplaced = (
            np.flatnonzero(~np.where(even, may_open, may_close)), np.flatnonzero(~np.where(even, may_close, may_open)),
        )  # fmt: skip

    def _neighbours(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The bytes before and after each quote; the data's ends count as line ends."""
        import numpy as np

        array = np.frombuffer(self._data, np.uint8)
        before, after = array[self._quotes - 1], array[np.minimum(self._quotes + 1, len(array) - 1)]
        before[self._quotes == 0] = LF
        after[self._quotes == len(array) - 1] = LF
        return before, after

    def split(self, last: bool) -> tuple[list[Span | OddRecord], int]:
        """The pieces, and how far they reach."""
        pieces: list[Span | OddRecord] = []
        position, odd = 0, 0
        while position < len(self._data):
            first = self._first_quote(position)
            misplaced = self._first_misplaced(first, last, patient=odd < _PATIENCE)
            if misplaced is None:
                end = len(self._data) if last else self._record_start(position, first, len(self._quotes))
                return _add_span(pieces, position, end), end
            start = self._record_start(position, first, misplaced)
            _add_span(pieces, position, start)
            record = self._parser.parse(self._data, start, last=last)
            if record is None:
                return pieces, start
            pieces.append(record)
            position, odd = record.end, odd + 1
        return pieces, position

    def _first_quote(self, position: int) -> int:
        import numpy as np

        return int(np.searchsorted(self._quotes, position))

    def _first_misplaced(self, first: int, last: bool, *, patient: bool) -> int | None:
        """The first quote, by number, that stands where it may not, counting from quote `first` as an opening one.

        Without patience every quote counts as one, so that its record is parsed by itself.
        """
        import numpy as np

        if not patient:
            return first if first < len(self._quotes) else None
        candidates = self._misplaced[first % 2]
        at = int(np.searchsorted(candidates, first))
        found = int(candidates[at]) if at < len(candidates) else len(self._quotes)
        long = self._first_long(first, found)
        if long is not None:
            return long
        if found < len(self._quotes):
            return found
        is_open = (len(self._quotes) - first) % 2 == 1
        return len(self._quotes) - 1 if last and is_open else None

    def _first_long(self, first: int, until: int) -> int | None:
        """The first opening quote before quote `until` that is too far from the next quote."""
        import numpy as np

        opening = self._quotes[first:until:2]
        closing = self._quotes[first + 1 : until + 1 : 2]
        if len(closing) < len(opening):
            closing = np.append(closing, len(self._data))
        most = self._limits.record_lines
        for number in np.flatnonzero(closing - opening > most):
            since, until_byte = int(opening[number]), int(closing[number])
            if until_byte - since > self._limits.line_bytes or self._data.count(b"\n", since, until_byte) > most:
                return first + 2 * int(number)
        return None

    def _record_start(self, position: int, first: int, quote: int) -> int:
        """Where the record that holds quote number `quote` begins; the end of the data counts as a quote."""
        inside = (quote - first) % 2 == 1
        for opening in range(quote - inside, first - 1, -2):
            until = int(self._quotes[opening]) if opening < len(self._quotes) else len(self._data)
            since = int(self._quotes[opening - 1]) if opening > first else position
            line_end = self._data.rfind(b"\n", since, until)
            if line_end >= 0:
                return line_end + 1
        return position


def _add_span(pieces: list[Span | OddRecord], start: int, end: int) -> list[Span | OddRecord]:
    if end > start:
        pieces.append(Span(start, end))
    return pieces


def find_quotes(data: bytes, syntax: Syntax) -> NDArray[np.int64]:
    """Where the quotes are, without escaped ones."""
    import numpy as np

    if not syntax.quote:
        return np.empty(0, np.int64)
    quotes = np.flatnonzero(np.frombuffer(data, np.uint8) == ord(syntax.quote))
    if not syntax.escape or syntax.escape.encode() not in data:
        return quotes
    escaped = {match.end() - 1 for match in re.finditer(re.escape(syntax.escape.encode()) + rb"[^\r\n]", data)}
    return quotes[[int(quote) not in escaped for quote in quotes]]


def _count(data: bytes, byte: int) -> int:
    import numpy as np

    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == byte))
