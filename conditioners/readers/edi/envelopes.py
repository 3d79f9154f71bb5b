"""EDI envelopes: the messages of interchanges, and whether headers and trailers agree on what stands between them.

After ASC X12.5 (ISA, GS, ST), ISO 9735 (UNB, UNG, UNH) and the TRADACOMS syntax (STX, MHD).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from conditioners.outcome import Refusal
from conditioners.readers.edi.segments import EDIFACT, TRADACOMS, X12, Segment


class _Level(NamedTuple):
    """One kind of envelope."""

    header: str
    trailer: str
    name: str
    control: int
    """The header's element that the trailer's second one repeats; 0 if it repeats none."""
    is_number: bool = False
    """Whether that is a number, to which leading zeros do not matter, and no text."""


class _Form(NamedTuple):
    """The envelopes of a standard, from the outermost one; the last one is the message."""

    levels: tuple[_Level, ...]
    may_skip: bool
    """Whether messages may stand in an interchange without a group."""
    others: frozenset[str]
    """Segments that may stand in an interchange, outside of all groups."""


_FORMS = {
    X12: _Form(
        (
            _Level("ISA", "IEA", "interchange", 13, True), _Level("GS", "GE", "functional group", 6, True),
            _Level("ST", "SE", "transaction set", 2),
        ), False, frozenset(("TA1", "TA3", "ISB", "ISE")),
    ),
    EDIFACT: _Form(
        (_Level("UNB", "UNZ", "interchange", 5), _Level("UNG", "UNE", "group", 5), _Level("UNH", "UNT", "message", 1)),
        True, frozenset(),
    ),
    TRADACOMS: _Form(
        (_Level("STX", "END", "interchange", 0), _Level("BAT", "EOB", "batch", 0), _Level("MHD", "MTR", "message", 0)),
        True, frozenset(),
    ),
}  # fmt: skip
_MARKS_OF_ENVELOPES = {
    kind: {name: depth for depth, level in enumerate(form.levels) for name in (level.header, level.trailer)}
    for kind, form in _FORMS.items()
}


@dataclass
class Message:
    """A message (X12: transaction set), its header and trailer included; `fault` says what is wrong with it as such."""

    kind: str
    control: str
    """As far as it is told: before each row, so that a long one would make far more of them than the file has."""
    segments: list[Segment]
    fault: str | None = None
    number: int = 1
    """Which one of those it is in the file that have its kind and control number."""

    @property
    def path(self) -> str:
        """Where it stands: `852[0001]`, and where numbers begin again in each group `852[0001][2]`."""
        return f"{self.kind}[{self.control}]" + (f"[{self.number}]" if self.number > 1 else "")


@dataclass
class _Open:
    """An envelope whose end has not come yet."""

    depth: int
    header: Segment
    counts: dict[int, int] = field(default_factory=dict)
    """What was in it, by depth."""


_LONGEST_CONTROL = 100
"""Characters of a control number that are told; the standards have nine of X12 and fourteen of EDIFACT."""
Blame = Callable[[Segment, str], None]
"""Told of a segment that contradicts the others, or stands where none may."""


def refuse(segment: Segment, fault: str) -> None:
    """Raises Refusal: the file cannot be trusted."""
    raise Refusal(fault, segment.place)


def read_messages(segments: Iterable[Segment], blame: Blame = refuse) -> Iterator[Message]:
    """The messages of all interchanges, each of which may be at fault; other faults go to `blame`.

    Raises Refusal when an envelope has no end.
    """
    return _Walk(blame).read(segments)


class _Walk:
    """The envelopes around a segment, as the file is read."""

    def __init__(self, blame: Blame) -> None:
        self._blame = blame
        self._open: list[_Open] = []
        self._message: list[Segment] = []
        self._numbers: Counter[tuple[str, str]] = Counter()

    def read(self, segments: Iterable[Segment]) -> Iterator[Message]:
        form = _FORMS[X12]
        for segment in segments:
            form = _FORMS[segment.marks.kind]
            depth = _MARKS_OF_ENVELOPES[segment.marks.kind].get(segment.name)
            if self._message and (depth is None or segment.name == form.levels[-1].trailer):
                self._message.append(segment)
                if depth is not None:
                    yield self._end_message(form, segment)
            elif depth is None:
                self._take_other(form, segment)
            elif segment.name == form.levels[depth].header:
                self._begin(form, depth, segment)
            else:
                self._end(form, depth, segment)
        if self._open:
            self._refuse_open(form, None)

    def _take_other(self, form: _Form, segment: Segment) -> None:
        if not self._open:
            level = form.levels[0]
            self._blame(segment, f"expected an interchange ({level.header}), not {segment.name!r}")
        elif len(self._open) > 1 or segment.name not in form.others:
            around = form.levels[-1 if form.may_skip or len(self._open) > 1 else 1].name
            self._blame(segment, f"{segment.name!r} stands outside of any {around}")

    def _begin(self, form: _Form, depth: int, segment: Segment) -> None:
        if self._open and self._open[-1].depth >= depth:
            self._refuse_open(form, segment)
        around = self._open[-1].depth if self._open else -1
        if around != depth - 1 and not (form.may_skip and around == 0):
            level = form.levels[0 if form.may_skip else depth - 1]
            self._blame(segment, f"{segment.name!r} stands outside of any {level.name}")
        for each in self._open:
            each.counts[depth] = each.counts.get(depth, 0) + 1
        self._open.append(_Open(depth, segment))
        if depth == len(form.levels) - 1:
            self._message = [segment]

    def _end(self, form: _Form, depth: int, segment: Segment) -> None:
        if self._open and self._open[-1].depth > depth:
            self._refuse_open(form, segment)
        if not self._open or self._open[-1].depth < depth:
            self._blame(segment, f"{segment.name!r} ends the {form.levels[depth].name}, and none has begun")
            return
        fault = _judge_end(form, self._open.pop(), segment)
        if fault is not None:
            self._blame(segment, fault)

    def _end_message(self, form: _Form, segment: Segment) -> Message:
        message, self._message = self._message, []
        opened = self._open.pop()
        header, level = opened.header, form.levels[-1]
        fault = _differs(segment, len(message), "segments") or _contradicts(level, header, segment)
        is_x12 = segment.marks.kind == X12
        named = (header.element(1), header.element(2)) if is_x12 else (header.component(2), header.component(1))
        named = (named[0], named[1][:_LONGEST_CONTROL])
        self._numbers[named] += 1
        return Message(*named, message, fault, self._numbers[named])

    def _refuse_open(self, form: _Form, segment: Segment | None) -> None:
        """Raises Refusal: the innermost envelope should have ended before a segment, or before the file does."""
        inner = self._open[-1]
        level = form.levels[inner.depth]
        control = inner.header.component(level.control) if inner.depth == len(form.levels) - 1 else ""
        raise Refusal(
            f"the {level.name}{control and f' {control}'} has no end ({level.trailer})",
            (segment or inner.header).place,
        )


def _judge_end(form: _Form, opened: _Open, trailer: Segment) -> str | None:
    """What the end of a group or an interchange says that is not so."""
    level, inner = form.levels[opened.depth], opened.depth + 1
    # An interchange of groups counts these, one without its messages.
    counted = inner if opened.counts.get(inner) or not form.may_skip else len(form.levels) - 1
    what = f"{form.levels[counted].name}s"
    return _differs(trailer, opened.counts.get(counted, 0), what) or _contradicts(level, opened.header, trailer)


def _differs(trailer: Segment, count: int, what: str) -> str | None:
    told = trailer.component(1).strip()
    if told.lstrip("0") == str(count or ""):
        return None
    return f"{trailer.name} counts {told} {what}, there are {count}"


def _are_equal(given: str, told: str) -> bool:
    return given.isdecimal() and told.isdecimal() and given.lstrip("0") == told.lstrip("0")


def _contradicts(level: _Level, header: Segment, trailer: Segment) -> str | None:
    given, told = header.component(level.control), trailer.component(2)
    if level.control == 0 or told == given or (level.is_number and _are_equal(given, told)):
        return None
    what = "control number" if header.marks.kind == X12 else "the reference"
    return f"{trailer.name} has {what} {told}, {header.name} has {given}"
