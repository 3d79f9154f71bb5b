"""Sheets of a workbook and tables of an HTML document as grids of rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped
from conditioners.readers.html.tables import HOLDS_OTHERS, read_html_tables
from conditioners.readers.workbooks.workbook import load_sheets
from conditioners.structure.encodings import guess_facts
from conditioners.structure.rows import Row, no_resplit
from conditioners.structure.side_by_side import part_sides

_LETTERS = 26
_TAG = re.compile(rb"<[^>]*+>")


@dataclass(frozen=True)
class SheetGrid:
    """One sheet, its empty outer columns left out."""

    name: str
    format: str
    cells: Iterable[Sequence[str | None]]
    """Which may be gone through several times."""
    place: str = "cell"
    words_are_apart: bool = False
    has_labels: bool = False
    known_encoding: dict[str, str] | None = None
    evidence: Mapping[str, int] = field(default_factory=dict)
    """What was found out about the whole workbook."""

    def rows(self) -> Iterator[Row]:
        """All rows, in order."""
        first, last = self._outer_columns()
        letter = _column_letter(first)
        for number, cells in enumerate(self.cells, start=1):
            kept = tuple(cell or "" for cell in cells[first:last])
            yield Row(f"{self.name}!{letter}{number}", kept, "\t".join(kept).rstrip("\t"))

    resplit = staticmethod(no_resplit)

    def describe(self) -> dict[str, Any]:
        """The format, and what was found out about the workbook."""
        return {"format": self.format, **self.evidence}

    def encoding(self) -> dict[str, str] | None:
        """That of an HTML document, XML spreadsheet or old xls; the cells of other workbooks are no bytes of text."""
        return self.known_encoding

    def _outer_columns(self) -> tuple[int, int]:
        """The first column with a cell, and the one behind the last."""
        used = {at for cells in self.cells for at, cell in enumerate(cells) if cell}
        return (min(used), max(used) + 1) if used else (0, 0)


def _column_letter(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def open_workbook(opened: OpenedRaw, limits: Limits, skipped: Skipped) -> Iterator[SheetGrid]:
    """The sheets of a workbook; one that holds a single cell is a note."""
    book = load_sheets(opened, limits)
    for sheet in book.sheets:
        rows = list(sheet.rows())
        grid = SheetGrid(
            _name(opened, sheet.name), "workbook", rows, known_encoding=book.encoding, evidence=book.evidence
        )
        if sum(1 for cells in rows for cell in cells if cell) > 1:
            yield from _part(grid, rows)
        else:
            skipped.add(f"sheet {grid.name}", "no table")


def _part(grid: SheetGrid, rows: Sequence[Sequence[str | None]]) -> Iterator[SheetGrid]:
    """The sheet, or each of the tables that stand beside each other on it."""
    for cells in part_sides(rows, lambda part: replace(grid, cells=part).rows()):
        yield replace(grid, cells=cells)


def open_html(opened: OpenedRaw, limits: Limits, skipped: Skipped) -> Iterator[SheetGrid]:
    """The tables of an HTML document; raises Refusal when it has none."""
    tables, encoding = read_html_tables(opened, limits, lambda data: guess_facts(without_tags(data)))
    if not tables:
        raise Refusal("the HTML document has no table")
    for table in tables:
        name = _name(opened, table.name)
        if table.left_out:
            skipped.add(f"cell {name}!A1", HOLDS_OTHERS, table.left_out)
        else:
            yield SheetGrid(name, "HTML", table.rows, known_encoding=encoding)


def without_tags(data: bytes) -> bytes:
    """The text between tags; behind the last end of a tag there is none, however many begin there."""
    tagged, end, rest = data.rpartition(b">")
    return _TAG.sub(b"\n", tagged + end) + rest


def _name(opened: OpenedRaw, sheet: str) -> str:
    return f"{opened.member}:{sheet}" if opened.member else sheet
