"""The rows of a page's tables as its parser tells its elements, cells that span rows or columns repeated in each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.spilled_rows import Spill, SpilledRows

_MOST_SPANNED = 1000
"""Columns or rows that one cell may span; further ones are not there, as browsers have it."""
_MANY_MADE, _MADE_PER_WRITTEN = 1_000_000, 10
_DEEPEST = 256
"""Elements that one may stand in, as far as the parser itself goes where it keeps them."""
LONGEST_TEXT = 10_000_000
"""Characters of a cell; of what stands between two tags the parser itself takes no more."""
_BLANKS = re.compile(r"\s+")
_PARTS = frozenset({"table", "thead", "tbody", "tfoot"})
_OF_ROWS = frozenset({"tr", "td", "th"})
_ENDS_CELL = _OF_ROWS | _PARTS - {"table"}
"""Elements that end a cell where they begin (HTML, 13.2.6.4.15); the parser may put them into one left open."""
_UNSEEN = frozenset({"script", "style"})


@dataclass(slots=True)
class _Cell:
    """A cell: how far it spans, and the pieces of its text."""

    across: int
    down: int
    """Rows, its own among them."""
    pieces: list[str] = field(default_factory=list)
    size: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether it stands in one place."""
        return self.across == 1 == self.down

    @property
    def text(self) -> str | None:
        return _BLANKS.sub(" ", "".join(self.pieces)).strip() or None


def _open_cell(attributes: Mapping[str, str]) -> _Cell:
    if not attributes:
        return _Cell(1, 1)
    across, down = _span(attributes, "colspan") or 1, _span(attributes, "rowspan") or _MOST_SPANNED
    return _Cell(across, down)


def _span(attributes: Mapping[str, str], name: str) -> int:
    """What an attribute says; a height of 0 is all that is left of the table's part."""
    value = (attributes.get(name) or "1").strip()
    return min(int(value), _MOST_SPANNED) if value.isascii() and value.isdigit() and len(value) < 6 else 1


@dataclass
class Budget:
    """How many cells may still be made of others, and how many may stand in one row."""

    columns: int
    characters: int
    """That may still be repeated where cells span several places."""
    written: int = 0
    made: int = 0

    def spend(self, cells: int, written: int = 0) -> None:
        """Cells were made, by those that are written in the document or by spans and rows of different lengths."""
        self.made += cells
        self.written += written
        if self.made > _MANY_MADE and self.made > self.written * _MADE_PER_WRITTEN:
            raise Refusal(f"the HTML document makes more than {_MANY_MADE} cells of few")

    def repeat(self, text: str | None, times: int = 1) -> None:
        """A text is shown once more, or more often."""
        self.characters -= len(text or "") * times
        if self.characters < 0:
            raise Refusal("the HTML document repeats too many characters in cells that span several places")

    def check_row(self, cells: int) -> None:
        """Raises Refusal when a row is too wide."""
        if cells > self.columns:
            raise Refusal(f"the table has more than {self.columns} columns")


