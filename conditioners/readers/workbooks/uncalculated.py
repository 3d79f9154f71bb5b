"""Counts cells of an xlsx that hold a formula and no value, as programs write them that do not calculate."""

from __future__ import annotations

import re

from conditioners.limits import MIB
from conditioners.readers.workbooks.sheet_tags import FORMULA

_CELL = re.compile(
    rb"<(?P<prefix>(?:[^\s<>/:!?]++:)?)c(?P<attributes>(?:\s[^<>]*+)?)(?<!/)>\s*+" + FORMULA
    + rb"\s*+(?P<value><(?P=prefix)v(?:[\s/][^<>]*+)?(?:(?<=/)>|(?<!/)></(?P=prefix)v>)\s*+)?</(?P=prefix)c>"
)  # fmt: skip
"""Such a cell; where its value is an empty text, that stands in it as a value of the type of texts."""
_TEXT = re.compile(rb"""\bt\s*+=\s*+["']str["']""")
_IS_FORMULA = re.compile(rb"<(?:[^\s<>/:!?]{1,99}:)?f[\s/>]")
_END = b"c>"
_LONGEST = MIB


class UncalculatedCells:
    """Takes a sheet's text as it is cut behind tags, and counts."""

    def __init__(self) -> None:
        self.count = 0
        self._rest = b""

    def feed(self, text: bytes) -> None:
        """The next tags, and the text between them."""
        text = self._rest + text
        end = text.rfind(_END) + len(_END) if _END in text else 0
        if _IS_FORMULA.search(text, 0, end):
            self.count += sum(
                not (cell["value"] and _TEXT.search(cell["attributes"])) for cell in _CELL.finditer(text, 0, end)
            )
        self._rest = text[end:] if len(text) - end < _LONGEST else b""
