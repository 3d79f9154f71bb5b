"""EDI messages of any kind (X12, EDIFACT, TRADACOMS) as rows: a segment's name, then its elements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from sys import intern
from typing import Any

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.decoding import DAMAGE_IN_TEXT
from conditioners.readers.edi.envelopes import read_messages
from conditioners.readers.edi.interchanges import split_segments
from conditioners.readers.edi.segments import Segment
from conditioners.readers.edi.text import decode_interchanges, open_declared, read_packed
from conditioners.rules import Rule
from conditioners.structure.encodings import describe_encoding, open_decoder
from conditioners.structure.records import Misplaced, Record, RecordGrid

_NO_MARKS = bytes(code for code in range(256) if code > 0x7F or re.match(r"[\w\s]", chr(code)))
_ISA = re.compile(rb"ISA([^A-Za-z0-9 \r\n])\d{0,2}\1[^\r\n]{0,60}?\1\d{0,2}\1")
"""How X12 begins. A table whose first label is ISA has no codes of two digits beside it."""


def is_edi(head: bytes) -> bool:
    """Whether a file begins as an interchange."""
    start = head[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    found = _ISA.match(start)
    if found is not None:
        return start.count(found[1]) > 15
    if start.startswith(b"UNA"):
        return len(start) > 8 and not any(chr(mark).isalnum() for mark in start[3:9])
    return start.startswith((b"UNB+", b"UNB\x1d", b"STX="))


def open_segments(opened: OpenedRaw, limits: Limits) -> Iterator[RecordGrid]:
    """All segments of an interchange, one in each row; trailers that contradict what stands before them are at fault.

    Raises Refusal when it is too large, or a segment or an envelope has no end.
    """
    data = read_packed(opened, limits)
    text, encoding = _decode(data, opened.head)
    segments = list(split_segments(text))
    if not segments:
        raise Refusal("the interchange has no segment behind its marks")
    faults = _find_faults(segments)
    width = max(len(segment.elements) for segment in segments)
    if width > limits.columns:
        raise Refusal(f"a segment has more than {limits.columns} elements")
    labels = ("segment", *(f"element_{number}" for number in range(1, width)))

    def read() -> Iterator[tuple[str, Record] | Misplaced]:
        for segment in segments:
            if segment.number in faults:
                yield Misplaced(segment.place, segment.raw, Rule.WRONG_ENVELOPE, faults[segment.number])
            else:
                yield segment.place, dict(zip(labels, segment.elements, strict=False))

    marks = segments[0].marks
    form: dict[str, Any] = {"format": marks.kind, "delimiter": marks.element, "terminator": marks.terminator}
    yield RecordGrid(opened.member, form, labels, read, encoding)


def _decode(data: bytes, head: bytes) -> tuple[str, dict[str, str]]:
    """The text, and its encoding with the evidence: declared, guessed, or the usual one if a guess is wrong."""
    if open_declared(data) is None:
        decoder = open_decoder(head)
        text = decoder.feed(data, last=True).decode()
        # A letter of two bytes may end with one that is a mark in ASCII; where it does, it is no such letter.
        is_whole = _count_marks(text.encode()) >= _count_marks(data)
        if (is_whole and DAMAGE_IN_TEXT not in text) or decoder.name.startswith("utf"):
            return text, describe_encoding(decoder)
    return decode_interchanges(data)


def _count_marks(data: bytes) -> int:
    """How many characters of ASCII are no letters, digits or blanks."""
    return len(data.translate(None, _NO_MARKS))


def _find_faults(segments: Sequence[Segment]) -> dict[int, str]:
    """What is wrong with segments of the envelopes, by number."""
    faults: dict[int, str] = {}
    # Hundreds of thousands may be the same one.
    for message in read_messages(segments, lambda segment, fault: faults.update({segment.number: intern(fault)})):
        if message.fault is not None:
            faults[message.segments[-1].number] = message.fault
    return faults
