"""Refuses markup whose form costs its parser time or memory, by counts that cost next to nothing."""

from __future__ import annotations

import codecs
import re
from itertools import islice

from conditioners.outcome import Refusal
from conditioners.readers.decoding import begin_text, find_mark

_ATTRIBUTES = 500
"""Of one tag: each is compared with all before it."""
_TABLES = 10_000
_BARE_MARKS = 1_000_000
"""Marks that begin no tag, each of which the parser hands on as a text of its own."""
_LONGEST_REST = 1 << 18
"""Bytes of a tag that may be looked at together with the next piece."""
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
_BARE = re.compile(rb"<(?![a-z/!?])", re.IGNORECASE)
_TABLE = re.compile(rb"<table[\s/>]", re.IGNORECASE)
_CHARSET = re.compile(rb"(?:charset|encoding)\s*+=\s*+[\"']?\s*+([^\s\"'>;/?]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"'>]*)")
_EBCDIC = b"\x4c\x6f\xa7\x94"
"""How `<?xml` begins on mainframes."""


class HtmlCheck:
    """Looks at a document, which may come in pieces."""

    def __init__(self) -> None:
        self._tables, self._bare, self._line = 0, 0, 1
        self._rest = b""
        """A tag that may go on in the next piece."""

    def take(self, piece: bytes, *, last: bool) -> None:
        """Raises Refusal when there are too many tables, marks of tags that are none, or attributes in one tag."""
        text = self._rest + piece
        cut = len(text) if last else max(text.rfind(b"<"), len(text) - _LONGEST_REST)
        text, self._rest = text[:cut], text[cut:]
        self._tables += sum(1 for _ in _TABLE.finditer(text))
        if self._tables > _TABLES:
            raise Refusal(f"the HTML document has more than {_TABLES} tables")
        self._bare += sum(1 for _ in islice(_BARE.finditer(text), _BARE_MARKS + 1))
        if self._bare > _BARE_MARKS:
            raise Refusal(f"the HTML document has more than {_BARE_MARKS} marks < that begin no tag")
        for token in _TOKEN.finditer(text):
            if token[2] is not None:
                line = self._line + text.count(b"\n", 0, token.start())
                raise Refusal(f"a tag of the HTML document has more than {_ATTRIBUTES} attributes", f"line {line}")
        self._line += text.count(b"\n")


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
