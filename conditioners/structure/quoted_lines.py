"""Delimited text whose lines were each taken for one cell and put in quotes, as when a file is pasted into a column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conditioners.structure.quote_readings import Effort
from conditioners.structure.rows import Row
from conditioners.structure.sniffing import Sniffed, sniff
from conditioners.structure.splitting import Splitter
from conditioners.structure.text import LineRows, TextRows

_WRAPPED = re.compile(r'"((?:[^"]++|"")*+)"')
_LINES, _FEWEST, _FEWEST_COLUMNS = 200, 2, 3
"""Lines that are looked at, and how many there have to be; columns, since names are often two words with a comma."""


@dataclass(frozen=True)
class QuotedLines(LineRows):
    """One text file whose lines are cells that hold the cells of their rows; others stay as they are."""

    sniffed: Sniffed

    def rows(self) -> Iterator[Row]:
        """All rows, in order."""
        splitter = Splitter(self.sniffed.marks, self.sniffed.columns, effort=Effort())
        for row in self.text.lines():
            line = _unwrap(row.raw)
            records = list(splitter.records(line)) if line else []
            cells = records[0].fields if len(records) == 1 else None
            yield row._replace(cells=cells) if cells is not None else row

    def describe(self) -> dict[str, Any]:
        """The dialect within the quotes."""
        marks = self.sniffed.marks
        return {**self.text.describe(), "delimiter": marks.delimiter, "quote": marks.quote, "within": "quoted lines"}


def open_quoted_lines(text: TextRows) -> QuotedLines | None:
    """The file, if each of its first lines is one cell in quotes, and all of those have the same number of cells."""
    lines = [line for line in text.head.splitlines()[:_LINES] if line.strip()]
    if text.sniffed.columns > 1 or len(lines) < _FEWEST or not lines[0].startswith('"'):
        return None
    inner = [_unwrap(line) for line in lines]
    if None in inner:
        return None
    joined = "\n".join(line or "" for line in inner)
    sniffed = sniff(joined)
    if sniffed.columns < _FEWEST_COLUMNS or sniffed.marks.spaced or sniffed.marks.delimiter == " ":
        return None
    widths = {len(record.fields or ()) for record in Splitter(sniffed.marks, sniffed.columns).records(joined)}
    return QuotedLines(text, sniffed) if widths == {sniffed.columns} else None


def _unwrap(line: str) -> str | None:
    """What stands in the quotes of a line; None if it is not one cell in quotes."""
    found = _WRAPPED.fullmatch(line.strip())
    return found[1].replace('""', '"') if found else None
