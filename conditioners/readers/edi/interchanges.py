"""Splits EDI files (X12, EDIFACT, TRADACOMS) into segments: each interchange by the marks that it declares."""

from __future__ import annotations

from collections.abc import Iterator
from sys import intern

from conditioners.outcome import Refusal
from conditioners.readers.edi.marks import USUAL, find_isa_end, find_marks
from conditioners.readers.edi.segments import (
    BLANKS,
    LINE_ENDS,
    TRADACOMS,
    TRAILERS,
    X12,
    Marks,
    Segment,
    cut_texts,
    skip_blanks,
    split_released,
)

_BINARY = ("BIN", "BDS")
"""Segments that hold another file, of which line breaks are a part."""
_MOST, _MOST_EMPTY = 2_000_000, 100_000
"""Elements, and segments of nothing but a name, unless as many have elements."""


def split_segments(text: str) -> Iterator[Segment]:
    """All segments of all interchanges; raises Refusal when one declares no marks, or the last segment has no end."""
    number, at, marks, size = 0, skip_blanks(text, 0), USUAL, None
    while at < len(text):
        marks, at = find_marks(text, at, marks, number + 1)
        size = size or _Size(text, marks)
        breaks = "".join(mark for mark in "\r\n" if mark not in marks)
        for found, end in _cut_interchange(text, at, marks):
            number, at = number + 1, end
            size.note_text(found, marks)
            segment = _make_segment(number, found, marks, breaks)
            size.note_segment(segment)
            yield segment
            if segment.name == TRAILERS[marks.kind]:
                break
        else:
            if text[at:].strip(BLANKS):
                raise Refusal("the file ends within a segment", f"segment {number + 1}")
            return
        at = skip_blanks(text, at)


class _Size:
    """What the segments of a text take: each method raises Refusal for more than is read."""

    def __init__(self, text: str, marks: Marks) -> None:
        """All of a text is counted by the marks of its first interchange, before any segment is cut."""
        self._first, self._empty = marks, 0
        self._elements = sum(map(text.count, filter(None, (*marks[1:4], marks.repetition))))
        self._released = text.count(marks.release) if marks.release else 0
        self._require_few()

    def note_text(self, found: str, marks: Marks) -> None:
        """The text of a segment, which other marks than those of the first interchange cut into more."""
        if marks != self._first:
            self._elements += 1 + sum(found.count(mark) for mark in (*marks[1:3], marks.repetition) if mark)
            self._released += found.count(marks.release) if marks.release else 0
            self._require_few()

    def note_segment(self, segment: Segment) -> None:
        """A name takes two bytes of the file and a hundred in memory; one with elements counts among these as well."""
        self._empty += len(segment.elements) == 1
        if self._empty > _MOST_EMPTY and self._empty * 2 > segment.number:
            reason = f"of the first {segment.number} segments {self._empty} are a name without elements"
            raise Refusal(reason, f"segment {segment.number}")

    def _require_few(self) -> None:
        """Marks without anything between them would fill memory with nothing, and each takes its time."""
        for count, what in ((self._elements, "elements"), (self._released, "release characters")):
            if count > _MOST:
                raise Refusal(f"the interchange has more than {_MOST} {what}")


def _cut_interchange(text: str, at: int, marks: Marks) -> Iterator[tuple[str, int]]:
    """The texts of an interchange's segments, and where each ends; ISA may end with its line, others with a mark."""
    end = find_isa_end(text, at, marks.element) if marks.kind == X12 else None
    if end and text[end : end + 1] in LINE_ENDS and marks.terminator not in (*LINE_ENDS, text[end - 1]):
        yield text[at:end], end + 1
        at = end + 1
    yield from cut_texts(text, at, marks)


def _make_segment(number: int, found: str, marks: Marks, breaks: str) -> Segment:
    """A segment from its text. Blanks before it belong to none, but those behind its last element to that.

    Line breaks that are no marks are none of the standards' characters: they were put in to wrap long lines.
    """
    text = found.lstrip(BLANKS)
    if marks.kind != X12 or not text.startswith(_BINARY):
        for each in breaks:
            text = text.replace(each, "")
    if marks.kind == TRADACOMS:
        text = text.replace("=", marks.element, 1)
    first, *others = split_released(text, marks.element, marks.release)
    first = intern(first)  # The same few names come again and again.
    name = first.replace(marks.release, "") if marks.release else first
    return Segment(number, marks, name, (first, *others))
