"""Measures the sheets of an xls workbook before a parser sees them, and leaves out the formulas, which nobody reads.

The parser unfolds formulas into text, for which a few bytes can cost it minutes. Records are those of [MS-XLS] 2.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.room import PROTECTED, Extent, Room
from conditioners.readers.sheet_styles import CellForms
from conditioners.readers.xls_dates import NUMBERS, XlsStyles, mend_dates, show_zeros

_HEAD = Struct("<HH")
_PLACE = Struct("<HH")
_END, _SHEET, _NAME, _PASSWORD, _STRINGS, _CONTINUED = 0x0A, 0x85, 0x18, 0x2F, 0xFC, 0x3C
_DIMENSIONS, _MERGED, _FORMULA, _SHARED, _SEVERAL, _TRUTH = 0x0200, 0xE5, 0x06, 0xFD, 0xBD, 0x0205
_FORMULA_TEXT = 0x0207
_TEXTS = (0x0204, _FORMULA_TEXT)
_CELLS = frozenset((0x0203, 0x0204, _TRUTH, _FORMULA_TEXT, 0x027E, _SHARED, _SEVERAL, _FORMULA))
"""Records of a cell: a number, a text, a truth value or an error, a formula and the text it gives, a number in short, a
shared text, and several short numbers. The parser keeps formulas in an area of their own."""
_READ = _CELLS | {_DIMENSIONS, _MERGED}
_FORMULA_LENGTH = 20
_COPIED = 24
"""Bytes for each cell of the area: the parser hands out copies of the sheets, which it keeps."""
_SHEET_AREA = 1 << 24
_CLAIMS = {10: Struct("<HHHH"), 14: Struct("<IIHH")}
"""The record of what a sheet claims to hold, by its length; of one of sixteen bytes the parser makes terabytes."""
_LONGEST_STYLE = 1 << 10
_LONGEST = (1 << 16) - 2
_WIDE, _FIRST_HALF = 2, 0xD8
"""Bytes of a character, and the beginning of one that takes two (UTF-16)."""
_END_OF_SHEET = _HEAD.pack(_END, 0)
_RECORDS = 6_000_000
"""Of one workbook, with those of a sheet that is named twice counted twice."""
_IGNORED = b"\xff\xff"
_NO_NUMBER, _ERROR = b"\xff\xff", 2


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
        self._forms, self._has_wide_texts = CellForms(), True

    def measure(self) -> int:
        starts = self._read_globals()
        if len(starts) > self._limits.sheets:
            raise Refusal(f"the workbook has more than {self._limits.sheets} sheets")
        for number, (named, start) in enumerate(starts, start=1):
            self._measure_sheet(start, f"sheet {number}")
            if self._forms.digits:
                self._show_zeros(named, start, f"sheet {number}")
        return self._room.errors

    def _show_zeros(self, named: int, start: int, where: str) -> None:
        """What is read of a sheet goes behind all others, with texts for the numbers that zeros are shown before."""
        stream, copy, is_other = self._stream, bytearray(), False
        for record in self._records(start):
            kind, at, length = record
            other = None
            if kind in NUMBERS and length >= 4:
                other = show_zeros(stream, record, self._forms, has_wide_texts=self._has_wide_texts)
                is_other = is_other or other is not None
            if not copy or kind in _READ:
                copy += other or stream[at - _HEAD.size : at + length]
        if is_other:
            self._room.close(Extent(where, text=len(copy)))
            stream[named : named + 4] = len(stream).to_bytes(4, "little")
            stream += copy + _END_OF_SHEET

    def _records(self, start: int) -> Iterator[tuple[int, int, int]]:
        """Kind, place and length of each record from a place on, to the end of the part that begins there."""
        stream, end = self._stream, len(self._stream)
        unpack = _HEAD.unpack_from
        while start + 4 <= end:
            kind, length = unpack(stream, start)
            self._left -= 1
            if kind == _END or self._left < 0:
                break
            start += 4
            if start + length > end:
                raise Refusal("the workbook cannot be read: a record runs over its end", f"byte {start}")
            yield kind, start, length
            start += length
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
            is_strings = kind == _STRINGS or (is_strings and kind == _CONTINUED)
            if is_strings:
                strings.append((at, length))
        self._forms, self._has_wide_texts = styles.find(), styles.has_wide_texts
        if strings:
            reader = _Parts([bytes(self._stream[at : at + size]) for at, size in strings], 8)
            self._lengths = list(_text_lengths(reader))
            for number in reversed(reader.torn):
                self._join(strings[number][0], strings[number + 1][0])
        return starts

    def _join(self, at: int, next_at: int) -> None:
        """Move half a character from a record's end to the next one, where its other half is: the parser loses both."""
        stream, end = self._stream, next_at - _HEAD.size
        size, next_size = (int.from_bytes(stream[place - 2 : place], "little") for place in (at, next_at))
        if at + size != end or not _WIDE < next_size < _LONGEST:
            return
        moved = stream[next_at : next_at + 1] + stream[end - 2 : end]
        stream[end - 2 : next_at + 1] = _HEAD.pack(_CONTINUED, next_size + 2) + moved
        stream[at - 2 : at] = (size - 2).to_bytes(2, "little")

    def _measure_sheet(self, start: int, where: str) -> None:
        if start > len(self._stream):
            raise Refusal("the workbook cannot be read: a sheet begins behind its end", where)
        extent, formulas = Extent(where), Extent(where)
        stream, place, has_dates = self._stream, _PLACE.unpack_from, bool(self._forms.days)
        for kind, at, length in self._records(start):
            if kind == _DIMENSIONS:
                self._check_claim(at, length, where)
            elif kind == _MERGED and length < 2 + 8 * int.from_bytes(stream[at : at + 2], "little"):
                raise Refusal("the workbook cannot be read: it tells of more merged cells than it has", where)
            if kind not in _CELLS or length < 4:
                continue
            if has_dates and kind in NUMBERS:
                mend_dates(stream, kind, at, length, self._forms)
            row, column = place(stream, at)
            count = 1
            if kind == _SHARED and length >= 10:
                number = int.from_bytes(stream[at + 6 : at + 10], "little")
                extent.text += self._lengths[number] if number < len(self._lengths) else 0
            elif kind in _TEXTS:
                extent.text += 3 * length
            elif kind == _SEVERAL:
                count = max(1, (length - 6) // 6)
            elif kind == _TRUTH and length >= 8:
                extent.errors += stream[at + 7] == 1
            elif kind == _FORMULA and length >= _FORMULA_LENGTH + 2:
                stream[at + _FORMULA_LENGTH : at + _FORMULA_LENGTH + 2] = b"\0\0"
                extent.errors += stream[at + 12 : at + 14] == _NO_NUMBER and stream[at + 6] == _ERROR
                formulas.filled += 1
                formulas.reach(row + 1, column + 1)
            extent.filled += count
            if kind != _FORMULA_TEXT:
                extent.reach(row + 1, column + count)
        extent.text += extent.area * _COPIED
        self._room.close(extent)
        self._room.close(formulas)

    def _check_claim(self, at: int, length: int, where: str) -> None:
        """The parser sets aside what the sheet claims to hold."""
        layout = _CLAIMS.get(length)
        if layout is None:
            raise Refusal("the workbook cannot be read: the record of a sheet's size is too short or too long", where)
        first_row, rows, first_column, columns = layout.unpack_from(self._stream, at)
        if rows and columns and ((rows - first_row) % 2**32) * ((columns - first_column) % 2**32) > _SHEET_AREA:
            raise Refusal("the workbook cannot be read: a sheet claims more cells than there can be", where)


def _text_lengths(reader: _Parts) -> Iterator[int]:
    """Bytes of each shared text, however many are told of: the parser reads all ([MS-XLS] 2.4.265, 2.5.293).

    Raises Refusal when there cannot be as many as are told of, or one is cut off.
    """
    if reader.told > reader.size // 3:
        raise Refusal("the workbook cannot be read: it tells of more texts than it has")
    while reader.has_more:
        count, flags = int.from_bytes(reader.take(2), "little"), reader.take(1)[0]
        runs = int.from_bytes(reader.take(2), "little") if flags & 8 else 0
        extra = int.from_bytes(reader.take(4), "little") if flags & 4 else 0
        reader.skip_text(count, 1 + (flags & 1))
        reader.skip(4 * runs + extra)
        if reader.is_cut_off:
            raise Refusal("the workbook cannot be read: a text that cells share is cut off")
        yield count * (2 + (flags & 1))


class _Parts:
    """A record and those that continue it."""

    def __init__(self, parts: list[bytes], start: int) -> None:
        self._parts, self._number, self._at = parts, 0, start
        self.told, self.size = int.from_bytes(parts[0][4:8], "little"), sum(map(len, parts))
        self.torn: list[int] = []
        """The numbers of parts that end with half a character, whose other half the next one begins with."""
        self.is_cut_off = False

    @property
    def has_more(self) -> bool:
        """Whether there are bytes left."""
        return self._at < len(self._parts[self._number]) or any(map(len, self._parts[self._number + 1 :]))

    def take(self, size: int) -> bytes:
        """The next bytes, which stand in one part."""
        self._go_on()
        found = self._parts[self._number][self._at : self._at + size]
        self._at += size
        self.is_cut_off = self.is_cut_off or len(found) < size
        return found.ljust(size, b"\0")

    def skip(self, size: int) -> None:
        """Pass over bytes, whichever parts they stand in."""
        while size > 0 and self._go_on():
            here = min(size, len(self._parts[self._number]) - self._at)
            self._at += here
            size -= here

    def skip_text(self, characters: int, width: int) -> None:
        """Pass over a text; where it goes on in another part, a byte there says how wide its characters are."""
        while characters > 0 and not self.is_cut_off:
            here = min(characters, (len(self._parts[self._number]) - self._at) // width)
            self._at += max(0, here) * width
            characters -= max(0, here)
            if characters > 0:
                if here > 0 and width == _WIDE and self._parts[self._number][self._at - 1] & 0xFC == _FIRST_HALF:
                    self.torn.append(self._number)
                self._at = len(self._parts[self._number])
                width = 1 + (self.take(1)[0] & 1)

    def _go_on(self) -> bool:
        """Begin the next part when this one is at its end; false at the end of all."""
        while self._at >= len(self._parts[self._number]):
            if self._number + 1 == len(self._parts):
                self.is_cut_off = True
                return False
            self._at -= len(self._parts[self._number])
            self._number += 1
        return True
