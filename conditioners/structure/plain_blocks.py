"""Text that is standard CSV as it stands, or would be with commas: cells are told apart only where somebody asks."""

from __future__ import annotations

import re

from conditioners.structure.block import Block, Deferred
from conditioners.structure.field_grammar import Marks

_BLANKS = b" \t\n\v\f\r\x1c\x1d\x1e\x1f"
"""What `str.strip` takes for blanks in ASCII."""
_OTHER_BLANKS = re.compile("[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


class PlainReader:
    """Tells whether lines hold no quotes, no empty cells, and as many cells as the table, all at once."""

    def __init__(self, marks: Marks, width: int) -> None:
        self._mark, self._quote, self._width = marks.delimiter, marks.quote, width
        self._is_spaced = marks.spaced
        self._is_known = marks.delimiter.isascii() and len(marks.delimiter) == min(1, width - 1)
        byte = marks.delimiter.encode()
        self._others = bytes(set(range(256)) - {*byte, *b"\n"})
        self._blanks = bytes({*_BLANKS, *byte} - {*b"\n"})
        self._form = byte * (width - 1) + b"\n"

    def read(self, text: str, line: int) -> Block | None:
        """The lines of a text that ends with one, as a block; None where they have to be looked at one by one."""
        if not text.endswith("\n"):
            text += "\n"
        if not self._is_known or self._needs_quotes(text) or not self._is_even(text):
            return None
        mark, count = self._mark, text.count("\n")
        lines = Deferred(count, lambda: text[:-1].split("\n"))
        rows = Deferred(count, lambda: [each.split(mark) if mark else [each] for each in lines])
        return Block(line, lines, rows, csv=text.replace(mark, ",") if mark else text)

    def _needs_quotes(self, text: str) -> bool:
        """Whether a cell has a quote, comma or CR, or begins with a blank that belongs to the mark."""
        if '"' in text or "\r" in text or (self._quote and self._quote in text) or (self._mark != "," and "," in text):
            return True
        return self._is_spaced and (text.startswith(" ") or f"{self._mark} " in text or "\n " in text)

    def _is_even(self, text: str) -> bool:
        """Whether all lines have the table's width, and none is blank or has an empty cell."""
        mark, data = self._mark, text.encode("utf-8", "replace")
        if mark and data.translate(None, self._others) != self._form * text.count("\n"):
            return False
        filled = data.translate(None, self._blanks)
        if filled.startswith(b"\n") or b"\n\n" in filled or (not text.isascii() and _OTHER_BLANKS.search(text)):
            return False
        return not mark or not (text.startswith(mark) or mark * 2 in text or f"\n{mark}" in text or f"{mark}\n" in text)
