"""Measures the sheets of an xlsb package before a parser sees them; records are those of [MS-XLSB] 2.1.4 and 2.4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct

from conditioners.limits import MIB
from conditioners.outcome import Refusal
from conditioners.readers.workbooks.room import MOST_RANGES, TOO_MANY_RANGES, Extent, Range, Room
from conditioners.readers.workbooks.sheet_styles import CellForms
from conditioners.readers.workbooks.xlsb_cells import BLANK, NO_COLUMN, UNREAD, lengthen
from conditioners.readers.workbooks.xlsb_numbers import NUMBERS, mend_number

_ROW, _SHARED, _TEXT_ITEM, _TEXTS_BEGIN = 0x00, 0x07, 0x13, 0x9F
_TEXTS = (0x06, 0x08)
_ERRORS = (0x03, 0x0B)
_CELLS = {0x02: 12, 0x03: 9, 0x04: 9, 0x05: 16, 0x06: 12, 0x07: 12, 0x08: 12, 0x09: 16, 0x0A: 9, 0x0B: 9}
"""The least bytes of numbers, errors, truth values and texts, with a formula and without one."""
_MERGED = 0xB0
_LEAST = {_ROW: 4, BLANK: 8, **_CELLS, _MERGED: 16}
_LONGEST_RECORD = MIB
_CELL, _NUMBER, _RANGE, _STYLE = Struct("<II"), Struct("<I"), Struct("<IIII"), 0xFFFFFF
"""The column of a cell, and its style, whose last byte means something else."""


class Records:
    """Cuts blocks of a part into records: kind and content."""

    def __init__(self, member: str) -> None:
        self._member = member
        self._rest = b""

    def cut(self, block: bytes) -> Iterator[tuple[int, bytes]]:
        """The records that are whole; raises Refusal for one that claims to be longer than any is."""
        data, at = self.join(block), 0
        end = len(data)
        while at + 2 <= end:
            kind, length, start = data[at], data[at + 1], at + 2
            if kind >= 0x80 or length >= 0x80:
                head = self.read_long(data, at)
                if head is None:
                    break
                kind, length, start = head
            if start + length > end:
                break
            yield kind, data[start : start + length]
            at = start + length
        self.keep(data[at:])

    def join(self, block: bytes) -> bytes:
        """The next block behind what was kept of those before."""
        return self._rest + block

    def keep(self, rest: bytes) -> None:
        """The beginning of a record, which goes on in the next block."""
        self._rest = rest

    def read_long(self, data: bytes, at: int) -> tuple[int, int, int] | None:
        """Kind, length and place of a record either of which takes several bytes; raises Refusal for too long a one."""
        head = read_head(data, at)
        if head is not None and head[1] > _LONGEST_RECORD:
            raise Refusal(f"the workbook has a record longer than {_LONGEST_RECORD} bytes", self._member)
        return head

    def close(self) -> None:
        """The part is at its end; raises Refusal when a record is not."""
        if self._rest:
            raise Refusal("the workbook cannot be read: a record runs over its part's end", self._member)


def read_head(data: bytes | bytearray, at: int) -> tuple[int, int, int] | None:
    """Kind and length of a record and where its content begins; None when that is cut off."""
    end = len(data)
    if at + 2 > end:
        return None
    kind = data[at]
    at += 1
    if kind & 0x80:
        kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
        at += 1
    length = 0
    for shift in (0, 7, 14, 21):
        if at >= end:
            return None
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return kind, length, at


def _check_text(kind: int, content: bytes, at: int, where: str) -> None:
    """Raises Refusal when a text, which is its length in wide characters and these, is longer than its record."""
    begin = at + 4
    if len(content) < begin or begin + 2 * int.from_bytes(content[at:begin], "little") > len(content):
        raise cut_off(kind, where)


def cut_off(kind: int, where: str) -> Refusal:
    """The parser would take what is missing from the record before, again and again."""
    return Refusal(f"the workbook cannot be read: a record of kind {kind} is cut off", where)


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
    """One sheet."""

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
        """The next bytes; raises Refusal as soon as the sheet is too large."""
        extent, data, at = self._extent, self._records.join(block), 0
        row, columns, filled, styled, unpack = self._row, extent.columns, 0, self._styled, _CELL.unpack_from
        column = self._column
        shown, unpack_number = list[int](), _NUMBER.unpack_from
        end = len(data) - 1
        while at < end:
            kind, length, start = data[at], data[at + 1], at + 2
            if kind >= 0x80 or length >= 0x80:
                head = self._records.read_long(data, at)
                if head is None:
                    break
                kind, length, start = head
            if start + length > end + 1:
                break
            at = start + length
            cell, begin = data, start
            if kind in UNREAD:
                self.is_misread = True
                kind, cell = lengthen(kind, data[start:at], column)
                begin, length = 0, len(cell)
            if kind not in _LEAST:
                continue
            if length < _LEAST[kind]:
                raise cut_off(kind, extent.where)
            if kind == _MERGED:
                self._take_merged(data[start:at])
                continue
            if kind == _ROW:
                self._row = row = int.from_bytes(data[start : start + 4], "little") + 1
                column = NO_COLUMN
                continue
            column, style = unpack(cell, begin)
            if kind == BLANK:
                continue
            filled += 1
            if column >= columns or row > extent.rows:
                extent.reach(row, column + 1)
                columns = extent.columns
            if kind == _SHARED:
                shown.append(unpack_number(cell, begin + 8)[0])
            elif kind not in NUMBERS:
                self._take_other(kind, cell[begin : begin + length])
            elif styled and style & _STYLE in styled:
                self._take_styled(kind, cell[begin : begin + length])
        self._records.keep(data[at:])
        self._column = column
        extent.filled += filled
        self._take_shown(shown)
        self._room.check(extent)

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

    def _take_other(self, kind: int, content: bytes) -> None:
        """A cell that holds no number."""
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
