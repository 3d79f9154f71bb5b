"""Measures the sheets of an xlsb package before a parser sees them; records are those of [MS-XLSB] 2.1.4 and 2.4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conditioners.limits import MIB
from conditioners.outcome import Refusal
from conditioners.readers.room import Extent, Room
from conditioners.readers.sheet_styles import CellForms
from conditioners.readers.xlsb_numbers import NUMBERS, find_style, mend_number

_ROW, _SHARED, _TEXT_ITEM, _TEXTS_BEGIN = 0x00, 0x07, 0x13, 0x9F
_TEXTS = (0x06, 0x08)
_ERRORS = (0x03, 0x0B)
_CELLS = {0x02: 12, 0x03: 9, 0x04: 9, 0x05: 16, 0x06: 12, 0x07: 12, 0x08: 12, 0x09: 16, 0x0A: 9, 0x0B: 9}
"""The least bytes of numbers, errors, truth values and texts, with a formula and without one."""
_LEAST = {_ROW: 4, **_CELLS}
_LONGEST_RECORD = MIB


class Records:
    """Cuts blocks of a part into records: kind and content."""

    def __init__(self, member: str) -> None:
        self._member = member
        self._rest = b""

    def cut(self, block: bytes) -> Iterator[tuple[int, bytes]]:
        """The records that are whole; raises Refusal for one that claims to be longer than any is."""
        data = self._rest + block
        at, end = 0, len(data)
        while at + 2 <= end:
            kind, length, start = data[at], data[at + 1], at + 2
            if kind >= 0x80 or length >= 0x80:
                head = read_head(data, at)
                if head is None:
                    break
                kind, length, start = head
            if length > _LONGEST_RECORD:
                raise Refusal(f"the workbook has a record longer than {_LONGEST_RECORD} bytes", self._member)
            if start + length > end:
                break
            yield kind, data[start : start + length]
            at = start + length
        self._rest = data[at:]

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
        raise _cut_off(kind, where)


def _cut_off(kind: int, where: str) -> Refusal:
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
                    raise _cut_off(kind, self._member)
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
        """Whether the parser would show some number as what it does not mean."""
        self._extent, self._records = Extent(member), Records(member)
        self._row = 0

    def feed(self, block: bytes) -> None:
        """The next bytes; raises Refusal as soon as the sheet is too large."""
        extent, number = self._extent, int.from_bytes
        for kind, content in self._records.cut(block):
            if len(content) < _LEAST.get(kind, 0):
                raise _cut_off(kind, extent.where)
            if kind == _ROW:
                self._row = number(content[:4], "little") + 1
            elif kind in _CELLS:
                extent.filled += 1
                column = number(content[:4], "little") + 1
                if self._row > extent.rows or column > extent.columns:
                    extent.reach(self._row, column)
                if kind == _SHARED:
                    shown = number(content[8:12], "little")
                    if shown >= len(self._shared):
                        raise Refusal(
                            "the workbook cannot be read: a cell shows a text that is not there", extent.where
                        )
                    extent.text += self._shared[shown]
                elif kind in _TEXTS:
                    _check_text(kind, content, 8, extent.where)
                    extent.text += 2 * len(content)
                elif kind in _ERRORS:
                    extent.errors += 1
                elif kind in NUMBERS and not self.is_misread and find_style(content) in self._styled:
                    self.is_misread = mend_number(kind, content, self._forms) != (kind, content)
        self._room.check(extent)

    def close(self) -> None:
        """The part is at its end."""
        self._records.close()
        self._room.close(self._extent)
