"""Free format: cells with blanks between them, now one and now more, as instruments and Fortran programs write rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from conditioners.structure.alignment import AlignedRows, find_columns, show_columns
from conditioners.structure.inner_marks import are_blanks_apart
from conditioners.structure.kinds import TYPED, Kind, kind_of
from conditioners.structure.rows import Row
from conditioners.structure.text import LineRows, TextRows

_LINES = 400
_FEWEST, _FEWEST_LABELLED = 5, 3
"""Rows that show what is no chance; below labels, fewer do."""
_MOSTLY = 0.9
_MOST_LABELS, _MOST_NOTES = 3, 6
_COMMENT = re.compile(r"\s*[#!%;]")
_MARK = re.compile(r"[#!%;*|]+|~A")
"""What stands beside the labels in the line of a comment, in a frame, or in that of a well log's section of values."""


@dataclass(frozen=True)
class FreeRows(LineRows):
    """One text file of rows in free format; what stands above them is whole lines, but for the labels."""

    width: int
    first: int
    """The line of the first row."""
    labels: frozenset[int]
    """The lines of labels, which may look like comments."""
    columns: tuple[tuple[int, int], ...]
    """Where the cells stand, if they stand at the same places in all rows."""

    def rows(self) -> Iterator[Row]:
        """All rows, in order."""
        for row in self.text.lines():
            yield row._replace(cells=self._cells_of(row.raw, int(row.place)))

    def _cells_of(self, line: str, number: int) -> tuple[str, ...]:
        if number in self.labels:
            return tuple(_split_labels(line))
        cells = line.split()
        is_row = number >= self.first and len(cells) == self.width and not _COMMENT.match(line)
        return tuple(cells) if is_row else (line.strip(),)

    def describe(self) -> dict[str, Any]:
        """The format, what tells cells apart, and the first and last character of each column at fixed places."""
        told = {"format": "runs of blanks", "delimiter": "one blank or more"}
        return {**told, "columns": show_columns(self.columns)} if self.columns else told


def open_free(text: TextRows, aligned: AlignedRows | None) -> FreeRows | None:
    """The file in free format, if all rows have as many cells, half of whose columns are of values alone.

    Columns at fixed places are better, since cells may be empty in them, or have blanks of their own; unless the labels
    run over these places, or several values stand in one.
    """
    lines = text.head.splitlines()[:_LINES]
    if not _may_be_free(text, lines):
        return None
    rows = _find_rows(lines)
    if len(rows) < _FEWEST_LABELLED or not _hold_values([lines[at].split() for at in rows]):
        return None
    width = len(lines[rows[0]].split())
    labels = [at for at in range(max(0, rows[0] - _MOST_LABELS), rows[0]) if _may_head(lines, at, rows[0], width)]
    if len(rows) < _FEWEST and not labels:
        return None
    if aligned is not None and not _is_better(aligned, [lines[at] for at in [*labels, *rows]], width):
        return None
    columns = find_columns([lines[at] for at in rows])
    places = tuple(columns) if len(columns) == width else ()
    return FreeRows(text, width, rows[0] + 1, frozenset(at + 1 for at in labels), places)


def _may_be_free(text: TextRows, lines: Sequence[str]) -> bool:
    """Whether blanks tell cells apart, in some line several; and no quotes do, nor other marks."""
    if text.marks.delimiter not in ("", " ") and not are_blanks_apart(text, lines):
        return False
    return '"' not in text.head and any("  " in line.strip() for line in lines)


def _find_rows(lines: Sequence[str]) -> list[int]:
    """The places of most lines, if these have as many words and hardly any other line stands among them.

    Behind them may stand a few notes. Blank lines and comments do not count.
    """
    told = [at for at, line in enumerate(lines) if line.strip() and not _COMMENT.match(line)]
    widths = {at: len(lines[at].split()) for at in told}
    stretches = [list(places) for _, places in groupby(told, key=widths.__getitem__)]
    width = widths[max(stretches, key=len)[0]] if stretches else 0
    for first in (stretch[0] for stretch in stretches if widths[stretch[0]] == width > 1):
        behind = told[told.index(first) :]
        rows = [at for at in behind if widths[at] == width]
        notes = sum(at > rows[-1] for at in behind)
        if len(rows) >= _MOSTLY * (len(behind) - min(notes, _MOST_NOTES)):
            return rows if len(rows) * 2 > len(told) else []
    return []


def _hold_values(rows: Sequence[Sequence[str]]) -> bool:
    """Whether half of the columns hold values alone, below a first row that may be labels."""
    columns = [Counter(map(kind_of, column)) for column in zip(*rows[1:], strict=True)]
    return sum(_is_valued(kinds) for kinds in columns) * 2 >= len(columns)


def _is_valued(kinds: Counter[Kind]) -> bool:
    valued = sum(count for kind, count in kinds.items() if kind in TYPED)
    return valued > 0 and valued + kinds[Kind.EMPTY] >= _MOSTLY * kinds.total()


def _may_head(lines: Sequence[str], at: int, first: int, width: int) -> bool:
    """Whether a line above the rows has a word for each column, and so have those between it and them."""
    return all(len(_split_labels(line)) == width for line in lines[at:first])


def _split_labels(line: str) -> list[str]:
    """The words of a line, without marks that stand alone before or behind them."""
    words = line.split()
    first, last = (bool(_MARK.fullmatch(words[at])) if words else False for at in (0, -1))
    return words[first : len(words) - last]


def _is_better(aligned: AlignedRows, lines: Sequence[str], width: int) -> bool:
    """Whether free format has labels that columns at fixed places lose, or tells values apart that stand together."""
    if len(aligned.columns) > width:
        return False
    cells = [aligned.split(line) for line in lines]
    return len(cells[0]) == 1 or sum(any(" " in cell for cell in row) for row in cells) * 2 > len(cells)
