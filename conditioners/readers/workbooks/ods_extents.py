"""Measures the content of an ods before a parser sees it, block by block, and finds the cells merged over rows."""

from __future__ import annotations

import html
import re

from conditioners.limits import MIB
from conditioners.outcome import Refusal
from conditioners.readers.workbooks.room import MOST_RANGES, OF_ODS, TOO_MANY_RANGES, Extent, Range, Room
from conditioners.readers.workbooks.sheet_tags import ATTRIBUTES, PLAIN_CELL, PREFIX, Tags

_LONGEST_TEXT = MIB
_MANY_REPEATED, _REPEATED_PER_WRITTEN = 100_000, 10
"""Rows that are written once and said to come again, beyond which they may be no more than so many times the others."""
_ERROR_NUMBER, _ERROR_NAME = rb"[A-Za-z\x80-\xff]{2,}:5[0-9]{2}", rb"#(?:DIV/0!|[A-Z\x80-\xff]+(?:/[A-Z]+)?[!?]?)"
SHOWN_ERROR = re.compile(rb">(?:%b|%b)</text:p>" % (_ERROR_NUMBER, _ERROR_NAME))
"""What a cell with an error shows, such as Err:502 or #N/A, in any language; older programs give it the value 0."""


class OdsSheets:
    """The content of an ods: all its tables, and the cells merged over rows, of which the parser tells none."""

    _ANY = re.compile(
        PREFIX + rb"(table|table-row|table-cell|covered-table-cell|s)(?=[\s/>])(" + ATTRIBUTES + rb")>"
        + rb"|</(?:[^\s<>/:!?]+:)?(table-row)\s*>"
    )  # fmt: skip
    _ERROR = re.compile(rb"""value-type\s*=\s*["']error["']""")
    _FORMULA = re.compile(rb"""[\s:]formula\s*=""")
    _ZERO = re.compile(rb"""office:value\s*=\s*["'](?:0|NaN)["']""")
    _TIMES = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']\s*([0-9]*)""")
    _BLANKS = re.compile(rb"""[\s:]c\s*=\s*["']\s*([0-9]{1,12})""")
    _HEIGHT = re.compile(rb"""number-rows-spanned\s*=\s*["']\s*([0-9]{1,9})""")
    _NAME = re.compile(rb"""[\s:]name\s*=\s*(?:"([^"]*)"|'([^']*)')""")

    _DECLARED = re.compile(
        rb"""\sxmlns(?::([^\s=<>]{1,99}))?\s*+=\s*+["']urn:oasis:names:tc:opendocument:xmlns:(office|table|text):1\.0["']"""
    )

    def __init__(self, member: str, room: Room) -> None:
        self._member, self._room = member, room
        self._tags = Tags(member)
        self.merged: dict[str, list[Range]] = {}
        """By the name of the table."""
        self._ranges = 0
        self._is_zero, self._zero = False, b""
        """Whether the last cell has the value 0, and what was seen of its text."""
        self._is_begun = False
        self._written = self._repeated = 0
        """Rows that hold something: as they are written, and how often they are said to come again."""
        self._begin_table(b"")

    def _check_prefixes(self, text: bytes) -> None:
        """The parser knows elements by the prefixes that all programs write, and would find no tables."""
        declared = self._DECLARED.findall(text)
        for prefix, name in declared:
            if (name, name) not in declared:
                shown = prefix.decode("utf-8", "replace")
                reason = (
                    f"the workbook cannot be read: its elements have the prefix {shown!r} instead of {name.decode()!r}"
                )
                raise Refusal(reason, self._member)

    def _begin_table(self, attributes: bytes) -> None:
        name = self._NAME.search(attributes)
        self._name = html.unescape((name[1] or name[2] or b"").decode("utf-8", "replace")) if name else ""
        self._extent = Extent(self._member, cell=OF_ODS)
        self._row, self._rows, self._column, self._shown, self._is_filled = 0, 1, 0, 1, False
        self._is_in_row = False

    def feed(self, block: bytes) -> None:
        """The next bytes; raises Refusal as soon as a table is too large."""
        text = self._tags.cut(block)
        if not self._is_begun:
            self._is_begun = True
            self._check_prefixes(text)
        seen = 0
        for found in self._ANY.finditer(text):
            if found[3]:
                self._is_in_row = False
            elif found[1] == b"s":
                self._take_blanks(found[2])
            else:
                self._end_text(text, seen, found.start())
                seen = found.end()
                self._begin_element(found[1], found[2])
        self._extent.text += (len(text) - seen) * self._shown
        self._zero += text[seen:] if self._is_zero and len(self._zero) < _LONGEST_TEXT else b""
        self._room.check(self._extent)

    def _take_blanks(self, attributes: bytes) -> None:
        """Blanks within a text, which are written as their number."""
        blanks = self._BLANKS.search(attributes)
        self._extent.text += int(blanks[1]) * self._shown if blanks else 0

    def _end_text(self, text: bytes, begin: int, end: int) -> None:
        """What stands between two elements is shown by the first one."""
        self._take_shown(text[begin:end] if self._is_zero else b"")
        self._is_zero = False
        self._extent.text += max(0, end - begin - PLAIN_CELL) * self._shown
        self._shown = 1

    def _begin_element(self, name: bytes, attributes: bytes) -> None:
        if name == b"table":
            self._room.close(self._extent)
            self._begin_table(attributes)
        elif name == b"table-row":
            self._row, self._column, self._is_filled = self._row + self._rows, 0, False
            self._rows, self._is_in_row = self._times(attributes), not attributes.endswith(b"/")
        else:
            self._take_cell(attributes)

    def _take_shown(self, text: bytes) -> None:
        """What a cell shows whose value is 0, which is how older programs write errors."""
        if SHOWN_ERROR.search(self._zero + text):
            self._extent.errors += self._shown
        self._zero = b""

    def _take_cell(self, attributes: bytes) -> None:
        if not self._is_in_row:  # The parser passes over it.
            raise Refusal(f"the workbook cannot be read: a cell behind row {self._row} stands in no row", self._member)
        times = self._times(attributes)
        if b"rows-spanned" in attributes:
            self._take_range(attributes)
        self._column += times
        if b"formula" in attributes and b"value-type" not in attributes and self._FORMULA.search(attributes):
            self._extent.uncalculated += self._rows * times
        if b"value-type" in attributes or not attributes.endswith(b"/"):
            self._shown = self._rows * times
            self._count_row()
            self._extent.filled += self._shown
            self._is_zero = self._ZERO.search(attributes) is not None
            if b"error" in attributes and self._ERROR.search(attributes):
                self._extent.errors += self._shown
            self._extent.reach(self._row + self._rows, self._column)

    def _count_row(self) -> None:
        """A cell of the row holds something; raises Refusal when a page of text would make a million rows."""
        if self._is_filled:
            return
        self._is_filled = True
        self._written += 1
        self._repeated += self._rows - 1
        if self._repeated > max(_MANY_REPEATED, self._written * _REPEATED_PER_WRITTEN):
            raise Refusal(f"more than {_MANY_REPEATED} rows of the workbook repeat few others", self._member)

    def _take_range(self, attributes: bytes) -> None:
        found = self._HEIGHT.search(attributes)
        height = int(found[1]) if found else 1
        if height < 2:
            return
        self._ranges += 1
        if self._ranges > MOST_RANGES:
            raise Refusal(TOO_MANY_RANGES, self._member)
        first = (self._row - 1, self._column)
        self.merged.setdefault(self._name, []).append((first, (self._row + height - 2, self._column)))

    def _times(self, attributes: bytes) -> int:
        found = self._TIMES.search(attributes) if b"repeated" in attributes else None
        return int(found[1][:12] or 1) if found else 1

    def close(self) -> None:
        """The content is at its end."""
        self._take_shown(b"")
        self._room.close(self._extent)
