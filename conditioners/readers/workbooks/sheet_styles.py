"""Styles of a workbook that show a number as a day, a time of day, a duration, or with zeros before it.

No negative number is a day or a time of day. Nor is 60 where days count from 1900: Excel shows the 29th of February
1900, which no calendar has (ECMA-376, 18.17.4.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from types import MappingProxyType
from typing import NamedTuple

STYLES, BOOK = "xl/styles.xml", "xl/workbook.xml"
_LARGEST, _LONGEST_CODE = 1 << 24, 1 << 10
_BUILT_IN = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)))
"""Numbers of formats for days and times that no file spells out (ECMA-376, 18.8.30)."""
_BUILT_IN_DURATION = 46
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s([^<>]*)>")
_STYLE = re.compile(rb"<(?:\w+:)?xf\b([^<>]*)>")
_NUMBER = re.compile(rb"""\bnumFmtId\s*=\s*["']([0-9]{1,9})["']""")
_CODE = re.compile(rb"""\bformatCode\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_FROM_1904 = re.compile(rb"""\bdate1904\s*=\s*["'](?:1|true|on)["']""")
_NO_PART = re.compile(r""""[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*+(?:\]|\Z)""", re.IGNORECASE)
"""Text, blanks, colours, currencies and conditions within a format."""
_DURATION = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_CODES = re.compile(r"(?:\[\$-[0-9A-Fa-f]+\])?(0{2,15})(?:;@)?")
_LEAP_DAY = 60


class CellForms(NamedTuple):
    """The numbers of styles, as cells name them: of those for days or times of day, for durations, and for codes."""

    days: frozenset[int] = frozenset()
    durations: frozenset[int] = frozenset()
    digits: Mapping[int, int] = MappingProxyType({})
    """How many digits a style shows at least, zeros before the number making up what it lacks."""
    from_1904: bool = False

    def is_no_day(self, value: float) -> bool:
        """Whether there is no day or time of day for a number."""
        return value < 0 or (not self.from_1904 and _LEAP_DAY <= value < _LEAP_DAY + 1)

    def pad(self, style: int, value: float) -> str | None:
        """A whole number with the zeros that its style shows before it; None where there are none to show."""
        width = self.digits.get(style)
        if width is None or not 0 <= value < 10 ** (width - 1) or value != int(value):
            return None
        return f"{int(value):0{width}}"


def find_forms(codes: Mapping[int, str], styles: Sequence[int], *, from_1904: bool) -> CellForms:
    """What styles show, each of which has a format by its number; `codes` are those that the file spells out."""
    kinds = {number: _find_kind(number, codes.get(number)) for number in set(styles)}
    days, durations = (
        frozenset(at for at, number in enumerate(styles) if kinds[number] is wanted) for wanted in (False, True)
    )
    digits = {at: width for at, number in enumerate(styles) if (width := count_digits(codes.get(number, "")))}
    return CellForms(days, durations, digits, from_1904)


def count_digits(code: str) -> int:
    """How many digits a format shows at least that is one of codes, such as 00000 of postal ones; 0 for others."""
    found = _CODES.fullmatch(code)
    return len(found[1]) if found else 0


def _find_kind(number: int, code: str | None) -> bool | None:
    """Whether a format of days and times is one of durations; None for other formats."""
    if code is None:
        return True if number == _BUILT_IN_DURATION else False if number in _BUILT_IN else None
    if shows_duration(_NO_PART.sub("", code[:_LONGEST_CODE])):
        return True
    return False if re.search("[dmhys]", _NO_PART.sub("", code[:_LONGEST_CODE]), re.IGNORECASE) else None


def shows_duration(code: str) -> bool:
    """Whether a format shows hours, minutes or seconds, however many."""
    return _DURATION.search(code) is not None


class XlsxStyles:
    """Takes the members of an xlsx block by block; most of them say nothing."""

    def __init__(self) -> None:
        self._text = b""
        self._from_1904 = False

    def feed(self, member: str, block: bytes) -> None:
        """The next bytes of a member; of more than there are of any honest workbook nothing is said."""
        if member == STYLES:
            self._text += block if len(self._text) < _LARGEST else b""
        elif member == BOOK:
            self._from_1904 = self._from_1904 or _FROM_1904.search(block) is not None

    def find(self) -> CellForms:
        """What the styles show."""
        formats = [(_NUMBER.search(each), _CODE.search(each)) for each in _FORMAT.findall(self._text)]
        codes = {int(number[1]): _unescape(code[1] or code[2] or b"") for number, code in formats if number and code}
        _, _, behind = self._text.partition(b"cellXfs")
        numbers = [_NUMBER.search(each) for each in _STYLE.findall(behind.partition(b"cellXfs")[0])]
        styles = [int(number[1]) if number else 0 for number in numbers]
        return find_forms(codes, styles, from_1904=self._from_1904)


def _unescape(code: bytes) -> str:
    return unescape(code[:_LONGEST_CODE].decode("utf-8", "replace"))
