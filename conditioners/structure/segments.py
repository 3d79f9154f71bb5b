"""EDI messages of any kind (X12, EDIFACT, TRADACOMS) as rows: a segment's name, then its elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.edifact import split_released
from conditioners.readers.interchanges import check_marks
from conditioners.structure.encodings import describe_encoding, open_decoder
from conditioners.structure.records import Record, RecordGrid

_ISA = 106
_TRAILERS = ("IEA", "UNZ", "END")


@dataclass(frozen=True)
class _Marks:
    kind: str
    element: str
    terminator: str
    release: str = ""


def is_edi(head: bytes) -> bool:
    """Whether a file begins as an interchange."""
    start = head[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"ISA"):
        return len(start) > 3 and not start[3:4].isalnum() and not start[3:4].isspace() and start.count(start[3:4]) > 15
    if start.startswith(b"UNA"):
        return len(start) > 8 and not any(chr(mark).isalnum() for mark in start[3:9])
    return start.startswith((b"UNB+", b"STX="))


def open_segments(opened: OpenedRaw, limits: Limits) -> Iterator[RecordGrid]:
    """All segments of an interchange, one in each row; raises Refusal when it is too large or one has no end."""
    decoder = open_decoder(opened.head)
    text = decoder.feed(opened.read_whole("the interchange", limits.document_bytes), last=True).decode()
    text = text.lstrip()
    marks = _find_marks(text)
    if marks is None:
        raise Refusal("the interchange declares no usable delimiters", "segment 1")
    rows = list(_split(text, marks))
    width = max((len(elements) for elements in rows), default=0)
    if width > limits.columns:
        raise Refusal(f"a segment has more than {limits.columns} elements")
    labels = ("segment", *(f"element_{number}" for number in range(1, width)))

    def read() -> Iterator[tuple[str, Record]]:
        for number, elements in enumerate(rows, start=1):
            yield f"segment {number}", dict(zip(labels, elements, strict=False))

    form: dict[str, Any] = {"format": marks.kind, "delimiter": marks.element, "terminator": marks.terminator}
    yield RecordGrid(opened.member, form, labels, read, describe_encoding(decoder))


def _find_marks(text: str) -> _Marks | None:
    """The marks that the first segment declares, or that go without saying."""
    if text.startswith("ISA") and len(text) > 3:
        element = text[3]
        parts = text[: 4 * _ISA].split(element, 16)
        if len(parts) < 17 or len(parts[16]) < 2 or _is_letter(element) or _is_letter(parts[16][1]):
            return None
        return _Marks("X12", element, parts[16][1])
    if text.startswith("UNA") and len(text) > 8:
        return _Marks("EDIFACT", text[4], text[8], text[6].strip())
    if text.startswith("UNB+"):
        return _Marks("EDIFACT", "+", "'", "?")
    return _Marks("TRADACOMS", "+", "'", "?") if text.startswith("STX=") else None


def _is_letter(mark: str) -> bool:
    """Whether a mark is one that values are made of."""
    return mark.isascii() and mark.isalnum()


def _split(text: str, marks: _Marks) -> Iterator[list[str]]:
    check_marks(text, marks.terminator, marks.element)
    *whole, rest = split_released(text[9:] if text.startswith("UNA") else text, marks.terminator, marks.release)
    if marks.terminator == "\n" and rest.startswith(_TRAILERS):
        # The last line of a text may lack its end; any other segment without one has been cut off.
        whole, rest = [*whole, rest], ""
    if rest.strip():
        raise Refusal("the file ends within a segment", f"segment {len(whole) + 1}")
    for segment in whole:
        # Blanks before a terminator belong to the last element; a line end does not.
        inner = segment.lstrip("\r\n\t ").rstrip("\r\n")
        if marks.kind == "TRADACOMS":
            inner = inner.replace("=", marks.element, 1)
        yield split_released(inner, marks.element, marks.release)
