"""The text of EDI files, in the character set that their first segment names, as EDIFACT's does, or the usual one."""

from __future__ import annotations

import re

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.decoding import Decoder
from conditioners.readers.edi.segments import BLANKS

_CODE_PAGES = {
    b"UNOD": "iso8859-2", b"UNOE": "iso8859-5", b"UNOF": "iso8859-7", b"UNOG": "iso8859-3", b"UNOH": "iso8859-4",
    b"UNOI": "iso8859-6", b"UNOJ": "iso8859-8", b"UNOK": "iso8859-9", b"UNOW": "utf-8", b"UNOY": "utf-8",
}  # fmt: skip
"""The character sets that the first element of UNB stands for (ISO 9735-1, annex A); UNOC is the usual one here."""
_USUAL = ("cp1252", "latin-1")
"""ISO 8859-1, and what its users take its controls for."""
_TERMINATORS = (b"'", b"~", b"\n", b"\x1c")
_ISA_TERMINATOR = slice(105, 106)
"""Where an interchange of X12 declares another one."""
_SYNTAX = re.compile(rb"(?:UNA.{6}\s*|^)UNB.\s*(UNO[A-Z])", re.DOTALL)


def read_interchanges(opened: OpenedRaw, limits: Limits) -> tuple[str, dict[str, str]]:
    """The text of a file of interchanges, and its encoding with the evidence."""
    return decode_interchanges(read_packed(opened, limits))


def read_packed(opened: OpenedRaw, limits: Limits) -> bytes:
    """The bytes of a file of interchanges; raises Refusal when they are too many, or segments for what they came in."""
    data = opened.read_whole("the interchange", limits.document_bytes)
    segments = max(map(data.count, (*_TERMINATORS, data[_ISA_TERMINATOR] or _TERMINATORS[0])))
    free, ratio = limits.segments_free, limits.segments_ratio
    if opened.whole is not None and segments > free + ratio * opened.whole:
        most = f"{free} segments and {ratio} more for each of the packed file's bytes"
        raise Refusal(f"the interchange has more than {most}; unpack it first")
    return data


def decode_interchanges(data: bytes) -> tuple[str, dict[str, str]]:
    """The text of interchanges, and its encoding with the evidence."""
    decoder, told = open_declared(data) or (Decoder(_USUAL), "")
    text = decoder.feed(data, last=True).decode()
    return text, {"name": decoder.name, "evidence": decoder.evidence + told}


def open_declared(head: bytes) -> tuple[Decoder, str] | None:
    """A decoder for the character set that EDIFACT's first segment names, and how to tell so; None if it names none."""
    found = _SYNTAX.match(head[:200].lstrip(b"\xef\xbb\xbf" + BLANKS[1:].encode()))
    name = found[1] if found else b""
    if name not in _CODE_PAGES and name != b"UNOC":
        return None
    pages = (_CODE_PAGES[name],) if name in _CODE_PAGES else _USUAL
    return Decoder(pages), f"; UNB says {name.decode()}"
