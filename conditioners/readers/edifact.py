"""EDIFACT: the envelope (UNB, UNH and their trailers), split by the marks it declares and checked strictly.

After ISO 9735 (application level syntax rules), syntax versions 1 to 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from conditioners.outcome import Refusal
from conditioners.readers.interchanges import check_marks


@dataclass(frozen=True)
class Marks:
    """What tells components, elements and segments apart, and takes a mark's meaning away."""

    component: str = ":"
    element: str = "+"
    release: str = "?"
    terminator: str = "'"


@dataclass(frozen=True)
class Segment:
    """One segment: its number in the file from 1, its elements (the first being its name), and its raw text."""

    number: int
    elements: tuple[tuple[str, ...], ...]
    raw: str

    @property
    def name(self) -> str:
        """Such as `LIN`."""
        return self.elements[0][0]

    def component(self, element: int, component: int = 1) -> str:
        """A component by the numbers of the standard, such as (1, 2) for the second of the first element."""
        parts = self.elements[element] if element < len(self.elements) else ()
        return parts[component - 1] if component <= len(parts) else ""


@dataclass
class Message:
    """The segments between UNH and UNT, both included; `fault` says what is wrong with the message as such."""

    kind: str
    reference: str
    segments: list[Segment] = field(default_factory=list)
    fault: str | None = None


def split_released(text: str, mark: str, release: str) -> list[str]:
    """The parts between marks; one behind a release character is text."""
    if not release:
        return text.split(mark)
    parts, start = [], 0
    for found in re.finditer(rf"{re.escape(release)}[\s\S]|{re.escape(mark)}", text):
        if found[0] == mark:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


def read_marks(text: str) -> tuple[Marks, int]:
    """The marks of an interchange, and where its first segment begins; raises Refusal when they are of no use."""
    if not text.startswith("UNA"):
        return Marks(), 0
    if len(text) < 9:
        raise Refusal("the file ends within its first segment", "segment 1")
    marks = Marks(text[3], text[4], text[6].strip(), text[8])
    told = (marks.component, marks.element, marks.terminator)
    if len({*told, marks.release}) < 4 or any(mark.isalnum() or mark.isspace() for mark in told):
        raise Refusal("the UNA segment declares no usable delimiters", "segment 1")
    return marks, 9


def split_segments(text: str, marks: Marks, start: int) -> Iterator[Segment]:
    """The segments; blanks and line ends between them belong to none. Raises Refusal when the last one is cut off."""
    check_marks(text, marks.terminator, marks.element, marks.component)
    *whole, rest = split_released(text[start:], marks.terminator, marks.release)
    if rest.strip():
        raise Refusal("the file ends within a segment", f"segment {len(whole) + 1}")
    for number, segment in enumerate(whole, start=1):
        raw = segment.lstrip("\r\n\t ").rstrip("\r\n")
        elements = split_released(raw, marks.element, marks.release)
        yield Segment(number, tuple(_components(element, marks) for element in elements), raw + marks.terminator)


def _components(element: str, marks: Marks) -> tuple[str, ...]:
    parts = split_released(element, marks.component, marks.release)
    if not marks.release:
        return tuple(parts)
    return tuple(re.sub(rf"{re.escape(marks.release)}([\s\S])", r"\1", part) for part in parts)


def read_messages(segments: Iterator[Segment]) -> Iterator[Message]:
    """The messages of all interchanges; raises Refusal when an envelope around them is wrong."""
    for segment in segments:
        if segment.name != "UNB":
            raise Refusal(f"expected an interchange (UNB), not {segment.name!r}", f"segment {segment.number}")
        yield from _read_interchange(segment, segments)


def _read_interchange(unb: Segment, segments: Iterator[Segment]) -> Iterator[Message]:
    messages = groups = 0
    for segment in segments:
        if segment.name == "UNH":
            messages += 1
            yield _read_message(segment, segments)
        elif segment.name == "UNG":
            groups += 1
            yield from _read_group(segment, segments)
        elif segment.name == "UNZ":
            return _check_trailer(segment, groups or messages, "messages or groups", unb)
        else:
            raise Refusal(f"{segment.name!r} stands outside of a message", f"segment {segment.number}")
    raise Refusal("the interchange has no end (UNZ)")


def _read_group(ung: Segment, segments: Iterator[Segment]) -> Iterator[Message]:
    messages = 0
    for segment in segments:
        if segment.name == "UNH":
            messages += 1
            yield _read_message(segment, segments)
        elif segment.name == "UNE":
            return _check_trailer(segment, messages, "messages", ung)
        else:
            break
    raise Refusal("the group has no end (UNE)", f"segment {ung.number}")


def _read_message(unh: Segment, segments: Iterator[Segment]) -> Message:
    found = Message(unh.component(2), unh.component(1), [unh])
    for segment in segments:
        if segment.name in ("UNH", "UNZ", "UNB", "UNE", "UNG"):
            raise Refusal(f"the message {found.reference} has no end (UNT)", f"segment {segment.number}")
        found.segments.append(segment)
        if segment.name == "UNT":
            found.fault = _judge(found, segment)
            return found
    raise Refusal(f"the message {found.reference} has no end (UNT)", f"segment {unh.number}")


def _judge(found: Message, unt: Segment) -> str | None:
    if unt.component(1).lstrip("0") != str(len(found.segments)):
        return f"UNT counts {unt.component(1)} segments, there are {len(found.segments)}"
    if unt.component(2) != found.reference:
        return f"UNT has the reference {unt.component(2)}, UNH has {found.reference}"
    return None


def _check_trailer(trailer: Segment, count: int, of_what: str, header: Segment) -> None:
    """Compare what the end of an interchange or a group says with what was there and with its header."""
    name, where, given = trailer.name, f"segment {trailer.number}", header.component(5)
    if trailer.component(1).lstrip("0") != str(count or ""):
        raise Refusal(f"{name} counts {trailer.component(1)} {of_what}, there are {count}", where)
    if trailer.component(2) != given:
        raise Refusal(f"{name} has the reference {trailer.component(2)}, {header.name} has {given}", where)
