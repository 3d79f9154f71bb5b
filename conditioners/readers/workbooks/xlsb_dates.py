"""Days of an xlsb: which styles show them, and its sheets as they should be read; records are of [MS-XLSB] 2.4."""

from __future__ import annotations

from collections.abc import Iterator

from conditioners.readers.workbooks.sheet_styles import CellForms, find_forms
from conditioners.readers.workbooks.xlsb_cells import NO_COLUMN, PLACED, ROW, UNREAD, lengthen, write_head
from conditioners.readers.workbooks.xlsb_numbers import NUMBERS, mend_number
from conditioners.readers.workbooks.xlsb_records import Records, cut_off, read_head

STYLES, BOOK = "xl/styles.bin", "xl/workbook.bin"
_BOOK_PROPERTIES, _BEGIN_FORMATS, _FORMAT, _STYLE, _BEGIN_STYLES, _END_STYLES = 0x99, 0x267, 0x2C, 0x2F, 0x269, 0x26A
_LEAST = {_BOOK_PROPERTIES: 1, _BEGIN_FORMATS: 4, _FORMAT: 6, _STYLE: 4, _BEGIN_STYLES: 4}


class XlsbStyles:
    """Takes the members of an xlsb block by block; most of them say nothing."""

    def __init__(self) -> None:
        self._records = {name: Records(name) for name in (STYLES, BOOK)}
        self._codes: dict[int, str] = {}
        self._styles: list[int] = []
        self._is_among_styles = self._from_1904 = False

    def feed(self, member: str, block: bytes) -> None:
        """The next bytes of a member."""
        if member in self._records:
            for kind, content in self._records[member].cut(block):
                if len(content) < _LEAST.get(kind, 0):
                    raise cut_off(kind, member)  # The parser would panic.
                self._take(kind, content)

    def _take(self, kind: int, content: bytes) -> None:
        if kind == _BOOK_PROPERTIES:
            self._from_1904 = content[0] & 1 == 1
        elif kind == _FORMAT:
            self._codes[int.from_bytes(content[:2], "little")] = content[6:].decode("utf-16-le", "replace")
        elif kind in (_BEGIN_STYLES, _END_STYLES):
            self._is_among_styles = kind == _BEGIN_STYLES
        elif kind == _STYLE and self._is_among_styles:
            self._styles.append(int.from_bytes(content[2:4], "little"))

    def find(self) -> CellForms:
        """What the styles show."""
        return find_forms(self._codes, self._styles, from_1904=self._from_1904)


def mend_cells(blocks: Iterator[bytes], forms: CellForms) -> Iterator[bytes]:
    """A sheet that was measured, its records as they should be read."""
    data, column = bytearray(), NO_COLUMN
    for block in blocks:
        data += block
        at, kept, mended = 0, 0, list[bytes]()
        while (found := read_head(data, at)) is not None and found[2] + found[1] <= len(data):
            kind, length, start = found
            content = bytes(data[start : start + length])
            other = _mend_cell(kind, content, column, forms)
            if other != (kind, content):
                mended += [bytes(data[kept:at]), write_head(other[0], len(other[1])), other[1]]
                kept = start + length
            if kind == ROW:
                column = NO_COLUMN
            elif kind in PLACED or kind in UNREAD:
                column = int.from_bytes(other[1][:4], "little")
            at = start + length
        yield b"".join([*mended, bytes(data[kept:at])])
        del data[:at]
    yield bytes(data)


def _mend_cell(kind: int, content: bytes, column: int, forms: CellForms) -> tuple[int, bytes]:
    """Kind and content of a record as they should be read; `column` is that of the cell before."""
    if kind in UNREAD:
        kind, content = lengthen(kind, content, column)
    return mend_number(kind, content, forms) if kind in NUMBERS else (kind, content)
