"""Measures the sheets of an xlsx package before a parser sees them, block by block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from conditioners.outcome import Refusal
from conditioners.readers.workbooks.room import Extent, Room
from conditioners.readers.workbooks.sheet_tags import ATTRIBUTES, PLAIN_CELL, PREFIX, Tags
from conditioners.readers.workbooks.uncalculated import UncalculatedCells

_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))


class SharedTexts:
    """The lengths of the texts that cells of an xlsx share, or a bound for them: what stands between their tags."""

    _BEGIN = re.compile(PREFIX + rb"si[\s/>]")
    _TABLE = re.compile(PREFIX + rb"sst\s[^<>]*+")
    _TOLD = re.compile(rb"""ount\s*+=\s*+["'][\s+0]*+([0-9]++)""")
    _MOST_TOLD = 20_000_000
    """Texts for which the parser makes room before it reads the first of them."""

    def __init__(self, member: str) -> None:
        self._member, self._tags = member, Tags(member)
        self._seen = 0
        self._starts: list[int] = []

    def feed(self, block: bytes) -> None:
        """The next bytes."""
        text = self._tags.cut(block)
        for tag in self._TABLE.finditer(text):
            if any(int(told[:12]) > self._MOST_TOLD for told in self._TOLD.findall(tag[0])):
                raise Refusal(f"the workbook tells of more than {self._MOST_TOLD} texts", self._member)
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
    _BEGIN = re.compile(PREFIX + rb"(?:c|row)(?=[\s/>])")
    _ANY = re.compile(PREFIX + rb"(c|row)(?=[\s/>])(" + ATTRIBUTES + rb")>")
    _AT = re.compile(rb"""(?<![^\s"'])r\s*=\s*["']([A-Za-z]*)([0-9]*)""")
    _SHARED = re.compile(rb"""<(?=[^<>]*+>\s*+<v>\s*+([0-9]{1,9})\s*+<)[^<>]*?\bt\s*+=\s*+["']s["']""")
    _ERROR = re.compile(PREFIX + rb"""c\s(?=[^<>]*+(?<!/)>)[^<>]*?\bt\s*+=\s*+["']e["']""")
    """Both look for the end of the tag first, and once: not again behind each of a thousand types that it may say."""
    _ERROR_KIND = (b'"e"', b"'e'")
    _SHARED_KIND = re.compile(rb"""\bt\s*=\s*["']s["']""")

    def __init__(self, member: str, room: Room, shared: Sequence[int]) -> None:
        """`shared` are the lengths of the texts that cells share."""
        self._room, self._shared, self._longest = room, shared, max(shared, default=0)
        self._extent = Extent(member)
        self._tags = Tags(member, b"sheetData")
        self._uncalculated = UncalculatedCells()
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
        self._uncalculated.feed(text)
        self._room.check(self._extent)

    def close(self) -> None:
        """The part is at its end."""
        self._extent.uncalculated = self._uncalculated.count
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
        self._extent.text += max(0, len(text) - cells * PLAIN_CELL)
        if self._longest <= PLAIN_CELL:
            return
        showing, known = len(self._SHARED_KIND.findall(text)), self._SHARED.findall(text)
        count = len(self._shared)
        self._extent.text += sum(self._shared[number] for number in map(int, known) if number < count)
        self._extent.text += (showing - len(known)) * self._longest


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
