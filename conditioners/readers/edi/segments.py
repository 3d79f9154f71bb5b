"""Segments of EDI, and the marks that tell them and their parts apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from conditioners.readers.decoding import show_damage

X12, EDIFACT, TRADACOMS = "X12", "EDIFACT", "TRADACOMS"
BLANKS = "\ufeff \t\r\n\x1a\0"
"""What may stand before, between and behind interchanges and belongs to none."""
_BLANKS = re.compile(f"[{BLANKS}]+")
LINE_ENDS = ("\r", "\n")
TRAILERS = {X12: "IEA", EDIFACT: "UNZ", TRADACOMS: "END"}
"""The last segments of interchanges."""


class Marks(NamedTuple):
    """What tells segments, elements and components apart, and takes a mark's meaning away."""

    kind: str
    element: str
    component: str
    terminator: str
    release: str = ""
    repetition: str = ""
    """What tells an element that comes several times apart, in the versions that have it."""


class Segment(NamedTuple):
    """One segment, of which hundreds of thousands may be held: its number in the file from 1, and its marks."""

    number: int
    marks: Marks
    name: str
    """Such as `LIN`."""
    elements: tuple[str, ...]
    """The first one is its name; release characters are kept."""

    @property
    def text(self) -> str:
        """All of it, without line breaks that mean nothing."""
        return self.marks.element.join(self.elements)

    @property
    def raw(self) -> str:
        """Its text with what ends it."""
        return self.text + self.marks.terminator

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"segment {self.number}"

    def element(self, number: int) -> str:
        """An element by its number in the standard, such as 2 for XQ02; empty when it is left out."""
        return self.elements[number] if number < len(self.elements) else ""

    def components(self, number: int) -> tuple[str, ...]:
        """The parts of an element, at least one, as they are meant."""
        return self._part(self.element(number))

    def repeats(self, number: int) -> list[tuple[str, ...]]:
        """The parts of an element for each time that it is given, at least once."""
        element, marks = self.element(number), self.marks
        if not marks.repetition or marks.repetition not in element:
            return [self._part(element)]
        return [self._part(each) for each in split_released(element, marks.repetition, marks.release)]

    def _part(self, element: str) -> tuple[str, ...]:
        marks = self.marks
        if not marks.release or marks.release not in element:
            return tuple(element.split(marks.component)) if marks.component else (element,)
        parts = split_released(element, marks.component, marks.release)
        release = re.escape(marks.release)
        return tuple(re.sub(rf"{release}([\s\S])", r"\1", part) for part in parts)

    def component(self, number: int, component: int = 1) -> str:
        """A component by the numbers of the standard, such as (1, 2) for the second of the first element."""
        parts = self.components(number)
        return parts[component - 1] if component <= len(parts) else ""


def split_released(text: str, mark: str, release: str) -> list[str]:
    """The parts between marks; one behind a release character is text."""
    if not mark:
        return [text]
    if not release or release not in text:
        return text.split(mark)
    parts, start = [], 0
    for found in re.finditer(rf"{re.escape(release)}[\s\S]|{re.escape(mark)}", text):
        if found[0] == mark:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


def skip_blanks(text: str, at: int) -> int:
    """The next place, from one on, of what is no blank; the text's end if there is none."""
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def cut_texts(text: str, at: int, marks: Marks) -> Iterator[tuple[str, int]]:
    """The texts of segments from a place on, and where each ends."""
    release, end = re.escape(marks.release), re.escape(marks.terminator)
    # A line may have been wrapped behind a release character.
    released = rf"|{release}[\r\n]*[\s\S]?" if release else ""
    pattern = re.compile(rf"((?:[^{end}{release}]++{released})*+){end}")
    while found := pattern.match(text, at):
        at = found.end()
        yield found[1], at
    rest = text[at:].strip(BLANKS) if marks.terminator in LINE_ENDS else ""
    if rest.startswith(TRAILERS[marks.kind]):
        # The last line of a text may lack its end; any other segment without one has been cut off.
        yield rest, len(text)


def show_segments(segments: Sequence[Segment]) -> str:
    """The text of segments, for people."""
    return show_damage("".join(segment.raw for segment in segments))
