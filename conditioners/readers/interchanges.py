"""Splits EDI files (X12, EDIFACT, TRADACOMS) into segments: each interchange by the marks that it declares.

After ASC X12.5 and X12.6, ISO 9735 (application level syntax rules), and the TRADACOMS syntax of the ANA.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from conditioners.outcome import Refusal

X12, EDIFACT, TRADACOMS = "X12", "EDIFACT", "TRADACOMS"
BLANKS = "\ufeff \t\r\n\x1a\0"
"""What may stand before, between and behind interchanges and belongs to none."""
_ISA_LENGTH, _ISA_ELEMENTS = 106, 16
_UNA_LENGTH = 9
_LONGEST_HEADER = 1000
"""Characters of UNB with what stands behind it."""
_BEHIND_UNB = ("UNG", "UNH", "UNZ")
_LINE_ENDS = ("\r", "\n")
_BREAKS = re.compile(r"[\r\n]")
_UNA = re.compile(r"((?:[\r\n]*[^\r\n]){8})(?:[\r\n]+(?!UN|[\r\n]))?([\s\S])")
"""UNA may have been wrapped; a line break ends segments only if the next one stands behind it."""
_FIRST_REPEATING = ("4", "00402")
"""The first versions of EDIFACT's syntax and of X12 in which elements may be repeated."""
_TRAILERS = {X12: "IEA", EDIFACT: "UNZ", TRADACOMS: "END"}
_BINARY = ("BIN", "BDS")
"""Segments that hold another file, of which line breaks are a part."""
_MOST = 2_000_000


class Marks(NamedTuple):
    """What tells segments, elements and components apart, and takes a mark's meaning away."""

    kind: str
    element: str
    component: str
    terminator: str
    release: str = ""
    repetition: str = ""
    """What tells an element that comes several times apart, in the versions that have it."""


_EDIFACT = Marks(EDIFACT, "+", ":", "'", "?")
"""What goes without saying, in TRADACOMS as well."""
_LEVEL_B = Marks(EDIFACT, "\x1d", "\x1f", "\x1c")
"""The separators of character set UNOB, which nothing needs to declare (ISO 9735, level B): none can stand in text."""


class Segment(NamedTuple):
    """One segment: its number in the file from 1, its text without line breaks that mean nothing, and its marks."""

    number: int
    text: str
    marks: Marks
    name: str
    """Such as `LIN`."""
    elements: tuple[str, ...]
    """The first one is its name; release characters are kept."""

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


def split_segments(text: str) -> Iterator[Segment]:
    """All segments of all interchanges; raises Refusal when one declares no marks, or the last segment has no end."""
    number, at, elements, marks, first = 0, _skip_blanks(text, 0), 0, _EDIFACT, _EDIFACT
    while at < len(text):
        marks, at = _find_marks(text, at, marks, number + 1)
        if number == 0:
            first = marks
            elements = sum(map(text.count, filter(None, (*marks[1:4], marks.repetition))))
            _require_few(elements)
        has_others = marks != first
        breaks = "".join(mark for mark in "\r\n" if mark not in marks)
        for found, end in _cut_interchange(text, at, marks):
            number, at = number + 1, end
            if has_others:
                elements += 1 + sum(found.count(mark) for mark in (*marks[1:3], marks.repetition) if mark)
                _require_few(elements)
            segment = _make_segment(number, found, marks, breaks)
            yield segment
            if segment.name == _TRAILERS[marks.kind]:
                break
        else:
            if text[at:].strip(BLANKS):
                raise Refusal("the file ends within a segment", f"segment {number + 1}")
        at = _skip_blanks(text, at)


def _require_few(elements: int) -> None:
    """Marks without anything between them would fill memory with nothing."""
    if elements > _MOST:
        raise Refusal(f"the interchange has more than {_MOST} elements")


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in BLANKS:
        at += 1
    return at


def _cut_interchange(text: str, at: int, marks: Marks) -> Iterator[tuple[str, int]]:
    """The texts of an interchange's segments, and where each ends; ISA may end with its line, others with a mark."""
    end = _find_isa_end(text, at, marks.element) if marks.kind == X12 else None
    if end and text[end : end + 1] in _LINE_ENDS and marks.terminator not in (*_LINE_ENDS, text[end - 1]):
        yield text[at:end], end + 1
        at = end + 1
    yield from _cut(text, at, marks)


def _cut(text: str, at: int, marks: Marks) -> Iterator[tuple[str, int]]:
    """The texts of segments from a place on, and where each ends."""
    release, end = re.escape(marks.release), re.escape(marks.terminator)
    # A line may have been wrapped behind a release character.
    pattern = re.compile(rf"{release}[\r\n]*[\s\S]|{end}" if release else end)
    start = at
    for found in pattern.finditer(text, at):
        if found[0] == marks.terminator:
            yield text[start : found.start()], found.end()
            start = found.end()
    rest = text[start:].strip(BLANKS)
    if marks.terminator in _LINE_ENDS and rest.startswith(_TRAILERS[marks.kind]):
        # The last line of a text may lack its end; any other segment without one has been cut off.
        yield rest, len(text)


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
    elements = tuple(split_released(text, marks.element, marks.release))
    name = elements[0].replace(marks.release, "") if marks.release else elements[0]
    return Segment(number, text, marks, name, elements)


