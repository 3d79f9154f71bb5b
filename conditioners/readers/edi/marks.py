"""Finds the marks of an EDI interchange: those that it declares, or that go without saying.

After ASC X12.5 and X12.6, ISO 9735 (application level syntax rules), and the TRADACOMS syntax of the ANA.
"""

from __future__ import annotations

import re

from conditioners.outcome import Refusal
from conditioners.readers.edi.segments import (
    BLANKS,
    EDIFACT,
    LINE_ENDS,
    TRADACOMS,
    X12,
    Marks,
    cut_texts,
    skip_blanks,
)

_ISA_LENGTH, _ISA_ELEMENTS = 106, 16
_UNA_LENGTH = 9
_LONGEST_HEADER = 1000
"""Characters of UNB with what stands behind it."""
_BEHIND_UNB = ("UNG", "UNH", "UNZ")
_BREAKS = re.compile(r"[\r\n]")
_UNA = re.compile(r"((?:[\r\n]*[^\r\n]){8})(?:[\r\n]+(?!UN|[\r\n]))?([\s\S])")
"""UNA may have been wrapped; a line break ends segments only if the next one stands behind it."""
_FIRST_REPEATING = ("4", "00402")
"""The first versions of EDIFACT's syntax and of X12 in which elements may be repeated."""
USUAL = Marks(EDIFACT, "+", ":", "'", "?")
"""What goes without saying in EDIFACT, and in TRADACOMS as well."""
_LEVEL_B = Marks(EDIFACT, "\x1d", "\x1f", "\x1c")
"""The separators of character set UNOB, which nothing needs to declare (ISO 9735, level B): none can stand in text."""


def find_marks(text: str, at: int, last: Marks, number: int) -> tuple[Marks, int]:
    """The marks of the interchange that begins at a place, behind one of others, and where its first segment begins."""
    where, start = f"segment {number}", _without_breaks(text, at)
    if start.startswith("ISA"):
        return _find_x12_marks(text, at, start[3:4], where), at
    if start.startswith("UNA"):
        return _find_una_marks(text, at, where)
    if start.startswith("UNB"):
        # UNA holds for one interchange, but some programs write it before the first of several alone.
        usable = [marks for marks in (last, USUAL, _LEVEL_B) if start.startswith("UNB" + marks.element)]
        found = next((marks for marks in usable if _begins_edifact(text, at, marks)), USUAL)
        if found in usable:
            usual = "*" if found.terminator == USUAL.terminator else ""
            return _with_repetition(text, at, found, found.repetition or usual), at
    if start.startswith("STX="):
        return USUAL._replace(kind=TRADACOMS), at
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
    if terminator in LINE_ENDS and _ends_line(text, behind, USUAL.terminator):
        terminator = USUAL.terminator
    marks = Marks(EDIFACT, element, component, terminator, release.strip())
    marks = _require_usable(marks, "the UNA segment declares no usable delimiters", where)
    return _with_repetition(text, skip_blanks(text, behind), marks, repetition), behind


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
    _, following = next(cut_texts(start, 0, marks), ("", len(start)))
    return _without_breaks(start, skip_blanks(start, following)).startswith(_BEHIND_UNB)


def _find_x12_marks(text: str, at: int, element: str, where: str) -> Marks:
    """The marks behind the sixteenth element mark of the ISA segment, which may have lost its fixed width."""
    end = find_isa_end(text, at, element)
    if end is None and len(text) < at + _ISA_LENGTH:
        raise Refusal("the interchange does not begin with a whole ISA segment", where)
    behind = text[end - 1 : end + 1] if end is not None else ""
    marks = Marks(X12, element, behind[:1], behind[1:])
    if end is not None and marks.terminator in LINE_ENDS:
        if _ends_line(text, end + 1, marks.component):
            # What ends each line ends its segment: the mark of components has been left out.
            marks = Marks(X12, element, "", marks.component)
        elif mark := _find_mark_behind_code(text, end + 1, marks):
            marks = marks._replace(terminator=mark)
    marks = _require_usable(marks, "the ISA segment declares no usable delimiters", where)
    repetition, version = _BREAKS.sub("", text[at:end]).split(element)[11:13]
    return _repeat_by(marks, repetition if version >= _FIRST_REPEATING[1] else "")


def find_isa_end(text: str, at: int, element: str) -> int | None:
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
    if not is_clear or any(_is_letter(mark) for mark in told) or any(mark in (" ", *LINE_ENDS) for mark in inner):
        raise Refusal(reason, where)
    return marks


def _is_letter(mark: str) -> bool:
    """Whether a mark is one that values are made of."""
    return mark.isascii() and mark.isalnum()
