"""Cuts the parts of a package behind a tag's end, whichever block it ends in."""

from __future__ import annotations

import re
from html import escape

from conditioners.limits import MIB
from conditioners.outcome import Refusal

_LONGEST_TAG, _LONGEST_MARK = MIB, 16
ATTRIBUTES = rb"""(?:[^<>"']++|"[^"]*+"?+|'[^']*+'?+)*+"""
"""Of a tag, up to its `>`. A quote that is not closed reaches to the text's end, where no `>` follows either."""
PREFIX = rb"<(?:[^\s<>/:!?]+:)?"
FORMULA = rb"<(?P=prefix)f(?:[\s/][^<>]*+)?(?:(?<=/)>|(?<!/)>[^<]*+</(?P=prefix)f>)"
"""That of an xlsx's cell, in a pattern whose group `prefix` is that of the cell."""
_CDATA = re.compile(rb"<!\[CDATA\[([\s\S]*?)(?:\]\]>|\Z)")
PLAIN_CELL = 64
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


def write_out_cdata(text: bytes) -> bytes:
    """The same text with what stands in CDATA as other text is written."""
    return _CDATA.sub(lambda found: escape(found[1].decode("latin-1"), quote=False).encode("latin-1"), text)