def _find_marks(text: str, at: int, last: Marks, number: int) -> tuple[Marks, int]:
    """The marks of the interchange that begins at a place, behind one of others, and where its first segment begins."""
    where, start = f"segment {number}", _without_breaks(text, at)
    if start.startswith("ISA"):
        return _find_x12_marks(text, at, start[3:4], where), at
    if start.startswith("UNA"):
        return _find_una_marks(text, at, where)
    if start.startswith("UNB"):
        # UNA holds for one interchange, but some programs write it before the first of several alone.
        usable = [marks for marks in (last, _EDIFACT, _LEVEL_B) if start.startswith("UNB" + marks.element)]
        found = next((marks for marks in usable if _begins_edifact(text, at, marks)), _EDIFACT)
        if found in usable:
            usual = "*" if found.terminator == _EDIFACT.terminator else ""
            return _with_repetition(text, at, found, found.repetition or usual), at
    if start.startswith("STX="):
        return _EDIFACT._replace(kind=TRADACOMS), at
    raise Refusal(f"expected an interchange (ISA, UNA, UNB+ or STX=), not {start[:4]!r}", where)


def _without_breaks(text: str, at: int) -> str:
    """The first characters from a place on, which may have been wrapped."""
    return _BREAKS.sub("", text[at : at + 2 * _UNA_LENGTH])


def _find_una_marks(text: str, at: int, where: str) -> tuple[Marks, int]:
    whole = _UNA.match(text, at)
    if whole is None:
        raise Refusal("the file ends within its first segment", where)
    behind = whole.end()
    told = _BREAKS.sub("", whole[1]) + whole[2]
    component, element, _, release, repetition, terminator = tuple(told[3:])
    if terminator in _LINE_ENDS and _ends_line(text, behind, _EDIFACT.terminator):
        terminator = _EDIFACT.terminator
    marks = Marks(EDIFACT, element, component, terminator, release.strip())
    marks = _require_usable(marks, "the UNA segment declares no usable delimiters", where)
    return _with_repetition(text, _skip_blanks(text, behind), marks, repetition), behind


def _with_repetition(text: str, at: int, marks: Marks, repetition: str) -> Marks:
    """The marks with that of repeated elements, if the UNB segment at a place is of a version that has one."""
    _, _, syntax = text[at : at + _LONGEST_HEADER].partition("UNB" + marks.element)
    version = _BREAKS.sub("", syntax.partition(marks.element)[0]).split(marks.component)[1:2]
    return _repeat_by(marks, repetition if version >= [_FIRST_REPEATING[0]] else "")


def _repeat_by(marks: Marks, repetition: str) -> Marks:
    """The marks with one of repeated elements; a letter or blank is none, and neither is one that has a meaning."""
    is_mark = repetition.strip() and not repetition.isalnum() and repetition not in marks[1:5]
    return marks._replace(repetition=repetition if is_mark else "")


def _begins_edifact(text: str, at: int, marks: Marks) -> bool:
    """Whether the segment at a place is a first one under some marks, which shows by the name of the one behind it."""
    start = text[at : at + _LONGEST_HEADER]
    _, following = next(_cut(start, 0, marks), ("", len(start)))
    return _without_breaks(start, _skip_blanks(start, following)).startswith(_BEHIND_UNB)


def _find_x12_marks(text: str, at: int, element: str, where: str) -> Marks:
    """The marks behind the sixteenth element mark of the ISA segment, which may have lost its fixed width."""
    end = _find_isa_end(text, at, element)
    if end is None and len(text) < at + _ISA_LENGTH:
        raise Refusal("the interchange does not begin with a whole ISA segment", where)
    behind = text[end - 1 : end + 1] if end is not None else ""
    marks = Marks(X12, element, behind[:1], behind[1:])
    if end is not None and marks.terminator in _LINE_ENDS:
        if _ends_line(text, end + 1, marks.component):
            # What ends each line ends its segment: the mark of components has been left out.
            marks = Marks(X12, element, "", marks.component)
        elif mark := _find_mark_behind_code(text, end + 1, marks):
            marks = marks._replace(terminator=mark)
    marks = _require_usable(marks, "the ISA segment declares no usable delimiters", where)
    repetition, version = _BREAKS.sub("", text[at:end]).split(element)[11:13]
    return _repeat_by(marks, repetition if version >= _FIRST_REPEATING[1] else "")


def _find_isa_end(text: str, at: int, element: str) -> int | None:
    """The place behind the one character that stands behind ISA's sixteenth element mark; None if there is none."""
    place = at
    for _ in range(_ISA_ELEMENTS if element else 0):
        place = text.find(element, place, at + 4 * _ISA_LENGTH) + 1
        if not place:
            return None
    return place + 1 if element else None


def _find_mark_behind_code(text: str, at: int, marks: Marks) -> str:
    """The mark that ends the segment behind ISA though ISA's line end declares another: its last element is a code."""
    element = re.escape(marks.element)
    code = rf"(?:GS(?:{element}[^\r\n{element}]*){{7}}|TA1(?:{element}[^\r\n{element}]*){{4}}){element}[A-Z0-9]*"
    found = re.compile(rf"[\r\n]*{code}([^A-Za-z0-9\s{element}])", re.ASCII).match(text, at)
    return found[1] if found and found[1] != marks.component else ""


def _ends_line(text: str, at: int, mark: str) -> bool:
    """Whether a mark stands at the end of the first line from a place on that holds anything."""
    line = text[at : at + 4 * _ISA_LENGTH].lstrip(BLANKS)
    return re.split(r"[\r\n]", line, maxsplit=1)[0].endswith(mark)


def _require_usable(marks: Marks, reason: str, where: str) -> Marks:
    told = [mark for mark in marks[1:] if mark]
    is_clear = len(set(told)) == len(told) and bool(marks.element) and bool(marks.terminator)
    inner = (marks.element, marks.component, marks.release)
    if not is_clear or any(_is_letter(mark) for mark in told) or any(mark in (" ", *_LINE_ENDS) for mark in inner):
        raise Refusal(reason, where)
    return marks


def _is_letter(mark: str) -> bool:
    """Whether a mark is one that values are made of."""
    return mark.isascii() and mark.isalnum()
