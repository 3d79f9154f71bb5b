"""Reads the plain stretches of delimited text by the block, which costs a fifth of reading them row by row.

A block is a run of lines in which nothing is odd: each is one record by the rules, all have one number of fields, none
is blank. What reading row by row would give for them is known then, so only the speed differs.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conditioners.readers.decoding import DAMAGE
from conditioners.structure.rows import Row
from conditioners.structure.splitting import Marks, Splitter

_LINES = 1000
_MOST_WAITING = 4000
_DAMAGED = DAMAGE.decode()


@dataclass(frozen=True)
class Block:
    """Records of one width, each on a line of its own."""

    first_line: int
    lines: list[str]
    rows: list[list[str]]

    @property
    def width(self) -> int:
        """How many cells each row has."""
        return len(self.rows[0])

    @property
    def last_row(self) -> Row:
        """The last record."""
        return Row(str(self.first_line + len(self.lines) - 1), tuple(self.rows[-1]), self.lines[-1])

    def each_row(self) -> Iterator[Row]:
        """The same records one by one."""
        for number, (line, cells) in enumerate(zip(self.lines, self.rows, strict=True), start=self.first_line):
            yield Row(str(number), tuple(cells), line)


class BlockReader:
    """Reads text of known marks: blocks where it is plain, rows where it is not."""

    def __init__(self, marks: Marks, width: int, most_lines: int) -> None:
        self._marks, self._width = marks, width
        self._splitter = Splitter(marks, width, most_lines)

    def read(self, text: str, line: int) -> Iterator[Row | Block]:
        """All records of a text that begins in the given line and ends with a whole record."""
        start = 0
        while start < len(text):
            end = _end_of_lines(text, start)
            block = self._read_block(text[start:end], line)
            if block is not None:
                yield block
                line += len(block.lines)
                start = end
                continue
            for record in self._splitter.records(text, start):
                yield Row(str(line), record.fields, text[record.start : record.end].rstrip("\r\n"))
                line += text.count("\n", record.start, record.end)
                start = record.end
                if start >= end:
                    break

    def _read_block(self, text: str, line: int) -> Block | None:
        text = text.replace("\r\n", "\n")
        if self._marks.escape or "\r" in text or _DAMAGED in text:
            return None
        lines = text.removesuffix("\n").split("\n")
        rows = self._split(lines, text)
        if rows is None or any(len(row) != self._width or not "".join(row).strip() for row in rows):
            return None
        return Block(line, lines, rows)

    def _split(self, lines: list[str], text: str) -> list[list[str]] | None:
        """The lines' cells; None if a record is not one line, or not by the rules."""
        marks = self._marks
        if not marks.quote or marks.quote not in text:
            if not marks.delimiter:
                return [[line] for line in lines]
            if not marks.spaced:
                return [line.split(marks.delimiter) for line in lines]
        if len(marks.delimiter) != 1 or marks.delimiter == marks.quote:
            return None
        reader = csv.reader(
            lines, delimiter=marks.delimiter, quotechar=marks.quote or None, strict=True,
            quoting=csv.QUOTE_MINIMAL if marks.quote else csv.QUOTE_NONE, skipinitialspace=marks.spaced,
        )  # fmt: skip
        try:
            rows = list(reader)
        except csv.Error:
            return None
        return rows if len(rows) == len(lines) else None


def _end_of_lines(text: str, start: int) -> int:
    """The position behind the next lines."""
    end = start
    for _ in range(_LINES):
        end = text.find("\n", end) + 1
        if end == 0:
            return len(text)
    return end


def spare_the_last(pieces: Iterator[Row | Block]) -> Iterator[Row | Block]:
    """The same, but the last two blocks row by row: notes behind a table can be told only by what does not follow."""
    waiting: deque[Row | Block] = deque()
    blocks = 0
    for piece in pieces:
        waiting.append(piece)
        blocks += isinstance(piece, Block)
        while blocks > 2 or len(waiting) > _MOST_WAITING:
            first = waiting.popleft()
            blocks -= isinstance(first, Block)
            yield first
    yield from each_row(waiting)


def each_row(pieces: Iterable[Row | Block]) -> Iterator[Row]:
    """All records one by one."""
    for piece in pieces:
        if isinstance(piece, Block):
            yield from piece.each_row()
        else:
            yield piece
