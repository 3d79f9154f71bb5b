"""Says in which encoding text is that nobody has declared, and why."""

from __future__ import annotations

import codecs
import re

from conditioners.outcome import Refusal
from conditioners.readers.decoding import Decoder

_LOOKED_AT = 64 << 10
_WIDE = 0.4
"""The share of NUL bytes at even or odd places that makes text UTF-16."""
_FALLBACKS = ("windows-1252", "latin-1")
_FEW = 8
_FOREIGN = 0.6
"""The share of letters beyond ASCII, in groups, that no text in Latin letters has."""
_GROUP = re.compile(rb"[\x80-\xff]{2,}")
_LETTER = re.compile(rb"[A-Za-z]")
_WHOLE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def open_decoder(head: bytes) -> Decoder:
    """A decoder for text that begins with `head`; raises Refusal for text in a code page that cannot be told.

    A byte order mark decides, then NUL bytes at every other place (UTF-16). Else the text is UTF-8 if it is valid
    UTF-8, or if most of its characters beyond ASCII are: the rows of the others are damaged. Else it is Windows-1252 or
    Latin-1, which hold nearly anything, unless most letters are beyond ASCII: then nobody can tell what they mean.
    """
    start = head[:_LOOKED_AT]
    wide = _find_wide(start)
    if wide is not None:
        return Decoder.of(wide, "no byte order mark, and NUL at every other place")
    if _has_mark(start) or _is_utf8(start):
        return Decoder(_FALLBACKS)
    whole, others = len(_WHOLE.findall(start)), len(re.findall(rb"[\x80-\xff]+", _WHOLE.sub(b" ", start)))
    if whole >= others:
        return Decoder.of("utf-8", f"{whole} characters beyond ASCII are valid UTF-8, and {others} are not")
    if _is_foreign(start):
        raise Refusal("most letters of the text are in a code page that cannot be told; declare it in a source")
    return Decoder(_FALLBACKS)


def is_wide(head: bytes) -> bool:
    """Whether text has two bytes or four for each character."""
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)) or (
        _find_wide(head) is not None
    )


def _has_mark(head: bytes) -> bool:
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
    return head.startswith(marks)


def _is_utf8(head: bytes) -> bool:
    """Whether bytes are valid UTF-8; the last character may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _is_foreign(head: bytes) -> bool:
    """Whether most letters stand beyond ASCII, which no Latin text has; single signs such as £ count for nothing."""
    foreign = sum(map(len, _GROUP.findall(head)))
    return foreign >= _FEW and foreign > _FOREIGN * (foreign + len(_LETTER.findall(head)))


def _find_wide(head: bytes) -> str | None:
    if _has_mark(head) or len(head) < 4:
        return None
    even, odd = head[0::2], head[1::2]
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros.count(0) >= _WIDE * len(zeros) and others.count(0) < 0.05 * len(others):
            return name
    return None
