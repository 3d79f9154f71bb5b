"""Refuses markup whose form costs its parser time or memory, by counts that cost next to nothing."""

from __future__ import annotations

import codecs
import re

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.decoding import begin_text, find_mark

_ATTRIBUTES = 500
"""Of one tag: each is compared with all before it."""
_TABLES = 10_000
_MARKS = "<>=/ \"'abcxyzABCXYZ0189"
_ESCAPED = frozenset({"utf-7", "punycode", "idna", "unicode-escape", "raw-unicode-escape"})
"""Encodings in which a mark can be written as other bytes than in ASCII."""
_WIDE = ("utf-16", "utf-32")
_ATTRIBUTE = rb"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+)?)?"""
_RAW = rb"script|style|title|textarea|xmp|iframe|noembed|noframes|plaintext"
_TOKEN = re.compile(
    rb"<!--(?:-?>|[\s\S]*?(?:--!?>|\Z))"
    rb"|<(" + _RAW + rb")(?=[\s/>])[^>]*+>[\s\S]*?(?:</\1|\Z)"
    rb"|</?[a-z][^\s/>]*+(?:" + _ATTRIBUTE + rb"){0," + str(_ATTRIBUTES).encode() + rb"}+(" + _ATTRIBUTE + rb")?+",
    re.IGNORECASE,
)  # fmt: skip
"""What HTML's tokenizer takes for a comment, for an element of raw text, and for a tag (HTML 13.2.5)."""
_TABLE = re.compile(rb"<table[\s/>]", re.IGNORECASE)
_CHARSET = re.compile(rb"(?:charset|encoding)\s*+=\s*+[\"']?\s*+([^\s\"'>;/?]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"'>]*)")
_EBCDIC = b"\x4c\x6f\xa7\x94"
"""How `<?xml` begins on mainframes."""


def check_html(data: bytes, limits: Limits) -> None:
    """Raises Refusal when a document has too many tags, tables, or attributes in one tag."""
    if data.count(b"<") > limits.html_marks:
        raise Refusal(f"the HTML document has more than {limits.html_marks} tags")
    if data.count(b"<") - data.count(b"</") > limits.html_elements:
        raise Refusal(f"the HTML document has more than {limits.html_elements} elements")
    if sum(1 for _ in _TABLE.finditer(data)) > _TABLES:
        raise Refusal(f"the HTML document has more than {_TABLES} tables")
    for token in _TOKEN.finditer(data):
        if token[2] is not None:
            line = 1 + data.count(b"\n", 0, token.start())
            raise Refusal(f"a tag of the HTML document has more than {_ATTRIBUTES} attributes", f"line {line}")


def check_html_encodings(data: bytes) -> None:
    """Raises Refusal when a document says it is in an encoding that hides its marks."""
    for name in {found[1] for found in _CHARSET.finditer(data)}:
        _require_plain(name, "the HTML document")


def check_xml_encoding(head: bytes) -> None:
    """Raises Refusal when a document says, or shows, that it is in an encoding that hides its marks."""
    if head.startswith(_EBCDIC):
        raise Refusal("the XML document is in EBCDIC, in which it is not read")
    declared = _XML_ENCODING.match(begin_text(head))
    if declared is not None:
        _require_plain(declared[1], "the XML document")


def describe_xml_encoding(head: bytes) -> dict[str, str]:
    """The encoding that a document is in by its beginning, and what tells it; its parser tells neither on the way."""
    if marked := find_mark(head):
        return {"name": marked, "evidence": "byte order mark"}
    if declared := _XML_ENCODING.match(begin_text(head)):
        return {"name": declared[1].decode("latin-1").lower(), "evidence": "the XML declaration"}
    if 0 in head[:2]:
        return {"name": "utf-16-be" if head[0] == 0 else "utf-16-le", "evidence": "the NULs of its first characters"}
    return {"name": "utf-8", "evidence": "no XML declaration names another"}


def _require_plain(name: bytes, what: str) -> None:
    if not _is_plain(name.decode("latin-1")):
        raise Refusal(f"{what} is in {name.decode('latin-1')[:40]!a}, an encoding in which it is not read")


def _is_plain(name: str) -> bool:
    """Whether marks are in an encoding what they are in ASCII, or wide characters of the same numbers."""
    try:
        known = codecs.lookup(name).name
        if known.startswith(_WIDE):
            return True
        return known not in _ESCAPED and _MARKS.encode(known) == _MARKS.encode()
    except (LookupError, UnicodeError, ValueError):
        return False
