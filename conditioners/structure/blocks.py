"""Reads the plain stretches of delimited text by the block, which costs a fifth of reading them row by row.

A block is a run of lines in which nothing is odd: each is one record by the rules, and all have one number of fields
and none is blank, or all are blank. What reading row by row would give is known then, so only the speed differs.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from conditioners.readers.decoding import DAMAGE
from conditioners.structure.field_grammar import Marks
from conditioners.structure.quote_readings import Effort
from conditioners.structure.rows import Row
from conditioners.structure.splitting import MOST_FURTHER_LINES, Record, Splitter

_LINES = 1000
_MOST_WAITING = 4000
_FEWEST = 8
"""Lines that are worth a block of their own."""
_BLANK_FORM = -1
_MISFIT = 2
"""What a record costs that has to be read by itself and is no row, in ways to read quotes."""
_DAMAGED = DAMAGE.decode()


@dataclass(frozen=True)
class Block:
    """Records of one width, or blank ones, each on a line of its own; or elements of a list."""

    first_line: int
    """Of an element: its number."""
    lines: Sequence[str]
    """The raw text of each."""
    rows: list[list[str]]
    is_blank: bool = False
    path: str = ""
    """Leads to the list of which the records are elements."""

    @property
    def width(self) -> int:
        """How many cells each row has that is not blank."""
        return len(self.rows[0])

    @property
    def last_row(self) -> Row:
        """The last record."""
        return Row(self._place(self.first_line + len(self.rows) - 1), tuple(self.rows[-1]), self.lines[-1])

    def each_row(self) -> Iterator[Row]:
        """The same records one by one."""
        for number, (line, cells) in enumerate(zip(self.lines, self.rows, strict=True), start=self.first_line):
            yield Row(self._place(number), tuple(cells) or ("",), line)

    def _place(self, number: int) -> str:
        return f"{self.path}[{number}]" if self.path else str(number)


class BlockReader:
    """Reads text of known marks: blocks where it is plain, rows where it is not."""

    def __init__(self, marks: Marks, width: int, most_lines: int, effort: Effort) -> None:
        self._marks, self._width, self._effort = marks, width, effort
        self._splitter = Splitter(marks, width, most_lines, effort)
        delimiter, quote = re.escape(marks.delimiter), re.escape(marks.quote)
        before = rf"(?:^|{delimiter})" if delimiter else "^"
        self._opening = re.compile(rf"{before}{' *+' if marks.spaced else ''}{quote}", re.MULTILINE) if quote else None

        self._rest = ""

    def read(self, text: str, line: int, *, is_last: bool = True) -> Iterator[Row | Block]:
        """All records of a text that begins in the given line and ends with a line.

        What may go on in the next text, unless this is the last, is read with that. Raises Refusal when the quotes of
        most records can be read in several ways.
        """
        text, line = self._rest + text, line - self._rest.count("\n")
        self._rest, self._is_last, start = "", is_last, 0
        while start < len(text):
            end = _end_of_lines(text, start)
            pieces = self._read_block(text[start:end], line)
            if pieces is None:
                start = yield from self._read_unevenly(text, start, end, line)
            else:
                yield from pieces
                start = end
            line = self._effort.line = self._line

    def _read_unevenly(self, text: str, start: int, end: int, line: int) -> Generator[Row | Block, None, int]:
        """Lines of which some have quotes that open fields: those row by row. Returns the place behind."""
        while start < end:
            quoted = self._find_opening(text, start, end)
            pieces = self._read_block(text[start:quoted], line) if quoted > start else None
            if pieces is not None:
                yield from pieces
                start = quoted
            else:
                start = yield from self._read_rows(text, start, max(quoted, start + 1), line)
            line = self._effort.line = self._line
        return start

    def _find_opening(self, text: str, start: int, end: int) -> int:
        """Where the first line begins in which a quote opens a field."""
        found = self._opening.search(text, start, end) if self._opening is not None else None
        return max(start, text.rfind("\n", start, found.start()) + 1) if found is not None else end

    def _read_rows(self, text: str, start: int, end: int, line: int) -> Generator[Row, None, int]:
        """The records that begin between two places, row by row; returns the place behind them."""
        while start < end:
            record = self._splitter.read(text, start)
            if not self._is_last and self._may_go_on(text, record):
                self._rest, self._line = text[start:], line
                return len(text)
            row = Row(str(line), record.fields, text[start : record.end].rstrip("\r\n"))
            if row.width != self._width or not row.filled:
                self._effort.spend(_MISFIT)
            yield row
            line += text.count("\n", start, record.end)
            start = record.end
        self._line = line
        return start

    def _may_go_on(self, text: str, record: Record) -> bool:
        """Whether a record that has other cells than the table, and quotes, may end behind the text."""
        quote, is_whole = self._marks.quote, record.fields is not None and len(record.fields) == self._width
        if is_whole or not quote or quote not in text[record.start : record.end]:
            return False
        return text.count("\n", record.end) < MOST_FURTHER_LINES

    def _read_block(self, text: str, line: int) -> list[Row | Block] | None:
        """Some lines as blocks, and as rows where those would be short; None if they have to be read one by one."""
        text = text.replace("\r\n", "\n")
        if self._marks.escape or "\r" in text or _DAMAGED in text:
            return None
        lines = text.removesuffix("\n").split("\n")
        is_plain = self._opening is None or self._marks.quote not in text or self._opening.search(text) is None
        rows = self._split_plainly(lines) if is_plain and not self._marks.spaced else self._split(lines)
        if rows is None:
            return None
        forms = [len(row) if "".join(row).strip() else _BLANK_FORM for row in rows]
        is_even = all(form == self._width for form in forms)
        if not is_even and not is_plain and any(form not in (self._width, _BLANK_FORM) for form in forms):
            return None
        self._line = line + len(lines)
        self._effort.left += forms.count(self._width)
        block = Block(line, lines, rows)
        return [block] if is_even else list(self._each_run(block, forms))

    def _each_run(self, block: Block, forms: list[int]) -> Iterator[Row | Block]:
        """The lines of a block in runs of one form."""
        start = 0
        for form, run in groupby(forms):
            end = start + sum(1 for _ in run)
            lines, rows = block.lines[start:end], block.rows[start:end]
            part = Block(block.first_line + start, lines, rows, form == _BLANK_FORM)
            if end - start >= _FEWEST and form in (self._width, _BLANK_FORM):
                yield part
            else:
                yield from part.each_row()
            start = end

    def _split_plainly(self, lines: list[str]) -> list[list[str]]:
        """The cells of lines without quotes."""
        delimiter = self._marks.delimiter
        return [line.split(delimiter) for line in lines] if delimiter else [[line] for line in lines]

    def _split(self, lines: list[str]) -> list[list[str]] | None:
        """The lines' cells; None if a record is not one line, or not by the rules."""
        marks = self._marks
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
