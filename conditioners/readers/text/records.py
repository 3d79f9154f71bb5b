"""One record of delimited text, read strictly: the reference for what a record is, and the way out for odd ones."""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conditioners.limits import Limits
from conditioners.readers.text.chains import Chain
from conditioners.readers.text.syntax import CR, LF, Syntax
from conditioners.rules import Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WRONG_COUNT, STRAY, UNTERMINATED = Rule.WRONG_FIELD_COUNT, Rule.STRAY_QUOTE, Rule.UNTERMINATED_QUOTE
TELLING = 3
"""Delimiters in one line of a quoted field that make it look like a record."""
RULES = (None, STRAY, UNTERMINATED)
"""What a record may break, by number; the first is that it can be read."""
_ENOUGH = 16
"""Readable records in a row after which it is worth while to look for the next odd one."""
_MANY = b"{0,100000}"
"""Fields that are told at once; an ordinary repetition, which keeps a hundred bytes for each, stands for a possessive
one here: see tests/architecture/test_patterns.py."""


@dataclass(frozen=True)
class ParsedRecord:
    """A record that was read by itself: `fields` if they can be told apart, else the rule that it breaks."""

    start: int
    end: int
    fields: tuple[str, ...] | None
    rule: Rule | None = None


@dataclass(frozen=True)
class OddRecords:
    """A record that had to be looked at by itself, and those behind it that were as well, until many could be read."""

    start: int
    end: int
    ends: NDArray[np.int64]
    """Of each record; the last one is `end`."""
    rules: NDArray[np.uint8]
    """What each record breaks, by its number in RULES."""

    def clip(self, start: int, end: int) -> OddRecords:
        """The records between two ends of records, counted from the first."""
        first, last = self.ends.searchsorted([start, end], "right").tolist()
        ends = self.ends[first:last] - start
        return OddRecords(max(0, self.start - start), int(ends[-1]), ends, self.rules[first:last])


