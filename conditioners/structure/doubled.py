"""Delimited text with several marks between cells, such as `||`, `|~|` or ` | `, that is read by one of them first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from conditioners.structure.block import Block, each_row
from conditioners.structure.field_grammar import Marks
from conditioners.structure.rows import Row
from conditioners.structure.splitting import Splitter
from conditioners.structure.text import LineRows, TextRows

_SINGLE = ",;\t"
"""Marks between which empty columns are usual."""
_MARKS = ("~", "^", "#", "@", "!", "$", "%", "&", "*", "+", ":", "=", "|")
"""What may stand between two of them instead of nothing; no cells have it for labels and values alike."""
_WRAPPING = ("<", ">", "[", "]", "{", "}", "(", ")", *_MARKS)
_RECORDS, _FEWEST, _FEWEST_ROWS, _MOSTLY = 300, 3, 2, 0.95
_FEW_WITHIN = 1 / 3
"""The share of cells that may hold the mark by itself, as times do where `::` stands between cells.

So many rows must hold none, unless it is the first, which may be that of the labels.
"""
Cells = tuple[str, ...]


@dataclass(frozen=True)
class DoubledRows(LineRows):
    """One text file; a row in which something else stands between two marks is left as it is under the single one."""

    between: str
    """What stands between them; empty for a mark written twice."""
    width: int
    """How many cells the rows have."""

    def rows(self) -> Iterator[Row | Block]:
        """All rows, in order."""
        mark = self.text.marks.delimiter
        for row in each_row(self.text.rows()):
            cells = _undouble(row.cells or (), mark, self.between)
            yield row._replace(cells=cells) if len(cells) == self.width else row

    def describe(self) -> dict[str, Any]:
        """The dialect, for the summary."""
        return {**self.text.describe(), "delimiter": self.between.join([self.text.marks.delimiter] * 2)}


@dataclass(frozen=True)
class WrappedRows(LineRows):
    """One text file whose delimiters stand between two further marks, as in `<|>`; rows without them are left."""

    before: str
    behind: str
    """What stands before and behind each delimiter."""

    def rows(self) -> Iterator[Row | Block]:
        """All rows, in order."""
        for row in each_row(self.text.rows()):
            yield row._replace(cells=_unwrap(row.cells or (), self.before, self.behind) or row.cells)

    def describe(self) -> dict[str, Any]:
        """The dialect, for the summary."""
        return {**self.text.describe(), "delimiter": self.before + self.text.marks.delimiter + self.behind}


@dataclass(frozen=True)
class SurroundedRows(LineRows):
    """One text file whose delimiters have blanks on both sides, which belong to no cell."""

    def rows(self) -> Iterator[Row | Block]:
        """All rows, in order."""
        for row in each_row(self.text.rows()):
            yield row._replace(cells=tuple(self._trim(row.cells, row.raw))) if row.cells is not None else row

    def _trim(self, cells: Cells, raw: str) -> Iterator[str]:
        marks = self.text.marks
        for cell in cells:
            # Blanks within quotes are the cell's.
            is_bare = not marks.quote or marks.quote not in raw or cell + marks.delimiter in raw or raw.endswith(cell)
            yield cell.rstrip(" ") if is_bare else cell

    def resplit(self, row: Row) -> Iterator[tuple[str, Cells]]:
        """As of the text."""
        return self.text.resplit(row)

    def describe(self) -> dict[str, Any]:
        """As of the text."""
        return self.text.describe()


def open_doubled(text: TextRows) -> DoubledRows | WrappedRows | SurroundedRows | None:
    """The file, if nearly all of its first records have several marks, the same ones, between each two cells."""
    marks = text.marks
    if len(marks.delimiter) != 1 or marks.delimiter == " ":
        return None
    bare = _first_rows(text, replace(marks, quote="")) if marks.spaced else []
    if _end_in_blanks([cell for row in bare for cell in row[:-1]]):
        return SurroundedRows(text)
    rows = _first_rows(text, marks)
    return _find_wrapped(text, rows) or _find_doubled(text, [row for row in rows if len(row) >= _FEWEST])


def _first_rows(text: TextRows, marks: Marks) -> list[Cells]:
    return [record.fields for record in islice(Splitter(marks).records(text.head), _RECORDS) if record.fields]


def _find_doubled(text: TextRows, wide: Sequence[Cells]) -> DoubledRows | None:
    """The file, if every second cell of its wide records holds the same, or would but for single marks in cells."""
    mark, between = text.marks.delimiter, wide[0][1] if wide else ""
    if len(wide) < _FEWEST_ROWS or (between not in _MARKS and (between or mark in _SINGLE)):
        return None
    rows = [_undouble(fields, mark, between) for fields in wide]
    width, count = Counter(map(len, rows)).most_common(1)[0]
    within = sum(mark in cell for row in rows for cell in row) / sum(map(len, rows))
    doubled = sum(_is_doubled(fields, between) for fields in wide)
    are_doubled = _is_doubled(wide[0], between) or doubled > _FEW_WITHIN * len(wide)
    is_usual = count >= (1 if between else _MOSTLY) * len(rows)
    if len(wide) < _FEWEST and doubled < len(wide):
        return None
    return DoubledRows(text, between, width) if are_doubled and is_usual and within <= _FEW_WITHIN else None


def _find_wrapped(text: TextRows, rows: Sequence[Cells]) -> WrappedRows | None:
    """The file, if all cells of its first records end with one mark, and begin with one, but for the outer ones."""
    if len(rows) < _FEWEST_ROWS or len(rows[0]) < _FEWEST_ROWS or (text.marks.quote and text.marks.quote in text.head):
        return None
    before, behind = rows[0][0][-1:], rows[0][1][:1]
    if before not in _WRAPPING or behind not in _WRAPPING or not all(_unwrap(row, before, behind) for row in rows):
        return None
    # Marks at the outer ends as well belong to the cells, which stand in brackets then.
    are_outside = all(row[0].startswith(behind) and row[-1].endswith(before) for row in rows)
    return None if are_outside else WrappedRows(text, before, behind)


def _unwrap(cells: Cells, before: str, behind: str) -> Cells | None:
    """The cells without the marks beside each delimiter; None if one lacks its marks."""
    lacks_first = not all(cell.endswith(before) for cell in cells[:-1])
    lacks_second = not all(cell.startswith(behind) for cell in cells[1:])
    if lacks_first or lacks_second or any(len(cell) < len(before + behind) for cell in cells[1:-1]):
        return None
    bare = (cell[1:] for cell in cells[1:])
    return tuple(cell[: len(cell) - (at < len(cells) - 1)] for at, cell in enumerate((*cells[:1], *bare)))


def _end_in_blanks(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and sum(cell.endswith(" ") for cell in filled) >= _MOSTLY * len(filled)


def _undouble(cells: Cells, mark: str, between: str) -> Cells:
    """The cells between doubled marks, those put together again that hold single ones."""
    if _is_doubled(cells, between):
        return cells[::2]
    return tuple(mark.join(cells).split(mark * 2)) if not between else cells


def _is_doubled(cells: Cells, between: str) -> bool:
    return len(cells) % 2 == 1 and set(cells[1::2]) == {between} and any(cells[::2])
