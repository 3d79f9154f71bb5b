"""Measures the sheets of an xls workbook before a parser sees them, and leaves out the formulas, which nobody reads.

The parser unfolds formulas into text, for which a few bytes can cost it minutes. Records are those of [MS-XLS] 2.4.
"""

from __future__ import annotations

from collections.abc import Iterator

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.workbooks.room import PROTECTED, Extent, Room
from conditioners.readers.workbooks.sheet_styles import CellForms
from conditioners.readers.workbooks.xls_copies import SheetCopy
from conditioners.readers.workbooks.xls_dates import XlsStyles
from conditioners.readers.workbooks.xls_sheets import READ, XlsSheet
from conditioners.readers.workbooks.xls_texts import CONTINUED, HEAD, STRINGS, measure_texts

_END, _SHEET, _NAME, _PASSWORD, _BEGIN = 0x0A, 0x85, 0x18, 0x2F, 0x0809
_LONGEST_STYLE = 1 << 10
_RECORDS = 6_000_000
"""Of one workbook, with those of a sheet that is named twice counted twice."""
_IGNORED, _CHART = b"\xff\xff", b"\x20\0"
"""A kind of record that there is none of, and the kind of part that a chart is."""


def measure_xls(stream: bytearray, limits: Limits) -> int:
    """Check the sheets of a workbook's stream, and empty its formulas; raises Refusal when they are too large.

    Answers how many cells hold an error, such as #N/A.
    """
    return _Workbook(stream, limits).measure()


class _Workbook:
    def __init__(self, stream: bytearray, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self._room = Room(limits)
        self._lengths: list[int] = []
        """Of the shared texts."""
        self._left = _RECORDS
        self._forms = CellForms()

    def measure(self) -> int:
        starts = self._read_globals()
        if len(starts) > self._limits.sheets:
            raise Refusal(f"the workbook has more than {self._limits.sheets} sheets")
        for number, (named, start) in enumerate(starts, start=1):
            is_continued = self._measure_sheet(start, f"sheet {number}")
            if self._forms.digits or is_continued:
                self._copy_sheet(named, start, f"sheet {number}")
        return self._room.errors

    def _copy_sheet(self, named: int, start: int, where: str) -> None:
        """What is read of a sheet goes behind all others, where it is not as it should be read."""
        copy = SheetCopy(self._stream, self._forms, READ, where)
        for record in self._records(start):
            copy.take(*record)
        if (records := copy.close()) is not None:
            self._room.close(Extent(where, text=len(records)))
            self._stream[named : named + 4] = len(self._stream).to_bytes(4, "little")
            self._stream += records

    def _records(self, start: int) -> Iterator[tuple[int, int, int]]:
        """Kind, place and length of each record from a place on, to the end of the part that begins there.

        A chart within a sheet is left out: it has cells of its own, which the parser would take for the sheet's.
        """
        stream, end = self._stream, len(self._stream)
        unpack, begin, is_chart = HEAD.unpack_from, start, False
        while start + 4 <= end:
            kind, length = unpack(stream, start)
            self._left -= 1
            if self._left < 0 or (kind == _END and not is_chart):
                break
            start += 4
            if start + length > end:
                raise Refusal("the workbook cannot be read: a record runs over its end", f"byte {start}")
            if kind == _BEGIN and start - 4 > begin and stream[start + 2 : start + 4] == _CHART:
                is_chart = True
            if is_chart:
                stream[start - 4 : start - 2] = _IGNORED
                is_chart = kind != _END
            else:
                yield kind, start, length
            start += length
        else:
            raise Refusal("the workbook cannot be read: a sheet, or a chart within it, does not end", f"byte {begin}")
        if self._left < 0:
            raise Refusal(f"the workbook has more than {_RECORDS} records")

    def _read_globals(self) -> list[tuple[int, int]]:
        """Where each sheet begins, behind the place that says so; notes the styles, and the shared texts."""
        starts, strings, styles = list[tuple[int, int]](), list[tuple[int, int]](), XlsStyles()
        is_strings = False
        for kind, at, length in self._records(0):
            if kind == _SHEET and length >= 4:
                starts.append((at, int.from_bytes(self._stream[at : at + 4], "little")))
            elif kind == _PASSWORD:
                raise Refusal(PROTECTED)
            elif kind == _NAME:
                # A name stands for a formula.
                self._stream[at - 4 : at - 2] = _IGNORED
            else:
                styles.take(kind, bytes(self._stream[at : at + min(length, _LONGEST_STYLE)]))
            is_strings = kind == STRINGS or (is_strings and kind == CONTINUED)
            if is_strings:
                strings.append((at, length))
        self._forms = styles.find()
        self._lengths = measure_texts(self._stream, strings)
        return starts

    def _measure_sheet(self, start: int, where: str) -> bool:
        """Whether a text that a formula gives goes on in a further record, which the parser does not look at."""
        if start > len(self._stream):
            raise Refusal("the workbook cannot be read: a sheet begins behind its end", where)
        sheet = XlsSheet(self._stream, self._lengths, self._forms, where)
        for kind, at, length in self._records(start):
            sheet.take(kind, at, length)
        for extent in sheet.close():
            self._room.close(extent)
        return sheet.is_continued
