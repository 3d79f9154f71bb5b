"""Measures the sheets of xlsx and ods packages before a parser sees them, block by block."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import pairwise

from conditioners.limits import MIB
from conditioners.outcome import Refusal
from conditioners.readers.room import Extent, Room

_LONGEST_TAG, _LONGEST_MARK = MIB, 16
_ATTRIBUTES = rb"""((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>"""
_PREFIX = rb"<(?:[^\s<>/:!?]+:)?"
_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
_PLAIN_CELL = 64
"""Bytes that a cell with a number or a short text is written in."""


class Tags:
    """Cuts blocks behind a tag's end, from the one on that has a mark; a longer tag or text than any is refused."""

    def __init__(self, member: str, *marks: bytes) -> None:
        """Without marks, all blocks are cut."""
        self._member, self._marks = member, marks
        self._rest = b""

    def cut(self, block: bytes) -> bytes:
        """The whole tags up to the block's end; nothing as long as no mark has come."""
        text = self._rest + block
        if self._marks:
            if not any(mark in text for mark in self._marks):
                self._rest = text[-_LONGEST_MARK:]
                return b""
            self._marks = ()
        end = text.rfind(b">") + 1
        whole, self._rest = text[:end], text[end:]
        if len(self._rest) > _LONGEST_TAG:
            raise Refusal(f"the workbook has a tag or text longer than {_LONGEST_TAG} bytes", self._member)
        return whole


class SharedTexts:
    """The lengths of the texts that cells of an xlsx share, or a bound for them: what stands between their tags."""

    _BEGIN = re.compile(_PREFIX + rb"si[\s/>]")

    def __init__(self, member: str) -> None:
        self._tags = Tags(member)
        self._seen = 0
        self._starts: list[int] = []

    def feed(self, block: bytes) -> None:
        """The next bytes."""
        text = self._tags.cut(block)
        self._starts += [self._seen + found.start() for found in self._BEGIN.finditer(text)]
        self._seen += len(text)

    def lengths(self) -> Sequence[int]:
        """Of each text, in order; complete behind the last block."""
        return [end - start for start, end in pairwise([*self._starts, self._seen])]


class XlsxSheet:
    """One sheet of an xlsx, or another part, which has no sheet data."""

    _COMMON = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"(?: [a-z]+="[^"<>]*")*>')
    _COMMON_EMPTY = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: [a-z]+="[^"<>]*")*/>')
    _COMMON_ROW = re.compile(rb'<row r="([0-9]{1,7})"(?: [A-Za-z0-9:]+="[^"<>]*")*/?>')
    """Cells that hold something, those that do not, and rows, as nearly all programs write them."""
    _UNCOMMON = tuple(tag + end for tag in (b":c", b":row") for end in (b" ", b">", b"/", b"\t", b"\r", b"\n"))
    _UNCOMMON += tuple(b"<c" + end for end in (b">", b"/", b"\t", b"\r", b"\n"))
    _BEGIN = re.compile(_PREFIX + rb"(?:c|row)(?=[\s/>])")
    _ANY = re.compile(_PREFIX + rb"(c|row)(?=[\s/>])" + _ATTRIBUTES)
    _AT = re.compile(rb"""(?<![^\s"'])r\s*=\s*["']([A-Za-z]*)([0-9]*)""")
    _SHARED = re.compile(rb"""<(?=[^<>]*+>\s*+<v>\s*+([0-9]{1,9})\s*+<)[^<>]*?\bt\s*+=\s*+["']s["']""")
    _ERROR = re.compile(_PREFIX + rb"""c\s(?=[^<>]*+(?<!/)>)[^<>]*?\bt\s*+=\s*+["']e["']""")
    """Both look for the end of the tag first, and once: not again behind each of a thousand types that it may say."""
    _ERROR_KIND = (b'"e"', b"'e'")
    _SHARED_KIND = re.compile(rb"""\bt\s*=\s*["']s["']""")

    def __init__(self, member: str, room: Room, shared: Sequence[int]) -> None:
        """`shared` are the lengths of the texts that cells share."""
        self._room, self._shared, self._longest = room, shared, max(shared, default=0)
        self._extent = Extent(member)
        self._tags = Tags(member, b"sheetData")
        self._row = self._column = 0
        """Of the last cell, for those that do not name their place."""

    def feed(self, block: bytes) -> None:
        """The next bytes; raises Refusal as soon as the sheet is too large."""
        text = self._tags.cut(block)
        before = self._extent.filled
        if not self._take_common(text):
            self._take_any(text)
        self._take_texts(text, self._extent.filled - before)
        if any(kind in text for kind in self._ERROR_KIND):
            self._extent.errors += len(self._ERROR.findall(text))
        self._room.check(self._extent)

    def close(self) -> None:
        """The part is at its end."""
        self._room.close(self._extent)

    def _take_common(self, text: bytes) -> bool:
        """Measure cells and rows if all of them are written in the common way; false if not."""
        if any(form in text for form in self._UNCOMMON):
            return False
        places, rows = self._COMMON.findall(text), self._COMMON_ROW.findall(text)
        empty = len(self._COMMON_EMPTY.findall(text)) if b"/>" in text else 0
        if len(places) + empty != text.count(b"<c ") or len(rows) != text.count(b"<row"):
            return False
        joined = b" ".join(places)
        letters, numbers = joined.translate(None, b"0123456789").split(), joined.translate(None, _CAPITALS).split()
        self._extent.filled += len(places)
        self._extent.reach(max(map(int, set(numbers)), default=0), max(map(_column_number, set(letters)), default=0))
        if rows:
            self._row, self._column = int(rows[-1]), 0
        return True

    def _take_any(self, text: bytes) -> None:
        """Cells that name no place stand behind the one before, rows likewise; empty cells take no room."""
        tags = self._ANY.findall(text)
        if len(tags) != len(self._BEGIN.findall(text)):
            # What the parser makes of these is anybody's guess, and may be a row number.
            raise Refusal("the workbook cannot be read: a tag begins within another one", self._extent.where)
        for tag, attributes in tags:
            found = self._AT.search(attributes)
            letters, digits = found.groups() if found else (b"", b"")
            if tag == b"row":
                self._row, self._column = int(digits[:12]) if digits else self._row + 1, 0
                continue
            self._column = _column_number(letters[:8]) if letters else self._column + 1
            if not attributes.endswith(b"/"):
                self._extent.filled += 1
                self._extent.reach(int(digits[:12]) if digits else self._row, self._column)

    def _take_texts(self, text: bytes, cells: int) -> None:
        """Texts in the sheet itself, and those that are shared: each for every cell that shows it."""
        self._extent.text += max(0, len(text) - cells * _PLAIN_CELL)
        if self._longest <= _PLAIN_CELL:
            return
        showing, known = len(self._SHARED_KIND.findall(text)), self._SHARED.findall(text)
        count = len(self._shared)
        self._extent.text += sum(self._shared[number] for number in map(int, known) if number < count)
        self._extent.text += (showing - len(known)) * self._longest


Range = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell of some that are merged, each by row and column from 0."""
_MOST_RANGES = 250_000
_ERROR_NUMBER, _ERROR_NAME = rb"[A-Za-z\x80-\xff]{2,}:5[0-9]{2}", rb"#(?:DIV/0!|[A-Z\x80-\xff]+(?:/[A-Z]+)?[!?]?)"
SHOWN_ERROR = re.compile(rb">(?:%b|%b)</text:p>" % (_ERROR_NUMBER, _ERROR_NAME))
"""What a cell with an error shows, such as Err:502 or #N/A, in any language; older programs give it the value 0."""


class OdsSheets:
    """The content of an ods: all its tables, and the cells merged over rows, of which the parser tells none."""

    _ANY = re.compile(_PREFIX + rb"(table|table-row|table-cell|covered-table-cell)(?=[\s/>])" + _ATTRIBUTES)
    _ERROR = re.compile(rb"""value-type\s*=\s*["']error["']""")
    _ZERO = re.compile(rb"""office:value\s*=\s*["'](?:0|NaN)["']""")
    _TIMES = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']\s*([0-9]*)""")
    _HEIGHT = re.compile(rb"""number-rows-spanned\s*=\s*["']\s*([0-9]{1,9})""")
    _NAME = re.compile(rb"""[\s:]name\s*=\s*(?:"([^"]*)"|'([^']*)')""")

    def __init__(self, member: str, room: Room) -> None:
        self._member, self._room = member, room
        self._tags = Tags(member)
        self.merged: dict[str, list[Range]] = {}
        """By the name of the table."""
        self._ranges = 0
        self._is_zero, self._zero = False, b""
        """Whether the last cell has the value 0, and what was seen of its text."""
        self._begin_table(b"")

    def _begin_table(self, attributes: bytes) -> None:
        name = self._NAME.search(attributes)
        self._name = html.unescape((name[1] or name[2] or b"").decode("utf-8", "replace")) if name else ""
        self._extent = Extent(self._member)
        self._row, self._rows, self._column, self._shown = 0, 1, 0, 1

    def feed(self, block: bytes) -> None:
        """The next bytes; raises Refusal as soon as a table is too large."""
        text = self._tags.cut(block)
        seen = 0
        for found in self._ANY.finditer(text):
            self._take_shown(text[seen : found.start()] if self._is_zero else b"")
            self._is_zero = False
            self._extent.text += max(0, found.start() - seen - _PLAIN_CELL) * self._shown
            seen, self._shown = found.end(), 1
            if found[1] == b"table":
                self._room.close(self._extent)
                self._begin_table(found[2])
            elif found[1] == b"table-row":
                self._row, self._column = self._row + self._rows, 0
                self._rows = self._times(found[2])
            else:
                self._take_cell(found[2])
        self._extent.text += (len(text) - seen) * self._shown
        self._zero += text[seen:] if self._is_zero and len(self._zero) < _LONGEST_TAG else b""
        self._room.check(self._extent)

    def _take_shown(self, text: bytes) -> None:
        """What a cell shows whose value is 0, which is how older programs write errors."""
        if SHOWN_ERROR.search(self._zero + text):
            self._extent.errors += self._shown
        self._zero = b""

    def _take_cell(self, attributes: bytes) -> None:
        times = self._times(attributes)
        if b"rows-spanned" in attributes:
            self._take_range(attributes)
        self._column += times
        if b"value-type" in attributes or not attributes.endswith(b"/"):
            self._shown = self._rows * times
            self._extent.filled += self._shown
            self._is_zero = self._ZERO.search(attributes) is not None
            if b"error" in attributes and self._ERROR.search(attributes):
                self._extent.errors += self._shown
            self._extent.reach(self._row + self._rows, self._column)

    def _take_range(self, attributes: bytes) -> None:
        found = self._HEIGHT.search(attributes)
        height = int(found[1]) if found else 1
        if height < 2:
            return
        self._ranges += 1
        if self._ranges > _MOST_RANGES:
            raise Refusal(f"the workbook has more than {_MOST_RANGES} cells that are merged over rows", self._member)
        first = (self._row - 1, self._column)
        self.merged.setdefault(self._name, []).append((first, (self._row + height - 2, self._column)))

    def _times(self, attributes: bytes) -> int:
        found = self._TIMES.search(attributes) if b"repeated" in attributes else None
        return int(found[1][:12] or 1) if found else 1

    def close(self) -> None:
        """The content is at its end."""
        self._take_shown(b"")
        self._room.close(self._extent)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
