"""Labels of values in EDI segments: by number (`QTY02`, `QTY02.1`) and by qualifier (`QTY.32`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from conditioners.readers.edi.segments import X12, Segment

_BY_NUMBER = re.compile(r"([A-Z][A-Z0-9]{1,2})([0-9]{2})(?:\.([0-9]+))?")
_PAIRED = ("LIN",)
"""X12 segments that hold pairs of qualifier and value from the second element on."""
_VALUE_FIRST = ("LIN", "PIA")
"""EDIFACT segments whose composites hold the value first and the qualifier second."""


@dataclass
class _Wanted:
    """What labels ask for in segments of one name."""

    numbers: list[tuple[str, int, int]] = field(default_factory=list)
    """Label, element and component, which is 0 for an element."""
    has_qualifiers: bool = False


class LabelFinder:
    """Finds what some labels lead to."""

    def __init__(self, labels: Iterable[str]) -> None:
        self._wanted: dict[str, _Wanted] = {}
        for label in labels:
            numbered = _BY_NUMBER.fullmatch(label)
            wanted = self._wanted.setdefault(numbered[1] if numbered else label.partition(".")[0], _Wanted())
            if numbered:
                wanted.numbers.append((label, int(numbered[2]), int(numbered[3] or 0)))
            else:
                wanted.has_qualifiers = True

    def find(self, segment: Segment) -> Sequence[tuple[str, str]]:
        """Labels and values of a segment, with all of its qualifiers if one is asked for; of repeated elements each."""
        wanted = self._wanted.get(segment.name)
        if wanted is None:
            return ()
        found = [(label, value) for label, *at in wanted.numbers for value in _take(segment, *at)]
        if wanted.has_qualifiers:
            found += list_qualified(segment)
        return found


def list_qualified(segment: Segment) -> list[tuple[str, str]]:
    """The labels of a segment's values by qualifier, such as `QTY.32`, and the values; some of these may be empty."""
    pairs = _pair_x12(segment) if segment.marks.kind == X12 else _pair_edifact(segment)
    return [(f"{segment.name}.{qualifier}", value) for qualifier, value in pairs if qualifier]


def _take(segment: Segment, element: int, component: int) -> Iterator[str]:
    """The values at a place; an element of X12 is whole, one of EDIFACT is its first component."""
    if not component and segment.marks.kind == X12:
        yield segment.element(element)
        return
    for components in segment.repeats(element):
        if component <= len(components):
            yield components[max(0, component - 1)]


def _pair_x12(segment: Segment) -> Sequence[tuple[str, str]]:
    if segment.name in _PAIRED:
        return list(pairwise(segment.elements[2:]))[::2]
    if segment.name == "N1":
        return [(segment.element(1), segment.element(4) or segment.element(2))]
    if segment.name == "CTP":
        return [(segment.element(2), segment.element(3))]
    return [(segment.element(1), segment.element(2))]


def _pair_edifact(segment: Segment) -> Sequence[tuple[str, str]]:
    if segment.name in _VALUE_FIRST:
        places = range(2, len(segment.elements))
        return [(parts[1], parts[0]) for at in places for parts in segment.repeats(at) if len(parts) > 1]
    first = segment.repeats(1)
    if any(len(parts) > 1 for parts in first):
        return [(parts[0], parts[1]) for parts in first if len(parts) > 1]
    return [(first[0][0], parts[0]) for parts in segment.repeats(2)]
