"""The encoding of an HTML document, with the evidence for it, and the document in UTF-8, piece by piece."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from conditioners.readers.decoding import DAMAGE_IN_TEXT, MARKING, MARKS, can_hold
from conditioners.readers.markup import check_html_encodings
from conditioners.readers.utf8 import find_damaged_utf8

_LOOKED_AT = 4096
_DECLARED = re.compile(rb"<meta\s[^>]*?charset\s*+=\s*+[\"']?\s*+([a-z0-9_.:-]{1,40})", re.IGNORECASE)
_XML_DECLARED = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']\s*([a-z0-9_.:-]{1,40})", re.IGNORECASE)
_WESTERN = frozenset({"ascii", "iso8859-1"})
"""What browsers take for Windows-1252, of which both are parts (Encoding Standard 4.2)."""
_HALF = re.compile("[\ud800-\udfff]")
"""Halves of characters, which UTF-7 can write and no text can hold."""
_VALID = "all bytes above 127 are valid UTF-8"
_UNKNOWN = "; it does not know all of the bytes"
_WIDE = ("utf-16", "utf-32")
"""What a document whose tags can be read byte by byte is not in, whatever it says."""
Facts = dict[str, str]
Guess = Callable[[bytes], Facts | None]
"""Name and evidence of the encoding in which bytes read best; None if there is none."""


ASCII = {"name": "ascii", "evidence": "no byte above 127"}


class HtmlDecoder:
    """Decodes a document that comes in pieces; `facts` are the name of its encoding with the evidence.

    A byte order mark decides, then UTF-8 if all or by far the most of the document is, then what the document says,
    then the guess, and last HTML's default; by the first piece that has a byte beyond ASCII.
    Bytes that the encoding does not know are marked, and the rows that they stand in are quarantined.
    """

    def __init__(self, guess: Guess | None = None) -> None:
        self.facts = ASCII
        self._guess = guess
        self._head = b""
        self._decoder: codecs.IncrementalDecoder | None = None

    def decode(self, piece: bytes, *, last: bool) -> bytes:
        """The next piece in UTF-8."""
        self._head = self._head or piece[:_LOOKED_AT]
        if self._decoder is None:
            if piece.isascii():
                return piece
            self.facts, mark = _find_facts(piece, self._head, self._guess, last=last)
            if not self.facts["evidence"].startswith(_VALID):
                check_html_encodings(piece)
            self._decoder, piece = codecs.getincrementaldecoder(self.facts["name"])(MARKING), piece[mark:]
        text = self._decoder.decode(piece, last)
        if DAMAGE_IN_TEXT in text and not self.facts["evidence"].endswith(_UNKNOWN):
            self.facts = {**self.facts, "evidence": self.facts["evidence"] + _UNKNOWN}
        return _HALF.sub(lambda found: f"\ufdd0{ord(found[0]):x}\ufdd1", text).encode()


def _find_facts(piece: bytes, head: bytes, guess: Guess | None, *, last: bool) -> tuple[Facts, int]:
    """The encoding of a piece with bytes beyond ASCII, and how long its byte order mark is."""
    for mark, name in MARKS:
        if piece.startswith(mark):
            return {"name": name, "evidence": f"byte order mark {mark.hex().upper()}"}, len(mark)
    if can_hold("utf-8", piece, last):
        return {"name": "utf-8", "evidence": _VALID}, 0
    if (damaged := find_damaged_utf8(piece)) is not None:
        return {"name": "utf-8", "evidence": damaged.describe()}, 0
    return _find_declared(head) or (guess and guess(piece)) or _default(), 0


def _find_declared(head: bytes) -> Facts | None:
    found = _XML_DECLARED.match(head.lstrip()) or _DECLARED.search(head)
    if found is None:
        return None
    declared = found[1].decode()
    try:
        name = codecs.lookup(declared).name
        b"".decode(name)  # which is a fault for codecs that are none of text
    except LookupError:
        return None
    if name.startswith(_WIDE):
        return None
    return {"name": "cp1252" if name in _WESTERN else name, "evidence": f"the document says {declared}"}


def _default() -> Facts:
    return {"name": "cp1252", "evidence": "not UTF-8, and the document does not say; this is HTML's default"}
