"""Measures the sheets of an xlsb package before a parser sees them; records are those of [MS-XLSB] 2.4."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

from conditioners.outcome import Refusal
from conditioners.readers.workbooks.room import MOST_RANGES, TOO_MANY_RANGES, Extent, Range, Room
from conditioners.readers.workbooks.sheet_styles import CellForms
from conditioners.readers.workbooks.xlsb_cells import BLANK, NO_COLUMN, UNREAD, lengthen
from conditioners.readers.workbooks.xlsb_numbers import NUMBERS, mend_number
from conditioners.readers.workbooks.xlsb_records import Records, cut_off

_ROW, _SHARED, _TEXT_ITEM, _TEXTS_BEGIN = 0x00, 0x07, 0x13, 0x9F
_TEXTS = (0x06, 0x08)
_ERRORS = (0x03, 0x0B)
_CELLS = {0x02: 12, 0x03: 9, 0x04: 9, 0x05: 16, 0x06: 12, 0x07: 12, 0x08: 12, 0x09: 16, 0x0A: 9, 0x0B: 9}
"""The least bytes of numbers, errors, truth values and texts, with a formula and without one."""
_MERGED = 0xB0
_LEAST = {_ROW: 4, BLANK: 8, _MERGED: 16}
"""Those of rows, of cells that hold nothing, and of merged ones."""
_CELL, _NUMBER, _RANGE, _STYLE = Struct("<II"), Struct("<I"), Struct("<IIII"), 0xFFFFFF
"""The column of a cell, and its style, whose last byte means something else."""


def _check_text(kind: int, content: bytes, at: int, where: str) -> None:
    """Raises Refusal when a text, which is its length in wide characters and these, is longer than its record."""
    begin = at + 4
    if len(content) < begin or begin + 2 * int.from_bytes(content[at:begin], "little") > len(content):
        raise cut_off(kind, where)


class XlsbTexts:
    """The lengths of the texts that cells share."""

    def __init__(self, member: str) -> None:
        self._member, self._records = member, Records(member)
        self._lengths: list[int] = []
        self._count: int | None = None
        """How many of them the parser takes."""

    def feed(self, block: bytes) -> None:
        """The next bytes."""
        for kind, content in self._records.cut(block):
            if kind == _TEXT_ITEM:
                _check_text(kind, content, 1, self._member)
                self._lengths.append(2 * len(content))
            elif kind == _TEXTS_BEGIN and self._count is None:
                if len(content) < 8:
                    raise cut_off(kind, self._member)
                self._count = int.from_bytes(content[4:8], "little")

    def lengths(self) -> Sequence[int]:
        """A bound for each text's bytes, in order."""
        return self._lengths[: self._count]


class XlsbSheet:
    """Takes the blocks of a sheet: what its cells take, which are merged, and whether the parser would misread any."""

    def __init__(self, member: str, room: Room, shared: Sequence[int], forms: CellForms) -> None:
        self._room, self._shared, self._forms = room, shared, forms
        self._styled = forms.days | forms.durations | forms.digits.keys()
        self.is_misread = False
        """Whether the parser would show some number as what it does not mean, or pass over a cell."""
        self._extent, self._records = Extent(member), Records(member)
        self._row, self._column = 0, NO_COLUMN
        self.merged: list[Range] = []
        """Cells that are merged over rows, of which the parser tells none."""

    def feed(self, block: bytes) -> None:
        """The next bytes; raises Refusal as soon as the sheet is too large.

        It cuts records as `Records.cut` does, by which measuring millions of cells would take a quarter longer.
        """
        extent, data, at = self._extent, self._records.join(block), 0
        columns, filled, shown, styled = extent.columns, 0, list[int](), self._styled
        unpack, unpack_number, end = _CELL.unpack_from, _NUMBER.unpack_from, len(data)
        while at + 1 < end:
            kind, length, start = data[at], data[at + 1], at + 2
            if kind >= 0x80 or length >= 0x80:
                head = self._records.read_long(data, at)
                if head is None:
                    break
                kind, length, start = head
            if start + length > end:
                break
            at = start + length
            cell, begin = data, start
            if kind in UNREAD:
                kind, cell = self._lengthen(kind, data[start:at])
                begin, length = 0, len(cell)
            if kind not in _CELLS:
                self._take_no_cell(kind, cell[begin : begin + length])
                continue
            if length < _CELLS[kind]:
                raise cut_off(kind, extent.where)
            self._column, style = unpack(cell, begin)
            filled += 1
            if self._column >= columns or self._row > extent.rows:
                extent.reach(self._row, self._column + 1)
                columns = extent.columns
            if kind == _SHARED:
                shown.append(unpack_number(cell, begin + 8)[0])
            elif kind not in NUMBERS:
                self._take_text_or_error(kind, cell[begin : begin + length])
            elif styled and style & _STYLE in styled:
                self._take_styled(kind, cell[begin : begin + length])
        self._records.keep(data[at:])
        extent.filled += filled
        self._take_shown(shown)
        self._room.check(extent)

    def _lengthen(self, kind: int, content: bytes) -> tuple[int, bytes]:
        """A cell in a form that the parser passes over, in one that it reads."""
        self.is_misread = True
        return lengthen(kind, content, self._column)

    def _take_no_cell(self, kind: int, content: bytes) -> None:
        """A record of anything but a cell that holds something."""
        if len(content) < _LEAST.get(kind, 0):
            raise cut_off(kind, self._extent.where)
        if kind == _MERGED:
            self._take_merged(content)
        elif kind == _ROW:
            self._row, self._column = int.from_bytes(content[:4], "little") + 1, NO_COLUMN
        elif kind == BLANK:
            self._column, _ = _CELL.unpack_from(content)

    def _take_merged(self, content: bytes) -> None:
        top, bottom, left, right = _RANGE.unpack_from(content)
        if bottom > top:
            self.merged.append(((top, left), (bottom, right)))
            if len(self.merged) > MOST_RANGES:
                raise Refusal(TOO_MANY_RANGES, self._extent.where)

    def _take_shown(self, shown: Sequence[int]) -> None:
        """Texts that cells share, by their numbers."""
        if max(shown, default=-1) >= len(self._shared):
            raise Refusal("the workbook cannot be read: a cell shows a text that is not there", self._extent.where)
        self._extent.text += sum(map(self._shared.__getitem__, shown))

    def _take_styled(self, kind: int, content: bytes) -> None:
        self.is_misread = self.is_misread or mend_number(kind, content, self._forms) != (kind, content)

    def _take_text_or_error(self, kind: int, content: bytes) -> None:
        """A cell that holds no number; truth values are neither, and nothing is to be done."""
        extent = self._extent
        if kind in _TEXTS:
            _check_text(kind, content, 8, extent.where)
            extent.text += 2 * len(content)
        elif kind in _ERRORS:
            extent.errors += 1

    def close(self) -> None:
        """The part is at its end."""
        self._records.close()
        self._room.close(self._extent)
