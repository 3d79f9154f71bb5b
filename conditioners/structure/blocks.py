"""Reads the plain stretches of delimited text by the block, which costs a tenth of reading them row by row.

A block is a run of lines in which nothing is odd: each is one record by the rules, and none is blank, or all are. What
reading row by row would give is known then, so only the speed differs.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Generator, Iterator
from itertools import groupby

from conditioners.readers.decoding import DAMAGE_IN_TEXT
from conditioners.structure.block import Block
from conditioners.structure.field_grammar import Marks
from conditioners.structure.missing_delimiters import MissingDelimiters
from conditioners.structure.plain_blocks import PlainReader
from conditioners.structure.quote_readings import Effort
from conditioners.structure.rows import Row
from conditioners.structure.splitting import MOST_FURTHER_LINES, Record, Splitter

_LINES, _CHARACTERS = 1000, 1 << 16
"""Of a block, at most, unless it is a single line."""
_FEWEST = 8
"""Lines that are worth a block of their own."""
_BLANK_FORM = -1
_MISFIT = 2
"""What a record costs that has to be read by itself and is no row, in ways to read quotes."""


class BlockReader:
    """Reads text of known marks: blocks where it is plain, rows where it is not."""

    def __init__(
        self, marks: Marks, width: int, most_lines: int, effort: Effort, missing: MissingDelimiters | None = None
    ) -> None:
        self._marks, self._width, self._effort, self._missing = marks, width, effort, missing
        self._splitter = Splitter(marks, width, most_lines, effort, missing)
        delimiter, quote = re.escape(marks.delimiter), re.escape(marks.quote)
        before = rf"(?:^|{delimiter})" if delimiter else "^"
        self._opening = re.compile(rf"{before}{' *+' if marks.spaced else ''}{quote}", re.MULTILINE) if quote else None
        self._plain = PlainReader(marks, width)
        self._rest, self._size = "", _CHARACTERS

    def read(self, text: str, line: int, *, is_last: bool = True) -> Iterator[Row | Block]:
        """All records of a text that begins in the given line and ends with a line.

        What may go on in the next text, unless this is the last, is read with that. Raises Refusal when the quotes of
        most records can be read in several ways.
        """
        text, line = self._rest + text, line - self._rest.count("\n")
        self._rest, self._is_last, start = "", is_last, 0
        while start < len(text):
            end = self._end_of_lines(text, start)
            pieces = self._read_block(text[start:end], line)
            if pieces is None:
                start = yield from self._read_unevenly(text, start, end, line)
            else:
                yield from pieces
                start = end
            line = self._effort.line = self._line

    def _read_unevenly(self, text: str, start: int, end: int, line: int) -> Generator[Row | Block, None, int]:
        """Lines of which some have something odd, such as quotes that open fields: those row by row.

        Returns the place behind.
        """
        while start < end:
            odd = self._find_odd(text, start, end)
            pieces = self._read_block(text[start:odd], line) if odd > start else None
            if pieces is not None:
                yield from pieces
                start = odd
            else:
                start = yield from self._read_rows(text, start, max(odd, start + 1), line)
            line = self._effort.line = self._line
        return start

    def _find_odd(self, text: str, start: int, end: int) -> int:
        """Where the first line begins that has an escape, damaged bytes, or quotes that open a field or lack a mark."""
        places = [text.find(DAMAGE_IN_TEXT, start, end)]
        if self._marks.escape:
            places.append(text.find(self._marks.escape, start, end))
        first = min((place for place in places if place >= 0), default=end)
        # What takes longer to find is looked for up to there alone, for each line with an escape anew.
        if self._opening is not None and (found := self._opening.search(text, start, first)) is not None:
            first = found.start()
        if self._missing is not None and (place := self._missing.find(text, start, first)) >= 0:
            first = place
        return max(start, text.rfind("\n", start, first) + 1) if first < end else end

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
        if "\r" in text or DAMAGE_IN_TEXT in text or (self._marks.escape and self._marks.escape in text):
            return None
        if (plain := self._plain.read(text, line)) is not None:
            self._line = line + len(plain.rows)
            self._effort.left += len(plain.rows)
            return [plain]
        if self._missing is not None and self._missing.find(text, 0, len(text)) >= 0:
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
        """The lines of a block: long runs of blank ones, and what stands between them."""
        start = end = 0
        for is_blank, run in groupby(forms, _BLANK_FORM.__eq__):
            length = sum(1 for _ in run)
            if is_blank and length >= _FEWEST:
                yield from _alone_if_few(block.part(start, end, is_uneven=True))
                yield block.part(end, end + length, is_blank=True)
                start = end + length
            end += length
        yield from _alone_if_few(block.part(start, end, is_uneven=True))

    def _end_of_lines(self, text: str, start: int) -> int:
        """The position behind the next lines, as many as are read together if they are as long as those before."""
        while True:
            behind = start + self._size
            end = text.rfind("\n", start, behind) + 1 or text.find("\n", behind) + 1 or len(text)
            lines = text.count("\n", start, end)
            if lines <= _LINES:
                self._size = min(_CHARACTERS, max(1, (end - start) * _LINES // max(1, lines)))
                return end
            self._size = max(1, (end - start) * (_LINES - 1) // lines)

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


def _alone_if_few(block: Block) -> Iterator[Row | Block]:
    """The lines one by one where a block of them is not worth it."""
    if len(block.rows) >= _FEWEST:
        yield block
    else:
        yield from block.each_row()