class RecordParser:
    """Reads one record at a time."""

    def __init__(self, syntax: Syntax, limits: Limits, most_fields: int = sys.maxsize) -> None:
        """Of a record with more fields than `most_fields` it reads one more than these, and no further."""
        marks = (syntax.delimiter, syntax.quote, syntax.escape)
        delimiter, quote, escape = (re.escape(mark.encode()) for mark in marks)
        escaped = rb"|" + escape + rb"[^\r\n]?+" if syntax.escape else b""
        self._plain = re.compile(rb"(?:[^" + delimiter + escape + rb"\r\n]++" + escaped + rb")*+")
        held = rb"(?:[^" + quote + escape + rb"]++" + escaped + rb"|" + quote + quote + rb")*+"
        opening = rb" *+" + quote if syntax.spaced else quote
        closing = quote + rb" *+" if syntax.padded else quote
        self._quoted = re.compile(opening + rb"(" + held + rb")" + closing) if syntax.quote else None
        self._opening = re.compile(opening)
        self._unescape = re.compile(escape + rb"([^\r\n])") if syntax.escape else None
        self._quote, self._delimiter = syntax.quote.encode(), syntax.delimiter.encode()
        self._written = syntax.written.encode()
        self._width, self._limits, self._most_fields = syntax.width, limits, most_fields
        self._lines = _compile_lines(delimiter, quote, escape, (opening, closing))
        self._chain = Chain(b"")

    def parse(self, data: bytes, start: int, *, last: bool) -> OddRecords | None:
        """The record that begins at `start`, and those behind it until many in a row can be read, or too many cannot.

        None when the data end, and are not the last, before the first record does.
        """
        import numpy as np

        ends, rules, readable = array("q"), bytearray(), 0
        for end, rule in self._look_at_each(data, start, last):
            ends.append(end)
            rules.append(rule)
            readable = 0 if rule else readable + 1
            if readable == _ENOUGH or len(ends) > self._limits.unread_rows:
                break
        return OddRecords(start, ends[-1], np.array(ends), np.frombuffer(rules, np.uint8)) if ends else None

    def _look_at_each(self, data: bytes, position: int, last: bool) -> Iterator[tuple[int, int]]:
        """The end of each record, and what it breaks."""
        while position < len(data):
            for match in self._lines.finditer(data, position):
                if match.lastindex is None or match.end() - position > self._limits.line_bytes:
                    break
                position = match.end()
                yield position, match.lastindex - 1
            record = self.parse_one(data, position, last=last) if position < len(data) else None
            if record is None:
                return
            position = record.end
            yield position, RULES.index(record.rule)

    def parse_one(self, data: bytes, start: int, *, last: bool) -> ParsedRecord | None:
        """The record that begins at `start`; None when the data end, and are not the last, before it does."""
        if self._chain.data is not data:
            self._chain = Chain(data)
        record = self._follow(data, start, last=last, chain=self._chain)
        is_whole = record is None or record.fields is None or not self._chain.is_joined
        return record if is_whole else self._follow(data, start, last=last, chain=Chain(data))

    def _follow(self, data: bytes, start: int, *, last: bool, chain: Chain) -> ParsedRecord | None:
        """The same; of a record that goes on as one before it that could not be read, the fields there are left out."""
        fields: list[str] = []
        position, limit = start, start + self._limits.line_bytes
        chain.begin()
        while True:
            position = chain.pass_by(position)
            if chain.fields - 1 > self._most_fields:
                return ParsedRecord(start, position, tuple(fields))
            quoted = self._quoted is not None and self._opening.match(data, position) is not None
            match = (self._quoted if quoted and self._quoted else self._plain).match(data, position, limit)
            if match is None:
                is_open = not last and len(data) <= limit and not self._is_long(data[position:])
                return None if is_open else self._give_up(chain, start, UNTERMINATED, last)
            if quoted and (self._is_long(match[0]) or self._has_swallowed_rows(match[1], chain.fields - 1)):
                return self._give_up(chain, start, UNTERMINATED, last)
            fields.append(self._text(match, quoted))
            position = match.end()
            if chain.fields > self._most_fields:
                return ParsedRecord(start, position, tuple(fields))
            if position == len(data) or data[position] in (LF, CR):
                return self._complete(data, start, position, fields, last)
            if not data.startswith(self._delimiter, position):
                return self._give_up(chain, start, STRAY, last)
            position += len(self._delimiter)

    def _complete(self, data: bytes, start: int, position: int, fields: list[str], last: bool) -> ParsedRecord | None:
        end = min(position + (2 if data.startswith(b"\r\n", position) else 1), len(data))
        if end == len(data) and not last and data[position : position + 1] != b"\n":
            return None
        return ParsedRecord(start, end, tuple(fields))

    def _is_long(self, quoted: bytes) -> bool:
        """Whether a stretch between two quotes runs over more lines than a field may."""
        most = self._limits.record_lines
        return quoted.count(b"\n") > most and any(part.count(b"\n") > most for part in quoted.split(self._quote))

    def _has_swallowed_rows(self, field: bytes, number: int) -> bool:
        """Whether the lines of a field look like records: as many delimiters as one has, or as stand before the field.

        Less than three delimiters say too little: text has them as well.
        """
        _, *inner, end = field.split(b"\n") if b"\n" in field else (field, b"")
        full = (self._width or 0) - 1
        return (full >= TELLING and any(line.count(self._delimiter) == full for line in inner)) or (
            self._width is not None and number >= TELLING and end.count(self._delimiter) == number
        )

    def _text(self, match: re.Match[bytes], quoted: bool) -> str:
        text = match[1].replace(self._quote * 2, self._quote) if quoted else match[0]
        if self._unescape:
            text = self._unescape.sub(rb"\1", text)
        if self._written:
            text = text.replace(self._delimiter, self._written)
        return text.decode()

    def _give_up(self, chain: Chain, start: int, rule: Rule, last: bool) -> ParsedRecord | None:
        """Reject the line that the record begins in, and nothing after it."""
        chain.keep()
        data = chain.data
        end = data.find(b"\n", start)
        if end < 0 and not last:
            return None
        return ParsedRecord(start, len(data) if end < 0 else end + 1, None, rule)


def _compile_lines(delimiter: bytes, quote: bytes, escape: bytes, ends: tuple[bytes, bytes]) -> re.Pattern[bytes]:
    """What tells records of one line: group 1 is one that can be read, group 2 one with a stray quote.

    Nothing is found where it takes a closer look: at quoted lines, escapes, open quotes, and very many fields.
    """
    opening, closing = ends
    quoted = opening + rb"(?:[^" + quote + escape + rb"\r\n]++|" + quote + quote + rb")*+" + closing
    plain = rb"[^" + delimiter + escape + rb"\r\n]*+"
    field = rb"(?:" + quoted + rb"|(?!" + opening + rb")" + plain + rb")" if quote else plain
    readable = rb"(" + field + rb"(?>(?:" + delimiter + field + rb")" + _MANY + rb")\r?\n)"
    before, behind = rb"(?>(?:" + field + delimiter + rb")" + _MANY + rb")", rb"[^" + delimiter + escape + rb"\r\n]"
    stray = rb"(" + before + quoted + behind + rb"[^\r\n]*+\r?\n)"
    return re.compile(readable + (rb"|" + stray if quote else b"") + rb"|")
