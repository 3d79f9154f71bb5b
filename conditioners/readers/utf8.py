"""What tells damaged UTF-8 from text in a code page, in which hardly any bytes happen to be characters of UTF-8."""

from __future__ import annotations

import re
from typing import NamedTuple

from conditioners.limits import KIB

_CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_ENOUGH = 3
"""Bytes of valid characters that outweigh one beside them that is not."""
_FIRST = 4 * KIB
"""Bytes from the first one beyond ASCII on that show whether it is worth while to look at all of them."""


class Utf8(NamedTuple):
    """How many bytes beyond ASCII are in characters of UTF-8, and how many are not."""

    whole: int
    others: int

    @classmethod
    def count_in(cls, data: bytes) -> Utf8:
        """Look at all bytes of a text."""
        whole = sum(map(len, _CHARACTER.findall(data)))
        return cls(whole, len(_BEYOND_ASCII.findall(_CHARACTER.sub(b" ", data))))

    @property
    def outweighs(self) -> bool:
        """Whether the text is UTF-8, and what does not fit is damage."""
        return self.whole >= _ENOUGH * self.others

    def describe(self) -> str:
        """The evidence."""
        return f"{self.whole} bytes beyond ASCII are valid UTF-8, and {self.others} are not"


def find_damaged_utf8(data: bytes) -> Utf8 | None:
    """The counts of a text that is UTF-8 but for some bytes; None for any other."""
    first = _BEYOND_ASCII.search(data)
    if first is None or not Utf8.count_in(data[first.start() : first.start() + _FIRST]).outweighs:
        return None
    found = Utf8.count_in(data)
    return found if found.outweighs else None
