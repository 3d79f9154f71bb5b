"""Styles of an xlsx that show a number as a day or time of day, which no negative number is."""

from __future__ import annotations

import re
from xml.sax.saxutils import unescape

STYLES = "xl/styles.xml"
_LARGEST, _LONGEST_CODE = 1 << 24, 1 << 10
_BUILT_IN = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)))
"""Numbers of formats for days and times that no file spells out (ECMA-376, 18.8.30)."""
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s([^<>]*)>")
_STYLE = re.compile(rb"<(?:\w+:)?xf\b([^<>]*)>")
_NUMBER = re.compile(rb"""\bnumFmtId\s*=\s*["']([0-9]{1,9})["']""")
_CODE = re.compile(rb"""\bformatCode\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_NO_PART = re.compile(r""""[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*\]""", re.IGNORECASE)
"""Text, blanks, colours, currencies and conditions within a format."""
_DURATION = re.compile(r"\[[hms]+\]", re.IGNORECASE)


class DateStyles:
    """Takes the styles of a workbook, block by block; those of other members say nothing."""

    def __init__(self) -> None:
        self._text = b""

    def feed(self, block: bytes) -> None:
        """The next bytes; of more than there are of any honest workbook nothing is said."""
        self._text += block if len(self._text) < _LARGEST else b""

    def find(self) -> frozenset[bytes]:
        """The numbers of the styles, as cells name them. Durations, which may be negative, are none of them."""
        formats = [(_NUMBER.search(each), _CODE.search(each)) for each in _FORMAT.findall(self._text)]
        shown = {int(number[1]): _shows_date(code[1] or code[2] or b"") for number, code in formats if number and code}
        _, _, behind = self._text.partition(b"cellXfs")
        numbers = [_NUMBER.search(each) for each in _STYLE.findall(behind.partition(b"cellXfs")[0])]
        styles = [int(number[1]) if number else 0 for number in numbers]
        return frozenset(b"%d" % at for at, style in enumerate(styles) if shown.get(style, style in _BUILT_IN))


def shows_duration(code: str) -> bool:
    """Whether a format shows hours, minutes or seconds, however many."""
    return _DURATION.search(code) is not None


def _shows_date(code: bytes) -> bool:
    text = _NO_PART.sub("", unescape(code[:_LONGEST_CODE].decode("utf-8", "replace"), {"&quot;": '"'}))
    return re.search("[dmhys]", text, re.IGNORECASE) is not None and not _DURATION.search(text)
