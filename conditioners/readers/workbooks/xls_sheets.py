"""Measures a sheet of an xls workbook, record by record, and mends what the parser would misread or unfold in it.

Records are those of [MS-XLS] 2.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

from conditioners.outcome import Refusal
from conditioners.readers.workbooks.room import Extent
from conditioners.readers.workbooks.sheet_styles import CellForms
from conditioners.readers.workbooks.xls_copies import FORMULA_TEXT
from conditioners.readers.workbooks.xls_dates import NUMBERS, mend_dates
from conditioners.readers.workbooks.xls_texts import CONTINUED, HEAD

_PLACE = Struct("<HH")
_DIMENSIONS, _MERGED, _FORMULA, _SHARED, _SEVERAL, _TRUTH = 0x0200, 0xE5, 0x06, 0xFD, 0xBD, 0x0205
_LABEL, _RICH_LABEL = 0x0204, 0xD6
_CELLS = frozenset((0x0203, _LABEL, _RICH_LABEL, _TRUTH, FORMULA_TEXT, 0x027E, _SHARED, _SEVERAL, _FORMULA))
"""Records of a cell: a number, a text, one with fonts in it, a truth value or an error, the text that a formula gives,
a number in short, a shared text, several short numbers, and a formula; the parser has an area of its own for these."""
READ = _CELLS | {_DIMENSIONS, _MERGED}
"""Records of a sheet that the parser looks at."""
_FORMULA_LENGTH = 20
_COPIED = 24
"""Bytes for each cell of the area: the parser hands out copies of the sheets, which it keeps."""
_SHEET_AREA = 1 << 24
_CLAIMS = {10: Struct("<HHHH"), 14: Struct("<IIHH")}
"""The record of what a sheet claims to hold, by its length; of one of sixteen bytes the parser makes terabytes."""
_NO_NUMBER, _ERROR = b"\xff\xff", 2


class XlsSheet:
    """Takes the records of a sheet: what its cells take, and whether it has to be copied to be read as it should be."""

    def __init__(self, stream: bytearray, shared: Sequence[int], forms: CellForms, where: str) -> None:
        """`shared` are the lengths of the texts that cells share."""
        self._stream, self._shared, self._forms, self._where = stream, shared, forms, where
        self._has_days = bool(forms.days)
        self._extent, self._formulas = Extent(where), Extent(where)
        self._text_end = -1
        """Where the last text ends."""
        self.is_continued = False
        """Whether a text that a formula gives goes on in a further record, which the parser does not look at."""
        self._takers = {
            _SHARED: self._take_shared,
            _LABEL: self._take_text,
            _RICH_LABEL: self._take_rich_text,
            FORMULA_TEXT: self._take_text,
            _TRUTH: self._take_truth,
            _FORMULA: self._take_formula,
        }

    def take(self, kind: int, at: int, length: int) -> None:
        """The next record, by its kind, place and length; raises Refusal when it is not as it must be."""
        if kind in _CELLS:
            if length >= _PLACE.size:
                self._take_cell(kind, at, length)
        elif kind == _DIMENSIONS:
            self._check_claim(at, length)
        elif kind == _MERGED:
            self._check_merged(at, length)
        elif kind == CONTINUED and at - HEAD.size == self._text_end:
            self.is_continued = True

    def close(self) -> tuple[Extent, Extent]:
        """The sheet is at its end: what its cells take, and what its formulas take besides."""
        self._extent.text += self._extent.area * _COPIED
        return self._extent, self._formulas

    def _take_cell(self, kind: int, at: int, length: int) -> None:
        if self._has_days and kind in NUMBERS:
            mend_dates(self._stream, kind, at, length, self._forms)
        extent = self._extent
        row, column = _PLACE.unpack_from(self._stream, at)
        count = max(1, (length - 6) // 6) if kind == _SEVERAL else 1
        take = self._takers.get(kind)
        if take is not None:
            take(at, length)
        extent.filled += count
        if kind != FORMULA_TEXT and (row >= extent.rows or column + count > extent.columns):
            extent.reach(row + 1, column + count)

    def _take_shared(self, at: int, length: int) -> None:
        if length >= 10:
            number = int.from_bytes(self._stream[at + 6 : at + 10], "little")
            if number >= len(self._shared):
                raise Refusal("the workbook cannot be read: a cell shows a text that is not there", self._where)
            self._extent.text += self._shared[number]

    def _take_text(self, at: int, length: int) -> None:
        self._extent.text += 3 * length
        self._text_end = at + length

    def _take_rich_text(self, at: int, length: int) -> None:
        """Its fonts stand behind the text, so that it can be read as one without."""
        self._take_text(at, length)
        self._stream[at - 4 : at - 2] = _LABEL.to_bytes(2, "little")

    def _take_truth(self, at: int, length: int) -> None:
        """A truth value, or an error."""
        if length >= 8:
            self._extent.errors += self._stream[at + 7] == 1

    def _take_formula(self, at: int, length: int) -> None:
        """What it gave is kept; the formula itself is emptied."""
        if length >= _FORMULA_LENGTH + 2:
            stream = self._stream
            stream[at + _FORMULA_LENGTH : at + _FORMULA_LENGTH + 2] = b"\0\0"
            self._extent.errors += stream[at + 12 : at + 14] == _NO_NUMBER and stream[at + 6] == _ERROR
            row, column = _PLACE.unpack_from(stream, at)
            self._formulas.filled += 1
            self._formulas.reach(row + 1, column + 1)

    def _check_claim(self, at: int, length: int) -> None:
        """The parser sets aside what the sheet claims to hold; for rows of no column, or columns of no row, it does so
        for terabytes, so nothing is left of such a claim."""
        layout = _CLAIMS.get(length)
        if layout is None:
            reason = "the workbook cannot be read: the record of a sheet's size is too short or too long"
            raise Refusal(reason, self._where)
        first_row, rows, first_column, columns = layout.unpack_from(self._stream, at)
        if rows and columns and ((rows - first_row) % 2**32) * ((columns - first_column) % 2**32) > _SHEET_AREA:
            raise Refusal("the workbook cannot be read: a sheet claims more cells than there can be", self._where)
        if first_row == rows or first_column == columns:
            self._stream[at : at + length] = bytes(length)

    def _check_merged(self, at: int, length: int) -> None:
        if length < 2 + 8 * int.from_bytes(self._stream[at : at + 2], "little"):
            raise Refusal("the workbook cannot be read: it tells of more merged cells than it has", self._where)
