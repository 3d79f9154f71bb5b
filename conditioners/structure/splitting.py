"""Splits delimited text whose quotes cannot be trusted: strictly where that works, else by the fewest odd readings.

A quote opens a field only at the field's start and closes it only before a delimiter or a line end (RFC 4180). A record
in which that does not hold is read in every way its quotes allow, as text or as marks; the reading that gives as many
fields as the table has columns is taken, if there is exactly one best.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from conditioners.outcome import Refusal

_LENIENT, _LITERAL = 1, 2
"""What it costs to read a quote inside a quoted field, or at the start of one, as text."""
_MOST_QUOTES = 200
"""Quotes in one odd line that are still tried in every way."""
_READ_ON = 4
"""What it costs to read an odd record on into one more line, in ways to read a quote."""
_FIELDS_OF_A_READING = 32
"""Fields without a choice that cost as much as one way to read a quote."""


class Exhausted(Refusal):
    """The quotes of a text can be read in too many ways."""


@dataclass
class Effort:
    """How many ways to read quotes may still be tried; each record adds one to what a text is given at first."""

    left: int = 100_000
    line: int = 1
    """Where the reading is."""

    def spend(self, readings: int) -> None:
        """Some ways to read a quote are tried; raises Exhausted when there were too many before."""
        self.left -= readings
        if self.left < 0:
            raise Exhausted(
                "the quotes of most rows can be read in several ways; declare its dialect", f"line {self.line}"
            )


@dataclass(frozen=True)
class Marks:
    """What tells records and fields apart. `spaced`: blanks behind a delimiter belong to it."""

    delimiter: str
    quote: str = '"'
    escape: str = ""
    spaced: bool = False


class Record(NamedTuple):
    """One record: where it stands in the text, and its fields; None when no reading of its quotes is best."""

    start: int
    end: int
    fields: tuple[str, ...] | None
    is_odd: bool = False
    """Whether its quotes had to be read leniently."""


class _Reading(NamedTuple):
    cost: int
    fields: tuple[str, ...]
    is_only: bool


class _Step(NamedTuple):
    state: tuple[int, int] | None
    cost: int
    fields: tuple[str, ...]


class Splitter:
    """Splits text into records of one dialect; `width`, when known, says how many fields a record should have."""

    def __init__(
        self, marks: Marks, width: int | None = None, most_lines: int = 1000, effort: Effort | None = None
    ) -> None:
        self._marks, self._width, self._most_lines = marks, width, most_lines
        self._effort = effort or Effort()
        delimiter, quote, escape = (re.escape(mark) for mark in (marks.delimiter, marks.quote, marks.escape))
        blanks = " *+" if marks.spaced else ""
        escaped = rf"|{escape}[^\r\n]" if marks.escape else ""
        apart = rf"{delimiter}|[\r\n]|\Z" if marks.delimiter else r"[\r\n]|\Z"
        behind = " *+" if marks.delimiter != " " else ""
        alone = rf"|{escape}" if marks.escape else ""
        self._plain = re.compile(rf"{blanks}((?:[^{delimiter}{escape}\r\n]++{escaped}{alone})*+)")
        held = rf"(?:[^{quote}{escape}]++{escaped}|{quote}{quote})*+"
        self._quoted = re.compile(rf"{blanks}{quote}({held}){quote}{behind}(?={apart})") if quote else None
        self._opening = re.compile(rf"{blanks}{quote}") if quote else None
        self._closing = re.compile(rf"{quote}(?={behind}(?:{apart}))") if quote else None
        self._line = re.compile(r"[^\r\n]*+")
        self._unescape = re.compile(rf"{escape}([{quote}{escape}{delimiter}])") if marks.escape else None

    def records(self, text: str, start: int = 0) -> Iterator[Record]:
        """The records from a position on, in order; raises Exhausted when they can be read in too many ways."""
        while start < len(text):
            record = self.read(text, start)
            yield record
            start = record.end

    def read(self, text: str, start: int) -> Record:
        """The record that begins at a place."""
        self._effort.left += 1
        end = self._line.match(text, start).end()  # type: ignore[union-attr]
        if not self._marks.escape and (not self._marks.quote or text.find(self._marks.quote, start, end) < 0):
            return Record(start, _behind(text, end), self._split_plainly(text[start:end]))
        strict = self._read_strictly(text, start)
        fits = strict is not None and self._width in (None, len(strict.fields or ()))
        if fits and strict is not None and (strict.end <= end + 2 or not self._has_swallowed(text, end, strict)):
            return strict
        return self._read_leniently(text, start, end, strict)

    def _split_plainly(self, line: str) -> tuple[str, ...]:
        fields = line.split(self._marks.delimiter) if self._marks.delimiter else [line]
        return tuple(field.lstrip(" ") for field in fields) if self._marks.spaced else tuple(fields)

    def _read_strictly(self, text: str, start: int) -> Record | None:
        """The record by the rules; None when a quote stands where it may not."""
        fields: list[str] = []
        position = start
        while True:
            is_quoted = self._opening is not None and self._opening.match(text, position) is not None
            match = (self._quoted if is_quoted and self._quoted else self._plain).match(text, position)
            if match is None:
                return None
            fields.append(self._clean(match[1], is_quoted))
            position = match.end()
            if position >= len(text) or text[position] in "\r\n":
                return Record(start, _behind(text, position), tuple(fields))
            position += len(self._marks.delimiter)

    def _clean(self, field: str, is_quoted: bool) -> str:
        if is_quoted:
            field = field.replace(self._marks.quote * 2, self._marks.quote)
        return self._unescape.sub(r"\1", field) if self._unescape else field

    def _has_swallowed(self, text: str, first_end: int, strict: Record) -> bool:
        """Whether one of the further lines of a record looks like a whole record itself."""
        position, lines = _behind(text, first_end), 0
        width = len(strict.fields or ())
        while position < strict.end:
            lines += 1
            end = self._line.match(text, position).end()  # type: ignore[union-attr]
            if lines > self._most_lines:
                return True
            if width >= 4 and end < strict.end - 2 and text.count(self._marks.delimiter, position, end) >= width - 1:
                inner = self._read_strictly(text, position)
                if inner is not None and inner.end <= end + 2 and len(inner.fields or ()) == width:
                    return True
            position = _behind(text, end)
        return False

    def _read_leniently(self, text: str, start: int, end: int, strict: Record | None) -> Record:
        """The line read in the least odd way that has the wanted number of fields."""
        line = text[start:end]
        self._effort.spend(1)
        reading = self._find_reading(line) if line.count(self._marks.quote) <= _MOST_QUOTES else None
        if reading is not None:
            return Record(start, _behind(text, end), reading.fields if reading.is_only else None, True)
        if strict is not None and not self._has_swallowed(text, end, strict):
            return strict
        further = self._read_on(text, start, end)
        return further or Record(start, _behind(text, end), self._split_oddly(line), True)

    def _read_on(self, text: str, start: int, end: int) -> Record | None:
        """An odd record that runs over several lines, if one of the next few ends completes it."""
        for _ in range(min(self._most_lines, 20)):
            behind = _behind(text, end)
            if behind >= len(text):
                return None
            self._effort.spend(_READ_ON)
            following = self._read_strictly(text, behind)
            if following is not None and len(following.fields or ()) == self._width:
                return None
            end = self._line.match(text, behind).end()  # type: ignore[union-attr]
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
        reading = _Search(self, line, None).best() if self._marks.quote else None
        return reading.fields if reading is not None else self._split_plainly(line)

    def _find_reading(self, line: str) -> _Reading | None:
        return _Search(self, line, self._width).best() if self._marks.quote else None


class _Search:
    """Finds the least odd reading of one odd line, by the number of fields it has."""

    def __init__(self, splitter: Splitter, line: str, width: int | None) -> None:
        self._splitter, self._line, self._width = splitter, line, width
        self._found: dict[tuple[int, int], _Reading | None] = {}
        closing = splitter._closing
        self._closings = [match.start() for match in closing.finditer(line)] if closing else []

    def best(self) -> _Reading | None:
        """The cheapest reading; None when there is none with the wanted number of fields."""
        return self._from(0, 0)

    def _from(self, position: int, number: int) -> _Reading | None:
        """The best reading of the rest of the line, `number` fields having been read."""
        stack = [(position, number)]
        while stack:
            state = stack[-1]
            if state in self._found:
                stack.pop()
                continue
            steps = list(self._steps(*state))
            missing = [step.state for step in steps if step.state is not None and step.state not in self._found]
            if missing:
                stack += missing
                continue
            fields = sum(len(step.fields) for step in steps)
            self._splitter._effort.spend(sum(step.cost for step in steps) + fields // _FIELDS_OF_A_READING)
            self._found[state] = self._choose(steps)
            stack.pop()
        return self._found[position, number]

    def _steps(self, position: int, number: int) -> Iterator[_Step]:
        """The ways to read the next fields, up to the first that has several: the state behind it, cost, and texts.

        The state is None at the line's end.
        """
        run, position = self._plain_run(position)
        number += len(run)
        if position < 0:
            if self._width in (None, number):
                yield _Step(None, 0, run)
            return
        if self._width is not None and number >= self._width:
            return
        for end, cost, field in self._fields_at(position):
            fields = (*run, field)
            if end == len(self._line):
                if self._width in (None, number + 1):
                    yield _Step(None, cost, fields)
            else:
                behind = end + len(self._splitter._marks.delimiter)
                yield _Step((behind, number + 1 if self._width is not None else 0), cost, fields)

    def _plain_run(self, position: int) -> tuple[tuple[str, ...], int]:
        """The fields from a position on that have one reading each, and the place behind; -1 at the line's end."""
        splitter, line = self._splitter, self._line
        behind, fields = len(splitter._marks.delimiter), list[str]()
        while True:
            is_quoted = splitter._opening is not None and splitter._opening.match(line, position) is not None
            match = (splitter._quoted if is_quoted and splitter._quoted else splitter._plain).match(line, position)
            if match is None:
                return tuple(fields), position
            fields.append(splitter._clean(match[1], is_quoted))
            if match.end() == len(line):
                return tuple(fields), -1
            position = match.end() + behind

    def _fields_at(self, position: int) -> Iterator[tuple[int, int, str]]:
        """The ways to read a field that begins with a quote and does not end by the rules: end, cost, and text."""
        splitter, line = self._splitter, self._line
        assert splitter._opening is not None
        opening, plain = splitter._opening.match(line, position), splitter._plain.match(line, position)
        assert opening is not None and plain is not None
        yield plain.end(), _LITERAL, splitter._clean(plain[1], False)
        for closing in self._closings:
            if closing >= opening.end():
                end = closing + 1
                while line.startswith(" ", end) and splitter._marks.delimiter != " ":
                    end += 1
                yield end, _LENIENT, splitter._clean(line[opening.end() : closing], True)

    def _choose(self, steps: list[_Step]) -> _Reading | None:
        best: _Reading | None = None
        for state, cost, fields in steps:
            rest = self._found[state] if state is not None else _Reading(0, (), True)
            if rest is None:
                continue
            found = _Reading(cost + rest.cost, (*fields, *rest.fields), rest.is_only)
            if best is None or found.cost < best.cost:
                best = found
            elif found.cost == best.cost and found.fields != best.fields:
                best = best._replace(is_only=False)
        return best


def _behind(text: str, line_end: int) -> int:
    """The position behind a line end that begins there."""
    if text.startswith("\r\n", line_end):
        return line_end + 2
    return min(line_end + 1, len(text))
