"""Messages of EDI interchanges, X12 and EDIFACT alike: each segment's values by the labels that declarations use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from conditioners.outcome import Refusal
from conditioners.readers import edifact, x12

_PAIRED = ("LIN",)
"""X12 segments that hold pairs of qualifier and value from the second element on."""
_VALUE_FIRST = ("LIN", "PIA")
"""EDIFACT segments whose composites hold the value first and the qualifier second."""


@dataclass(frozen=True)
class Part:
    """One segment: its values by label, and its text."""

    name: str
    values: Sequence[tuple[str, str]]
    raw: str


@dataclass(frozen=True)
class Message:
    """One message (X12: transaction set) without its envelope; `fault` says what is wrong with it as such."""

    kind: str
    control: str
    parts: Sequence[Part]
    fault: str | None


def find_kinds(text: str) -> list[str]:
    """The kinds of the messages whose beginning is in a text; none when it cannot be told."""
    try:
        if text.startswith("ISA"):
            marks = x12.read_delimiters(text)
            segments = [segment.strip("\r\n").split(marks.element) for segment in text.split(marks.terminator)]
            return [segment[1] for segment in segments if segment[0] == "ST" and len(segment) > 1]
        una, start = edifact.read_marks(text)
        found = edifact.split_released(text[start:], una.terminator, una.release)
        elements = [edifact.split_released(segment.strip(), una.element, una.release) for segment in found]
        return [each[2].split(una.component)[0] for each in elements if each[0] == "UNH" and len(each) > 2]
    except Refusal:
        return []


def read_messages(text: str) -> Iterator[Message]:
    """All messages of an interchange; raises Refusal when an envelope is wrong."""
    if text.startswith("ISA"):
        marks = x12.read_delimiters(text)
        for found in x12.read_sets(x12.split_segments(text, marks)):
            parts = [_read_x12(segment, marks) for segment in found.segments[1:-1]]
            yield Message(found.kind, found.control, parts, found.fault)
        return
    una, start = edifact.read_marks(text)
    for message in edifact.read_messages(edifact.split_segments(text, una, start)):
        parts = [_read_edifact(segment) for segment in message.segments[1:-1]]
        yield Message(message.kind, message.reference, parts, message.fault)


def _read_x12(segment: x12.Segment, marks: x12.Delimiters) -> Part:
    name, elements = segment.name, segment.elements
    values = [(f"{name}{number:02}", value) for number, value in enumerate(elements[1:], start=1)]
    if name in _PAIRED:
        pairs = list(pairwise(elements[2:]))[::2]
    elif name == "N1":
        pairs = [(segment.element(1), segment.element(4) or segment.element(2))]
    elif name == "CTP":
        pairs = [(segment.element(2), segment.element(3))]
    else:
        pairs = [(segment.element(1), segment.element(2))]
    values += [(f"{name}.{qualifier}", value) for qualifier, value in pairs if qualifier]
    return Part(name, values, marks.element.join(elements) + marks.terminator)


def _read_edifact(segment: edifact.Segment) -> Part:
    name, elements = segment.name, segment.elements
    values = []
    for number, components in enumerate(elements[1:], start=1):
        values.append((f"{name}{number:02}", components[0]))
        values += [(f"{name}{number:02}.{at}", value) for at, value in enumerate(components, start=1)]
    if name in _VALUE_FIRST:
        pairs = [(parts[1], parts[0]) for parts in elements[2:] if len(parts) > 1]
    elif len(elements) > 1 and len(elements[1]) > 1:
        pairs = [(elements[1][0], elements[1][1])]
    else:
        pairs = [(segment.component(1), segment.component(2))]
    values += [(f"{name}.{qualifier}", value) for qualifier, value in pairs if qualifier]
    return Part(name, values, segment.raw)
