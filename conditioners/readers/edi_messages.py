"""Messages of EDI interchanges, X12 and EDIFACT alike: each segment's values by the labels that declarations use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NoReturn

from conditioners.outcome import Refusal
from conditioners.readers import envelopes
from conditioners.readers.interchanges import X12, Segment, split_segments

_PAIRED = ("LIN",)
"""X12 segments that hold pairs of qualifier and value from the second element on."""
_VALUE_FIRST = ("LIN", "PIA")
"""EDIFACT segments whose composites hold the value first and the qualifier second."""
_TOLD = 10
"""Kinds of messages that are named."""


_FEW = 8
"""Components whose labels are remembered; hardly any element has more."""


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
    kinds = []
    try:
        for segment in split_segments(text):
            if segment.name == "ST":
                kinds.append(segment.element(1))
            elif segment.name == "UNH":
                kinds.append(segment.component(2))
    except Refusal:
        return kinds
    return kinds


def refuse_missing(text: str, wanted: str) -> NoReturn:
    """Raises Refusal: interchanges have no message of the wanted kind; which they have instead."""
    kinds = list(dict.fromkeys(find_kinds(text)))
    told = f"; it has {', '.join(kinds[:_TOLD])}" if kinds else ""
    if not kinds and any(segment.name == "TA1" for segment in split_segments(text)):
        told = ", for it only acknowledges another one (TA1)"
    raise Refusal(f"the interchange has no {wanted}{told}")


def read_messages(text: str) -> Iterator[Message]:
    """All messages of all interchanges; raises Refusal when an envelope is wrong."""
    for found in envelopes.read_messages(split_segments(text)):
        parts = [_read_x12(part) if part.marks.kind == X12 else _read_edifact(part) for part in found.segments[1:-1]]
        yield Message(found.kind, found.control, parts, found.fault)


def _read_x12(segment: Segment) -> Part:
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
    return Part(name, values, segment.raw)


@lru_cache(1 << 10)
def _labels(name: str, number: int) -> tuple[str, Sequence[str]]:
    """The labels of an element and of its first components."""
    label = f"{name}{number:02}"
    return label, [f"{label}.{at}" for at in range(1, _FEW + 1)]


def _read_edifact(segment: Segment) -> Part:
    name = segment.name
    elements = [segment.components(number) for number in range(len(segment.elements))]
    values = []
    for number, components in enumerate(elements[1:], start=1):
        label, inner = _labels(name, number)
        values.append((label, components[0]))
        values += zip(inner, components, strict=False)
        values += [(f"{label}.{at}", value) for at, value in enumerate(components[_FEW:], start=_FEW + 1)]
    if name in _VALUE_FIRST:
        pairs = [(parts[1], parts[0]) for parts in elements[2:] if len(parts) > 1]
    elif len(elements) > 1 and len(elements[1]) > 1:
        pairs = [(elements[1][0], elements[1][1])]
    else:
        pairs = [(segment.component(1), segment.component(2))]
    values += [(f"{name}.{qualifier}", value) for qualifier, value in pairs if qualifier]
    return Part(name, values, segment.raw)
