"""A sheet of an XML spreadsheet, filled row by row; elements are those of Microsoft's "XML Spreadsheet Reference"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from conditioners.outcome import Refusal
from conditioners.readers.workbooks.room import Extent, Room
from conditioners.readers.workbooks.spreadsheet_values import Reading, show_data
from conditioners.readers.xml.elements import local_name, refuse_entity

if TYPE_CHECKING:
    from lxml.etree import _Element

SPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_CELL, _DATA = f"{{{SPACE}}}Cell", f"{{{SPACE}}}Data"
_ATTRIBUTES = {
    name: f"{{{SPACE}}}{name}"
    for name in (
        "Format", "ID", "Index", "LeftCell", "MergeAcross", "MergeDown", "Name", "Span", "StyleID", "TopCell", "Type",
    )
}  # fmt: skip
_LAST_ROW, _LAST_COLUMN = 1 << 20, 1 << 14
_MOST_MERGED = 1_000_000
"""Cells that those of a sheet that are merged over rows cover, together."""
TextRow = list[str | None]


class XmlSheet:
    """One sheet, filled row by row."""

    def __init__(self, name: str, room: Room) -> None:
        self.name = name
        self._room, self.extent = room, Extent(f"sheet {name}")
        self._rows: list[TextRow] = []
        self._left = 0
        """Columns before the table's first one."""
        self._next = 1
        self._merged: dict[int, tuple[int, str | None]] = {}
        """Cells that reach down: by column from 0, the last row, and what they hold."""
        self._covered = 0

    @property
    def height(self) -> int:
        """The number of the last row, from 1; 0 for an empty sheet."""
        return len(self._rows)

    def rows(self) -> Iterator[TextRow]:
        """All rows from the first on, of equal width; a cell merged over rows stands in each of them."""
        width = self.extent.columns
        blank: TextRow = [None] * width
        for row in self._rows:
            yield [*row, *blank[len(row) :]] if row else blank

    def begin_table(self, table: _Element) -> None:
        """The rows of a table come next, which need not begin in the first cell."""
        self._next += _read_number(table, "TopCell", 1) - 1
        self._left = _read_number(table, "LeftCell", 1) - 1

    def take_row(self, row: _Element, reading: Reading) -> None:
        """The next row; raises Refusal when it stands where another one does, or its cells do."""
        at = _read_number(row, "Index", self._next)
        if not self._next <= at <= _LAST_ROW:
            raise Refusal(f"a row of the sheet is said to be row {at} where {self._next} is the next", self._place(at))
        cells: TextRow = []
        below: dict[int, tuple[int, str | None]] = {}
        column, style = self._left, get_attribute(row, "StyleID")
        for cell in row.iterchildren(_CELL):
            is_plain = not cell.keys()
            text = _read_value(cell, style if is_plain else get_attribute(cell, "StyleID") or style, reading)
            first, column = self._find_columns(cell, at, column)
            if text is not None:
                self._put(at, first, text, cells)
            if not is_plain and (down := _read_number(cell, "MergeDown", 0)):
                self._cover(column - first)
                below |= dict.fromkeys(range(first + 1, column), (at + down, None)) | {first: (at + down, text)}
        self._room.check(self.extent)
        if cells:  # A row that holds nothing is there only if something stands below.
            self._fill_rows(at, cells)
        self._merged.update(below)
        self._next = at + 1 + _read_number(row, "Span", 0)

    def _find_columns(self, cell: _Element, row: int, next_column: int) -> tuple[int, int]:
        """The columns, from 0, that a cell begins in and that the next one does."""
        if not cell.keys() and next_column < _LAST_COLUMN:
            return next_column, next_column + 1
        first = _read_number(cell, "Index", next_column + 1 - self._left) + self._left - 1
        behind = first + 1 + _read_number(cell, "MergeAcross", 0)
        if not next_column <= first < behind <= _LAST_COLUMN:
            reason = f"a cell is said to be in column {first + 1} where {next_column + 1} is the next"
            raise Refusal(reason, self._place(row))
        return first, behind

    def _put(self, row: int, column: int, text: str, cells: TextRow) -> None:
        if self._merged.get(column, (0, None))[0] >= row:
            raise Refusal("a cell stands where one from above is merged down", self._place(row))
        self.extent.filled += 1
        self.extent.text += len(text) * (1 if text.isascii() else 4)
        self.extent.reach(row, column + 1)
        cells += [None] * (column - len(cells))
        cells.append(text)

    def _fill_rows(self, at: int, cells: TextRow) -> None:
        """Rows that the file leaves out, then one that it has; what is merged over them stands in each."""
        while len(self._rows) < at - 1:
            self._rows.append(self._with_merged(len(self._rows) + 1, []))
        self._rows.append(self._with_merged(at, cells))

    def _with_merged(self, at: int, cells: TextRow) -> TextRow:
        for column, (last, text) in list(self._merged.items()):
            if last < at:
                del self._merged[column]
                continue
            self._cover(1)
            if text is not None:
                cells += [None] * (column + 1 - len(cells))
                cells[column] = text
        return cells

    def _cover(self, count: int) -> None:
        self._covered += count
        if self._covered > _MOST_MERGED:
            raise Refusal(f"merged cells run over more than {_MOST_MERGED} cells", f"sheet {self.name}")

    def _place(self, row: int) -> str:
        return f"{self.name}!A{row}"


def _read_value(cell: _Element, style: str | None, reading: Reading) -> str | None:
    """What a cell shows; comments, and other ways to write its text, are not read."""
    data = cell[0] if len(cell) == 1 and cell[0].tag == _DATA else next(cell.iterchildren(_DATA), None)
    if data is None:
        return None
    kind = get_attribute(data, "Type")
    if not len(data):
        return show_data(kind, data.text or "", style, reading)
    refuse_entity(data)
    parts: Sequence[str] = list(data.itertext())
    return show_data(kind, "".join(parts), style, reading)


def get_attribute(element: _Element, name: str) -> str | None:
    """An attribute, which some programs write without the prefix."""
    found: str | None = element.get(_ATTRIBUTES[name])
    return element.get(name) if found is None else found


def _read_number(element: _Element, name: str, otherwise: int) -> int:
    """A whole number that an attribute gives; raises Refusal when it is none."""
    value = get_attribute(element, name)
    if value is None:
        return otherwise
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(_LAST_ROW))):
        raise Refusal(f"{local_name(element)} has {value[:40]!r} as its {name}, which is no place", _line(element))
    return int(value)


def _line(element: _Element) -> str:
    return f"line {element.sourceline}"
