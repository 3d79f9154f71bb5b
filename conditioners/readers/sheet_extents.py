"""Measures the sheets of xlsx and ods packages before a parser sees them, which would fill the whole area with cells.

Two cells, A1 and XFD1048576, span 17 thousand million; so does one cell of an ods that is said to repeat.
"""

from __future__ import annotations

import re

from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal

_FILLED_SHARE = 10
_LONGEST_TAG = MIB
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,7})["']""")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_REPEATED = re.compile(
    rb"""<(?:\w+:)?table-row(?=[\s/>])(?P<row>[^>]*)>|<(?:\w+:)?table-cell\s(?P<cell>[^>]*repeated[^>]*)>"""
)
_TIMES = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']([0-9]{1,9})["']""")


class SheetExtent:
    """The area that a sheet's cells span, measured block by block; members that are no sheets pass."""

    def __init__(self, member: str, limits: Limits) -> None:
        self._member, self._limits = member, limits
        name = member.lower()
        self._is_xlsx = name.startswith("xl/") and "sheet" in name and name.endswith(".xml")
        self._is_ods = name == "content.xml"
        self._rest = b""
        self._rows = self._columns = self._filled = self._unplaced_rows = self._longest_row = self._in_row = 0
        self._repeats, self._row_repeats = 0, 1

    def feed(self, block: bytes) -> None:
        """The next bytes; raises Refusal as soon as the area is too large."""
        if not self._is_xlsx and not self._is_ods:
            return
        text = self._rest + block
        end = text.rfind(b">") + 1
        whole, self._rest = text[:end], text[end:]
        if len(self._rest) > _LONGEST_TAG:
            raise Refusal(f"the workbook has a tag or text longer than {_LONGEST_TAG} bytes", self._member)
        if self._is_xlsx:
            self._measure_places(whole)
        else:
            self._measure_repeats(whole)

    def _measure_places(self, text: bytes) -> None:
        """Places that cells and rows name; those that name none stand behind the one before."""
        places = _PLACE.findall(text)
        columns = {letters for letters, _ in places if letters}
        self._columns = max(self._columns, max(map(_column_number, columns), default=0))
        self._rows = max(self._rows, max((int(row) for row in {row for _, row in places}), default=0))
        rows, cells = len(_ROW.findall(text)), len(_CELL.findall(text))
        named = sum(1 for letters, _ in places if letters)
        self._filled += cells
        self._unplaced_rows += max(0, rows - (len(places) - named))
        if cells > named:
            first, *others = [len(_CELL.findall(part)) for part in _ROW.split(text)]
            counts = [self._in_row + first, *others]
            self._longest_row, self._in_row = max(self._longest_row, *counts), counts[-1]
        self._check((self._rows + self._unplaced_rows) * (self._columns + self._longest_row))

    def _measure_repeats(self, text: bytes) -> None:
        """Cells with a value that are said to repeat, in rows that are said to."""
        for found in _REPEATED.finditer(text):
            if found["cell"] is None:
                self._row_repeats = _times(found["row"])
            elif b"value-type" in found["cell"] or not found["cell"].endswith(b"/"):
                self._repeats += self._row_repeats * _times(found["cell"])
        self._check(self._repeats)

    def _check(self, area: int) -> None:
        if area > self._limits.sparse_cells and area > self._filled * _FILLED_SHARE:
            raise Refusal(
                f"a sheet spans more than {self._limits.sparse_cells} cells, most of them empty", self._member
            )


def _times(attributes: bytes) -> int:
    found = _TIMES.search(attributes)
    return int(found[1]) if found else 1


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
