"""Text with rulers: lines of dashes that show where columns are, as reports, database shells and Markdown draw them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from conditioners.outcome import Skipped
from conditioners.rules import Rule
from conditioners.structure.alignment import cut, find_body, find_columns, show_columns
from conditioners.structure.block import Block
from conditioners.structure.inner_marks import are_blanks_apart
from conditioners.structure.rows import Row
from conditioners.structure.text import LineRows, TextRows

_WITHIN, _LINES = 60, 400
"""Lines that a first ruler stands in, and those that it is checked by."""
_END = 1 << 20
_WHOLE = 5
"""Dashes that a line of nothing else has at least, to be a ruler."""
_PLACEHOLDER = 2
"""Dashes that may stand for no value."""
_RUN = re.compile(r"[-=]+")
_RULER, _DASHES = frozenset("-=+|:. \t"), ("--", "==")
_JOINT = re.compile(r"[|+]\s*+:?[-=]{2}|[-=]{2}:?\s*+[|+]")
_DRAWN = str.maketrans("─━═│┃║┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝╞╪╡╒╤╕╘╧╛", "---|||" + "+" * 27)
"""Box drawing characters as those that stand for them in ASCII."""
_COUNT = re.compile(r"\(\d+ rows?(?: affected)?\)|\d+ rows? in set.*")
"""What database shells write below a table."""
_BAR = re.compile(r"(?<!\\)\|")
_EDGE = "+"
_ENDS = ("|", _EDGE)
"""How the ruler of a table begins that has bars at both ends of its lines."""
_NUMBER = re.compile(r"[0-9]+")
_PRINTER = "01-+"
"""What mainframes begin lines with, to have them on a new page, or behind more lines or none."""


@dataclass(frozen=True)
class RuledRows(LineRows):
    """One text file whose rulers say where cells are; `columns` are their places, none where bars tell them apart."""

    skipped: Skipped
    columns: tuple[tuple[int, int], ...] = ()
    is_framed: bool = True
    """Whether bars stand at both ends of lines, and not between cells alone."""
    titles: frozenset[str] = frozenset()
    """Lines above the labels, without their numbers, which come again on each page."""

    def rows(self) -> Iterator[Row]:
        """All rows but rulers and counts of rows, in order."""
        for row in self.text.lines():
            if _is_ruler(row.raw):
                self.skipped.add(f"{self.within}{row.place}", "a ruler")
            elif _COUNT.fullmatch(row.raw.strip()):
                self.skipped.add(f"{self.within}{row.place}", "a count of rows")
            else:
                yield self._split(row)

    def _split(self, row: Row) -> Row:
        most = self.text.limits.columns
        if not self.columns and row.raw.count("|") > most + 1:
            return row._replace(cells=None, fault=(Rule.WRONG_FIELD_COUNT, f"more than {most} fields"))
        return row._replace(cells=self._cells_of(row.raw))

    def _cells_of(self, line: str) -> tuple[str, ...]:
        if not self.columns:
            return split_bars(line, is_framed=self.is_framed)
        is_whole = _unnumbered(line) in self.titles or _stands_before(line, self.columns)
        return (line.strip(),) if is_whole else cut(line, self.columns)

    def describe(self) -> dict[str, Any]:
        """The format; for columns by place, first and last character of each; the last one ends with the line."""
        if not self.columns:
            return {"format": "drawn table", "delimiter": "|"}
        return {"format": "fixed width", "columns": show_columns(self.columns)}


@dataclass(frozen=True)
class WithoutRuler(LineRows):
    """Delimited text with a ruler under its labels, as database shells and SAP write it: all other rows."""

    skipped: Skipped
    rulers: frozenset[str]

    def rows(self) -> Iterator[Row | Block]:
        """All rows but rulers, in order."""
        for piece in self.text.rows():
            if isinstance(piece, Block) and self.rulers.isdisjoint(piece.lines):
                yield piece
                continue
            for row in piece.each_row() if isinstance(piece, Block) else [piece]:
                if row.raw in self.rulers:
                    self.skipped.add(f"{self.within}{row.place}", "a ruler")
                else:
                    yield row

    def resplit(self, row: Row) -> Iterator[tuple[str, tuple[str, ...]]]:
        """As of the text."""
        return self.text.resplit(row)

    def describe(self) -> dict[str, Any]:
        """As of the text."""
        return self.text.describe()


def open_ruled(text: TextRows, skipped: Skipped) -> RuledRows | WithoutRuler | None:
    """The file by its rulers; None if it has none, or its lines do not keep to them."""
    lines = text.head.splitlines()[:_LINES]
    for number, line in enumerate(lines[:_WITHIN]):
        if number and _rules_cells(line, text.marks.delimiter):
            return WithoutRuler(text, skipped, frozenset({line}))
        if not _is_ruler(line):
            continue
        below = [each for each in lines[number + 1 :] if each.strip() and not _is_ruler(each)]
        above = [each for each in lines[:number] if each.strip()][-1:]
        if _JOINT.search(line.translate(_DRAWN)):
            drawn = line.translate(_DRAWN).lstrip()
            # Above the edge of a frame may stand the command that drew it.
            beside = below[:1] + ([] if drawn.startswith(_EDGE) else above)
            return RuledRows(text, skipped, is_framed=drawn.startswith(_ENDS)) if _have_bars(beside) else None
        columns = _columns_of(line)
        if above and columns and _keep_to(columns, below) and not _leaves_out(columns, above, below):
            return RuledRows(text, skipped, columns, titles=_find_titles(lines[:number]))
    return _open_underlined(text, skipped, lines)


def _find_titles(above: Sequence[str]) -> frozenset[str]:
    """The lines above the first ruler but for those right above it, which are labels."""
    blank = max((at for at, line in enumerate(above) if not line.strip()), default=0)
    return frozenset(_unnumbered(line) for line in above[:blank] if line.strip())


def _unnumbered(line: str) -> str:
    """A line without what differs from page to page."""
    return " ".join(_NUMBER.sub("9", line).split())


def _open_underlined(text: TextRows, skipped: Skipped, lines: Sequence[str]) -> RuledRows | WithoutRuler | None:
    """The file by rulers that run over its whole width, which do not say where columns are; None if it has none."""
    rulers = frozenset(line for line in lines if len(line) >= _WHOLE and _RUN.fullmatch(line.strip()))
    if not rulers:
        return None
    if are_blanks_apart(text, lines):
        columns = find_columns(find_body(lines))
        return RuledRows(text, skipped, tuple(columns)) if columns else None
    return WithoutRuler(text, skipped, rulers) if text.marks.delimiter == "|" else None


def _is_ruler(line: str) -> bool:
    drawn = line if line.isascii() else line.translate(_DRAWN)
    return _RULER.issuperset(drawn) and any(dashes in drawn for dashes in _DASHES)


def _columns_of(ruler: str) -> tuple[tuple[int, int], ...]:
    """First place, and the place behind the last, of each column; none unless blanks part two runs or more."""
    starts = [run.start() for run in _RUN.finditer(ruler.translate(_DRAWN))]
    if len(starts) < 2 or set(ruler.translate(_DRAWN)) - set("-= "):
        return ()
    return tuple(pairwise([*starts, _END]))


def _keep_to(columns: Sequence[tuple[int, int]], lines: Sequence[str]) -> bool:
    """Whether most lines have a blank before each column, and something in two of them."""
    fitting = [cut(line, columns) for line in lines]
    return bool(lines) and sum(sum(map(bool, cells)) > 1 for cells in fitting) * 2 > len(lines)


def _leaves_out(columns: Sequence[tuple[int, int]], above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether labels or most rows have something before the first column: a ruler above sums tells no columns."""
    before = sum(_stands_before(line, columns) for line in below)
    return before * 2 > len(below) or any(_stands_before(line, columns) for line in above)


