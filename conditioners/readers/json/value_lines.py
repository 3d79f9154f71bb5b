"""JSON Lines of any size: the value of each line one by one, and the lines that are none, until these are too many."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import KIB, Limits
from conditioners.outcome import Refusal
from conditioners.readers.decoding import Decoder
from conditioners.readers.json.line_parsing import LineParser
from conditioners.readers.json.parsing import TooLarge, limit_line, parse_json
from conditioners.readers.misfits import Misfits, Tally
from conditioners.readers.text.chunks import Chunk
from conditioners.readers.text.cutting import RecordCutter
from conditioners.readers.text.syntax import LINES

_SHORT = 64 * KIB
"""Bytes of a line that cannot hold too much to be parsed at once."""
_FEWEST, _LOOKED_AT = 3, 100
"""Lines that a file has at least whose first one may be broken, and lines behind it that tell so."""
_FILLED_SHARE = 20
"""One line, or element of a list, of so many has to hold something, where very many hold nothing."""


def are_hollow(count: int, empty: int, limits: Limits) -> bool:
    """Whether so many lines, or elements of a list, are no data, since these many of them hold nothing."""
    return empty > limits.unread_rows and (count - empty) * _FILLED_SHARE < count


def begins_with_lines(head: bytes, limits: Limits) -> bool:
    """Whether a file begins with a line that is a whole JSON value and has more behind it, which no document has."""
    first, _, others = Decoder(("utf-8",)).feed(head, last=False).lstrip().partition(b"\n")
    if not others.strip():
        return False
    return _is_value(first, limits) or has_lines_behind(head, limits)


def has_lines_behind(head: bytes, limits: Limits) -> bool:
    """Whether the first line of a file is no JSON value, but most of those behind it are objects, and the next one is.

    In a document that is written over several lines objects have commas behind them, and names or brackets beside.
    """
    text = Decoder(("utf-8",)).feed(head[:_SHORT], last=len(head) <= _SHORT).lstrip()
    lines = [line for line in text.split(b"\n")[: None if len(head) <= _SHORT else -1] if line.strip()]
    if len(lines) < _FEWEST or not lines[1].lstrip().startswith(b"{") or _is_value(lines[0], limits):
        return False
    behind = lines[1 : 1 + _LOOKED_AT]
    objects = [line.lstrip().startswith(b"{") and _is_value(line, limits) for line in behind]
    return objects[0] and sum(objects) * 2 > len(objects)


def _is_value(line: bytes, limits: Limits) -> bool:
    with suppress(Refusal):
        parse_json(line, limits)
        return True
    return False


class BrokenLine(NamedTuple):
    """A line that is no value, by number."""

    line: int
    text: str


class ValueLines:
    """The lines of one file, which can be read again."""

    def __init__(self, opened: OpenedRaw, limits: Limits) -> None:
        self._opened, self._limits = opened, limits
        self._spares_first = has_lines_behind(opened.head, limits)
        self._parser = LineParser(limit_line(limits))
        self.encoding: dict[str, str] = {}
        """Known when all lines have been read."""
        self._begin()

    def _begin(self) -> None:
        self.count = 0
        """Values that were read so far."""
        self.size = self.longest = 0
        """Bytes of these, and of the longest one."""
        self.checksum = 0
        """Of the bytes that were read, to tell two readings apart."""
        self.first_broken: Refusal | None = None
        """Why the first line that is no value is none, and which."""
        self._broken = self._empty = self._blank = 0

    def read(self) -> Iterator[Any]:
        """The value of each line that is not blank, or a BrokenLine.

        Raises Refusal when the first one is no value and those behind it do not tell that it should be, a line is
        longer than a document may be, most lines are no values, or nearly all hold nothing.
        """
        self._begin()
        misfits = Misfits(self._limits)
        for number, chunk in enumerate(self._cut()):
            rows, blank = self.count + self._broken, self._blank
            yield from self._read_chunk(chunk)
            rows, blank = self.count + self._broken - rows, self._blank - blank
            misfits.note(number, Tally(chunk.first_line, rows, 0, blank))
        if self.first_broken is not None and self._broken >= self.count:
            raise self.first_broken

    def _cut(self) -> Iterator[Chunk]:
        decoder = Decoder(("utf-8",))
        limits = replace(self._limits, line_bytes=self._limits.json_bytes)
        yield from RecordCutter(LINES, limits).cut(self._decode(decoder))
        self.encoding = {"name": decoder.name, "evidence": decoder.evidence}

    def _decode(self, decoder: Decoder) -> Iterator[bytes]:
        for block in chain(self._opened.blocks(), [b""]):
            self.checksum = zlib.crc32(block, self.checksum)
            yield decoder.feed(block, last=not block)

    def _read_chunk(self, chunk: Chunk) -> Iterator[Any]:
        for number, line in enumerate(chunk.data.removesuffix(b"\n").split(b"\n"), start=chunk.first_line):
            if not line or line.isspace():
                self._blank += 1
                continue
            try:
                value = self._parser.parse(line)
            except (Refusal, ValueError) as fault:
                yield self._note_broken(number, line, fault)
            else:
                self.count += 1
                self.size += (size := len(line))
                if size > self.longest:
                    self.longest = size
                if not value and value in ({}, [], None, ""):
                    self._note_empty(number)
                yield value

    def _note_broken(self, number: int, line: bytes, fault: Refusal | ValueError) -> BrokenLine:
        if self.first_broken is None:
            reason = self._parser.find_reason(line, fault)
            kind = TooLarge if isinstance(fault, TooLarge) else Refusal
            self.first_broken = kind(reason, f"line {number}")
        self._broken += 1
        is_spared = self._spares_first and self._broken == 1
        if (not self.count and not is_spared) or (
            self._broken > self._limits.unread_rows and self._broken > self.count
        ):
            raise self.first_broken
        return BrokenLine(number, line.decode())

    def _note_empty(self, line: int) -> None:
        self._empty += 1
        if are_hollow(self.count, self._empty, self._limits):
            raise Refusal(f"of the first {self.count} lines of JSON {self._empty} hold nothing", f"line {line}")
