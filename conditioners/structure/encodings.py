"""Says in which encoding text is that nobody has declared, and why."""

from __future__ import annotations

import codecs

from conditioners.readers.decoding import Decoder

_LOOKED_AT = 64 << 10
_WIDE = 0.4
"""The share of NUL bytes at even or odd places that makes text UTF-16."""
_FALLBACKS = ("windows-1252", "latin-1")


def open_decoder(head: bytes) -> Decoder:
    """A decoder for text that begins with `head`.

    A byte order mark decides, then NUL bytes at every other place (UTF-16); else the text is UTF-8 if it is valid
    UTF-8, and Windows-1252 or Latin-1, which hold nearly anything, if it is not.
    """
    wide = _find_wide(head[:_LOOKED_AT])
    if wide is not None:
        return Decoder.of(wide, "no byte order mark, and NUL at every other place")
    return Decoder(_FALLBACKS)


def is_wide(head: bytes) -> bool:
    """Whether text has two bytes for each character."""
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _find_wide(head) is not None


def _find_wide(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or len(head) < 4:
        return None
    even, odd = head[0::2], head[1::2]
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros.count(0) >= _WIDE * len(zeros) and others.count(0) < 0.05 * len(others):
            return name
    return None
