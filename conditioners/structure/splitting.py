"""Splits delimited text whose quotes cannot be trusted: strictly where that works, else by the fewest odd readings.

A quote opens a field only at the field's start and closes it only before a delimiter or a line end (RFC 4180). A record
in which that does not hold is read in every way its quotes allow, as text or as marks; the reading that gives as many
fields as the table has columns is taken, if there is exactly one best.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

from conditioners.structure.field_grammar import Grammar, Marks
from conditioners.structure.missing_delimiters import MissingDelimiters
from conditioners.structure.quote_readings import Effort, Reading, Search

_MOST_QUOTES = 200
"""Quotes in one odd line that are still tried in every way."""
MOST_FURTHER_LINES = 20
"""Lines that an odd record may go on over."""
_READ_ON = 4
"""What it costs to read an odd record on into one more line, in ways to read a quote."""
_LINE = re.compile(r"[^\r\n]*+")


class Record(NamedTuple):
    """One record: where it stands in the text, and its fields; None when no reading of its quotes is best."""

    start: int
    end: int
    fields: tuple[str, ...] | None
    is_odd: bool = False
    """Whether its quotes had to be read leniently."""


class Splitter:
    """Splits text into records of one dialect; `width`, when known, says how many fields a record should have."""

    def __init__(
        self,
        marks: Marks,
        width: int | None = None,
        most_lines: int = 1000,
        effort: Effort | None = None,
        missing: MissingDelimiters | None = None,
    ) -> None:
        """With `missing`, a line that lacks a delimiter has no fields, though it may be as wide as the others."""
        self._marks, self._width, self._most_lines, self._missing = marks, width, most_lines, missing
        self._effort = effort or Effort()
        self._grammar = Grammar(marks)

    def records(self, text: str, start: int = 0) -> Iterator[Record]:
        """The records from a position on, in order; raises Exhausted when they can be read in too many ways."""
        while start < len(text):
            record = self.read(text, start)
            yield record
            start = record.end

    def read(self, text: str, start: int) -> Record:
        """The record that begins at a place."""
        self._effort.left += 1
        end = _LINE.match(text, start).end()  # type: ignore[union-attr]
        if not self._has_marks(text, start, end):
            return Record(start, _behind(text, end), self._split_plainly(text[start:end]))
        strict = self._read_strictly(text, start, self._width)
        fits = strict is not None and self._width in (None, len(strict.fields or ()))
        if fits and strict is not None and (strict.end <= end + 2 or not self._has_swallowed(text, end, strict)):
            if self._missing is not None and self._missing.find(text, start, end) >= 0:
                return Record(start, strict.end, None, True)
            return strict
        return self._read_leniently(text, start, end)

    def _has_marks(self, text: str, start: int, end: int) -> bool:
        """Whether a quote or an escape stands between two places."""
        quote, escape = self._marks.quote, self._marks.escape
        has_quote = quote != "" and text.find(quote, start, end) >= 0
        return has_quote or (escape != "" and text.find(escape, start, end) >= 0)

    def _split_plainly(self, line: str) -> tuple[str, ...]:
        fields = line.split(self._marks.delimiter) if self._marks.delimiter else [line]
        return tuple(field.lstrip(" ") for field in fields) if self._marks.spaced else tuple(fields)

    def _read_strictly(
        self, text: str, start: int, most_fields: int | None, most_lines: int | None = None
    ) -> Record | None:
        """The record by the rules; None when a quote stands where it may not, or it has more fields or line ends."""
        fields: list[str] = []
        position, left = start, self._most_lines if most_lines is None else most_lines
        while most_fields is None or len(fields) < most_fields:
            match, is_quoted = self._grammar.match_field(text, position)
            if match is None:
                return None
            if is_quoted:
                left -= _count_line_ends(match[1])
                if left < 0:
                    return None
            fields.append(self._grammar.clean(match[1], is_quoted=is_quoted))
            position = match.end()
            if position >= len(text) or text[position] in "\r\n":
                return Record(start, _behind(text, position), tuple(fields))
            position += len(self._marks.delimiter)
        return None

    def _has_swallowed(self, text: str, first_end: int, strict: Record) -> bool:
        """Whether one of the further lines of a record looks like a whole record itself."""
        position, lines = _behind(text, first_end), 0
        width = len(strict.fields or ())
        while position < strict.end:
            lines += 1
            end = _LINE.match(text, position).end()  # type: ignore[union-attr]
            if lines > self._most_lines:
                return True
            if width >= 4 and end < strict.end - 2 and text.count(self._marks.delimiter, position, end) >= width - 1:
                inner = self._read_strictly(text, position, width, 0)
                if inner is not None and inner.end <= end + 2 and len(inner.fields or ()) == width:
                    return True
            position = _behind(text, end)
        return False

    def _read_leniently(self, text: str, start: int, end: int) -> Record:
        """The line read in the least odd way that has the wanted number of fields."""
        line = text[start:end]
        self._effort.spend(1)
        reading = self._find_reading(line) if line.count(self._marks.quote) <= _MOST_QUOTES else None
        if reading is not None:
            is_plain = reading.is_only and not (self._missing and self._missing.explains(line, reading.fields))
            return Record(start, _behind(text, end), reading.fields if is_plain else None, True)
        strict = self._read_strictly(text, start, None)
        if strict is not None and not self._has_swallowed(text, end, strict):
            return strict
        further = self._read_on(text, start, end)
        return further or Record(start, _behind(text, end), self._split_oddly(line), True)

    def _read_on(self, text: str, start: int, end: int) -> Record | None:
        """An odd record that runs over several lines, if one of the next few ends completes it."""
        for _ in range(min(self._most_lines, MOST_FURTHER_LINES)):
            behind = _behind(text, end)
            if behind >= len(text):
                return None
            self._effort.spend(_READ_ON)
            following = self._read_strictly(text, behind, self._width, sys.maxsize)
            if following is not None and len(following.fields or ()) == self._width:
                return None
            end = _LINE.match(text, behind).end()  # type: ignore[union-attr]
            if text.count(self._marks.quote, start, end) > _MOST_QUOTES:
                return None
            reading = self._find_reading(text[start:end]) if self._width else None
            if reading is not None and reading.is_only:
                return Record(start, _behind(text, end), reading.fields, True)
        return None

    def _split_oddly(self, line: str) -> tuple[str, ...]:
        """The fields of a line of which no reading has the wanted number: the least odd reading of all."""
        if line.count(self._marks.quote) > _MOST_QUOTES:
            return self._split_plainly(line)
        reading = self._search(line, None)
        return reading.fields if reading is not None else self._split_plainly(line)

    def _find_reading(self, line: str) -> Reading | None:
        return self._search(line, self._width)

    def _search(self, line: str, width: int | None) -> Reading | None:
        return Search(self._grammar, self._effort, line, width).best() if self._marks.quote else None


def _count_line_ends(field: str) -> int:
    """How many line ends there are in a field, or fewer where these are of several kinds."""
    return max(field.count("\n"), field.count("\r"))


def _behind(text: str, line_end: int) -> int:
    """The position behind a line end that begins there."""
    if text.startswith("\r\n", line_end):
        return line_end + 2
    return min(line_end + 1, len(text))
