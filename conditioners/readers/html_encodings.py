"""The encoding of an HTML document, with the evidence for it, and the document in UTF-8."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from conditioners.readers.decoding import MARKING
from conditioners.readers.utf8 import find_damaged_utf8

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_LOOKED_AT = 4096
_DECLARED = re.compile(rb"<meta\s[^>]*?charset\s*+=\s*+[\"']?\s*+([a-z0-9_.:-]{1,40})", re.IGNORECASE)
_XML_DECLARED = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']\s*([a-z0-9_.:-]{1,40})", re.IGNORECASE)
_WESTERN = frozenset({"ascii", "iso8859-1"})
"""What browsers take for Windows-1252, of which both are parts (Encoding Standard 4.2)."""
_HALF = re.compile("[\ud800-\udfff]")
"""Halves of characters, which UTF-7 can write and no text can hold."""
_WIDE = ("utf-16", "utf-32")
"""What a document whose tags can be read byte by byte is not in, whatever it says."""
Facts = dict[str, str]
Guess = Callable[[bytes], Facts | None]
"""Name and evidence of the encoding in which bytes read best; None if there is none."""


def decode_html(data: bytes, guess: Guess | None = None) -> tuple[bytes, Facts]:
    """A document in UTF-8, and the name of its encoding with the evidence.

    A byte order mark decides, then UTF-8 if all or by far the most of the document is, then what the document says,
    then the guess, and last HTML's default.
    Bytes that the encoding does not know are marked, and the rows that they stand in are quarantined.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], {"name": name, "evidence": f"byte order mark {mark.hex().upper()}"})
    if data.isascii():
        return data, {"name": "ascii", "evidence": "no byte above 127"}
    if _holds(data, "utf-8"):
        return data, {"name": "utf-8", "evidence": "all bytes above 127 are valid UTF-8"}
    if (damaged := find_damaged_utf8(data)) is not None:
        return _decode(data, {"name": "utf-8", "evidence": damaged.describe()})
    return _decode(data, _find_declared(data) or (guess and guess(data)) or _default())


def _find_declared(data: bytes) -> Facts | None:
    found = _XML_DECLARED.match(data.lstrip()) or _DECLARED.search(data[:_LOOKED_AT])
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


def _decode(data: bytes, facts: Facts) -> tuple[bytes, Facts]:
    name = facts["name"]
    if not _holds(data, name):
        facts = {**facts, "evidence": f"{facts['evidence']}; it does not know all of the bytes"}
    text = data.decode(name, MARKING)
    return _HALF.sub(lambda found: f"\ufdd0{ord(found[0]):x}\ufdd1", text).encode(), facts


def _holds(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True
