"""EDI X12: the envelope (ISA, GS, ST and their trailers), split by the delimiters it declares and checked strictly.

After ASC X12.5 (interchange control) and X12.6 (application control); release 4010's rules, which later ones keep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from conditioners.outcome import Refusal
from conditioners.readers.interchanges import check_marks

_ISA_LENGTH = 106
_ISA_ELEMENTS = 17


@dataclass(frozen=True)
class Segment:
    """One segment: its number in the file from 1, and its elements, the first being its name."""

    number: int
    elements: tuple[str, ...]

    @property
    def name(self) -> str:
        """Such as `LIN`."""
        return self.elements[0]

    def element(self, number: int) -> str:
        """An element by its number in the standard, such as 2 for XQ02; empty when it is left out."""
        return self.elements[number] if number < len(self.elements) else ""


@dataclass
class TransactionSet:
    """The segments between ST and SE, both included; `fault` says what is wrong with the set as such."""

    kind: str
    control: str
    segments: list[Segment] = field(default_factory=list)
    fault: str | None = None


@dataclass(frozen=True)
class Delimiters:
    """The marks that an interchange's ISA segment declares."""

    element: str
    component: str
    terminator: str


def read_delimiters(text: str) -> Delimiters:
    """The delimiters, which stand at fixed places of the ISA segment."""
    if not text.startswith("ISA") or len(text) < _ISA_LENGTH:
        raise Refusal("the interchange does not begin with a whole ISA segment", "segment 1")
    found = Delimiters(text[3], text[104], text[105])
    marks = {found.element, found.component, found.terminator}
    if len(marks) < 3 or any(mark.isalnum() for mark in marks):
        raise Refusal("the ISA segment declares no usable delimiters", "segment 1")
    if text[:105].count(found.element) != _ISA_ELEMENTS - 1:
        raise Refusal(f"the ISA segment has not {_ISA_ELEMENTS - 1} elements", "segment 1")
    return found


def split_segments(text: str, delimiters: Delimiters) -> Iterator[Segment]:
    """The segments; a line end behind a terminator belongs to it. Raises Refusal when the last one is cut off."""
    check_marks(text, delimiters.terminator, delimiters.element)
    *whole, rest = text.split(delimiters.terminator)
    if rest.strip():
        raise Refusal("the file ends within a segment", f"segment {len(whole) + 1}")
    for number, segment in enumerate(whole, start=1):
        yield Segment(number, tuple(segment.strip("\r\n").split(delimiters.element)))


def read_sets(segments: Iterator[Segment]) -> Iterator[TransactionSet]:
    """The transaction sets of all interchanges; raises Refusal when an envelope around them is wrong."""
    for segment in segments:
        if segment.name != "ISA":
            raise Refusal(f"expected an interchange (ISA), not {segment.name!r}", f"segment {segment.number}")
        yield from _read_interchange(segment, segments)


def _read_interchange(isa: Segment, segments: Iterator[Segment]) -> Iterator[TransactionSet]:
    groups = 0
    for segment in segments:
        if segment.name == "GS":
            groups += 1
            yield from _read_group(segment, segments)
        elif segment.name == "IEA":
            return _check_trailer(segment, groups, "functional groups", isa.element(13))
        elif segment.name != "TA1":
            raise Refusal(f"{segment.name!r} stands outside of a functional group", f"segment {segment.number}")
    raise Refusal("the interchange has no end (IEA)")


def _read_group(gs: Segment, segments: Iterator[Segment]) -> Iterator[TransactionSet]:
    sets = 0
    for segment in segments:
        if segment.name == "ST":
            sets += 1
            yield _read_set(segment, segments)
        elif segment.name == "GE":
            return _check_trailer(segment, sets, "transaction sets", gs.element(6))
        else:
            raise Refusal(f"{segment.name!r} stands outside of a transaction set", f"segment {segment.number}")
    raise Refusal("a functional group has no end (GE)", f"segment {gs.number}")


def _read_set(st: Segment, segments: Iterator[Segment]) -> TransactionSet:
    found = TransactionSet(st.element(1), st.element(2), [st])
    for segment in segments:
        if segment.name in ("ST", "GE", "IEA", "ISA", "GS"):
            raise Refusal(f"the transaction set {found.control} has no end (SE)", f"segment {segment.number}")
        found.segments.append(segment)
        if segment.name == "SE":
            found.fault = _judge_set(found, segment)
            return found
    raise Refusal(f"the transaction set {found.control} has no end (SE)", f"segment {st.number}")


def _judge_set(found: TransactionSet, se: Segment) -> str | None:
    if se.element(1).lstrip("0") != str(len(found.segments)):
        return f"SE counts {se.element(1)} segments, there are {len(found.segments)}"
    if se.element(2) != found.control:
        return f"SE has control number {se.element(2)}, ST has {found.control}"
    return None


def _check_trailer(trailer: Segment, count: int, what: str, control: str) -> None:
    where = f"segment {trailer.number}"
    if trailer.element(1).lstrip("0") != str(count or ""):
        raise Refusal(f"{trailer.name} counts {trailer.element(1)} {what}, there are {count}", where)
    if trailer.element(2) != control:
        raise Refusal(f"{trailer.name} has control number {trailer.element(2)}, its header has {control}", where)