def _stands_before(line: str, columns: Sequence[tuple[int, int]]) -> bool:
    """Whether something stands before the first column but for a mark that tells a printer what to do."""
    first = columns[0][0]
    return bool(line[:first].strip()) and not (first == 1 and line[0] in _PRINTER)


def _rules_cells(line: str, delimiter: str) -> bool:
    """Whether all cells are dashes, and not all of them as few as stand for no value."""
    dashes = [cell.strip() for cell in line.split(delimiter)] if delimiter not in ("", " ", "|") else []
    are_dashes = len(dashes) > 1 and all(_RUN.fullmatch(cell) for cell in dashes)
    return are_dashes and max(map(len, dashes)) > _PLACEHOLDER


def _have_bars(lines: Sequence[str]) -> bool:
    return bool(lines) and all("|" in line.translate(_DRAWN) for line in lines)


def split_bars(line: str, *, is_framed: bool = True) -> tuple[str, ...]:
    """The cells between bars, without blanks around them, and without what stands beside the bars at both ends.

    Where there are no such bars, a blank before the first one is an empty cell, and one behind the last one, too.
    """
    text = line.translate(_DRAWN) if not line.isascii() else line
    if "|" not in text:
        return (line.strip(),)
    places = [bar.start() for bar in _BAR.finditer(text)]
    cells = [line[start + 1 : end].strip().replace("\\|", "|") for start, end in pairwise([-1, *places, len(line)])]
    if not is_framed and not text.startswith("|"):
        return tuple(cells)
    first, last = not cells[0] and text.lstrip().startswith("|"), not cells[-1] and text.rstrip().endswith("|")
    return tuple(cells[int(first) : len(cells) - int(last)])