class Table:
    """A table that is being read; of one that holds others the rows are only counted.

    A row is known to end where the next one begins, for cells may stand in a part of the table without one, and then
    make a row of their own (HTML, 13.2.6.4.13).
    """

    def __init__(self, number: int, element: int, rows: SpilledRows, budget: Budget) -> None:
        self.name, self.rows, self.holds_others, self.written = f"table {number}", rows, False, 0
        """`written` counts the rows that the page has."""
        self._budget = budget
        self._part = self._group = element
        """The elements that the row, and the one before it, stand in."""
        self._row: list[_Cell] = []
        self._is_implied = True
        self._pending: dict[int, tuple[str | None, int]] = {}
        """Cells that reach down from rows above: by column, the text and how many rows are left."""

    def begin(self, tag: str, parent: str, element: int, cell: _Cell | None) -> None:
        """A row or a cell begins, in an element of that tag and number."""
        self.written += tag == "tr"
        if self.holds_others:
            return
        is_in_part = parent in _PARTS
        if tag == "tr" or (is_in_part and not (self._is_implied and element == self._part)):
            self._end_row()
            self._part, self._row, self._is_implied = element if is_in_part else self._part, [], tag != "tr"
        if cell is not None:
            self._row.append(cell)

    def note_inner(self) -> None:
        """It holds another table."""
        self.holds_others, self._row = True, []
        self.rows.clear()

    def end(self) -> None:
        """No more rows come."""
        if not self.holds_others:
            self._end_row()
            self._budget.spend(self.rows.missing)

    def _end_row(self) -> None:
        if not self._row and self._is_implied:
            return
        if self._part != self._group:
            self._pending.clear()  # No cell reaches out of its part of the table (HTML, 4.9.12.1).
        self._group = self._part
        if self._row or self._pending:
            is_plain = not self._pending and all(cell.is_plain for cell in self._row)
            self.rows.append(self._place_plain() if is_plain else self._place(iter(self._row)))

    def _place_plain(self) -> list[str | None]:
        self._budget.spend(len(self._row), len(self._row))
        self._budget.check_row(len(self._row))
        return [cell.text for cell in self._row]

    def _place(self, waiting: Iterator[_Cell]) -> list[str | None]:
        row: list[str | None] = []
        while True:
            if len(row) in self._pending:
                self._reach_down(row)
                continue
            cell = next(waiting, None)
            if cell is None:
                return row
            text, column = cell.text, len(row)
            for spanned in range(column, column + cell.across):
                row.append(text)
                if cell.down > 1:
                    self._pending[spanned] = (text, cell.down - 1)
            self._budget.spend(cell.across, written=1)
            self._budget.repeat(text, cell.across - 1)
            # Cells that reach down make each row wider than the one above; without this a page of 5 KB has millions.
            self._budget.check_row(len(row))

    def _reach_down(self, row: list[str | None]) -> None:
        """Add the cell that reaches down into the next column."""
        column = len(row)
        text, left = self._pending.pop(column)
        row.append(text)
        self._budget.spend(1)
        self._budget.repeat(text)
        if left > 1:
            self._pending[column] = (text, left - 1)


class TableTarget:
    """Takes a page's elements and texts in order, as lxml's parsers tell them, and keeps the rows of its tables."""

    def __init__(self, spill: Spill, limits: Limits) -> None:
        self.tables: list[Table] = []
        self.budget = Budget(limits.columns, limits.html_bytes)
        self.refusal: Refusal | None = None
        self._spill = spill
        self._around: list[tuple[str, int]] = []
        """Elements that are open, each with a number of its own."""
        self._number = 0
        self._open: list[Table] = []
        self._cell: _Cell | None = None
        """The one that texts belong to, if there is one, and how many elements it stands in."""
        self._cell_depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._number += 1
        self._around.append((tag, self._number))
        if len(self._around) > _DEEPEST:
            self._refuse(f"the HTML document is nested deeper than {_DEEPEST} levels")
        if tag in _ENDS_CELL:
            self._cell = None
            if tag in _OF_ROWS and self._open:
                self._begin(tag, attributes)
        elif tag == "table":
            for table in self._open:
                table.note_inner()
            self._open.append(Table(len(self.tables) + 1, self._number, self._spill.open_table(), self.budget))
            self.tables.append(self._open[-1])
        elif tag == "br" and self._cell is not None:
            self._cell.pieces.append(" ")

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag != "tr":
            self._cell, self._cell_depth = _open_cell(attributes), len(self._around)
        parent, element = self._around[-2] if len(self._around) > 1 else ("", 0)
        self._open[-1].begin(tag, parent, element, self._cell)

    def data(self, text: str) -> None:
        """A piece of text."""
        cell = self._cell
        if cell is None or self._around[-1][0] in _UNSEEN:
            return
        cell.pieces.append(text)
        cell.size += len(text)
        if cell.size > LONGEST_TEXT:
            self._refuse(f"the HTML document has a text longer than {LONGEST_TEXT} bytes")

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._cell is not None and len(self._around) <= self._cell_depth:
            self._cell = None
        self._around.pop()
        if tag == "table":
            self._open.pop().end()

    def close(self) -> None:
        """The page ends."""
        while self._open:
            self._open.pop().end()

    def _refuse(self, reason: str) -> None:
        """Raises Refusal, with the place."""
        table = self._open[-1] if self._open else None
        self.refusal = Refusal(reason, f"{table.name}, row {table.written}" if table else None)
        raise self.refusal
