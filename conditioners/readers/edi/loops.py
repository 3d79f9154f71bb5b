"""EDI messages by their loops (X12 867, EDIFACT SLSRPT and the like): a row for each innermost loop."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from conditioners.declaration import Source
from conditioners.dialects import EdiLoops
from conditioners.inputs.raw import OpenedRaw
from conditioners.inputs.surroundings import is_surrounding
from conditioners.limits import Limits
from conditioners.parts import list_read
from conditioners.readers.batches import Facts, Located, Rows, TextBatch
from conditioners.readers.decoding import DAMAGE_IN_TEXT
from conditioners.readers.edi.envelopes import Message
from conditioners.readers.edi.labels import LabelFinder
from conditioners.readers.edi.messages import read_messages, refuse_missing
from conditioners.readers.edi.portions import Readable, Rejected, cut_rows, limit_shown
from conditioners.readers.edi.segments import Segment, show_segments
from conditioners.readers.edi.text import read_interchanges
from conditioners.readers.headers import surroundings
from conditioners.rules import Rule


@dataclass(slots=True)
class _Loop:
    """What one loop, or the message's header, says: values by label, and what contradicts itself."""

    number: int
    """0 for a loop that should be there and is not."""
    values: dict[str, str] = field(default_factory=dict)
    fault: tuple[Rule, str] | None = None
    """Rule and reason."""
    segments: list[Segment] = field(default_factory=list)
    holds: bool = False
    """Whether another loop stands in it."""

    def note(self, label: str, value: str) -> None:
        """Enter a value; of two different ones the first is kept, and told as a fault."""
        if self.values.setdefault(label, value) != value:
            self.fault = (Rule.GIVEN_TWICE, f"{label} is given twice: {self.values[label]} and {value}")


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a row stands: its message, and its loops from the outermost one."""

    message: Message
    loops: Sequence[_Loop]


class EdiLoopReader:
    """Reads one interchange."""

    def __init__(
        self, source: Source, dialect: EdiLoops, opened: OpenedRaw, limits: Limits,
        elsewhere: Collection[str] = (),
    ) -> None:  # fmt: skip
        """`elsewhere` are kinds of messages that others read, or tell of."""
        self._dialect, self._opened, self._limits, self._elsewhere = dialect, opened, limits, elsewhere
        constants = {name: opened.describe(label) for name, label in surroundings(source, dialect).items()}
        labels = {column.name: source.labels_of(column, dialect) for column in list_read(source.columns, dialect)}
        self._labels = {
            name: [label for label in found if not is_surrounding(label)]
            for name, found in labels.items() if name not in constants
        }  # fmt: skip
        self._wanted = frozenset(label for found in self._labels.values() for label in found)
        self._finder = LabelFinder(self._wanted)
        self._found: dict[str, None] = {}
        """Labels that the messages have, in order."""
        self._constants = tuple(constants.values())
        self.columns = (*self._labels, *constants)
        self._is_damaged = self._has_messages = False
        self.facts = Facts(
            place="path",
            dialect={"name": dialect.name, "format": f"EDI {dialect.message}"},
        )

    def parts(self) -> Iterator[Rows]:
        """Rows in portions."""
        text, self.facts.encoding = read_interchanges(self._opened, self._limits)
        self._is_damaged = DAMAGE_IN_TEXT in text
        for rows, is_last in cut_rows(self.columns, self._read_all(read_messages(text))):
            if is_last and not self._has_messages:
                refuse_missing(text, f"message {self._dialect.message}")
            self.facts.labels = list(self._found)
            self.facts.ignored = [label for label in self._found if label not in self._wanted]
            yield rows

    def _read_all(self, messages: Iterator[Message]) -> Iterator[Readable | Rejected]:
        for message in messages:
            if message.kind in self._elsewhere:
                continue
            if message.kind != self._dialect.message:
                self.facts.skipped.add(f"path {message.path}", f"no {self._dialect.message}")
                continue
            self._has_messages = True
            yield from self._read_message(message)

    def _read_message(self, message: Message) -> Iterator[Readable | Rejected]:
        header, is_told = _Loop(0), message.fault is None
        for loops in self._walk(message, header):
            is_told = True
            origin = _Origin(message, tuple(loops))
            fault = message.fault and (Rule.INVALID_MESSAGE, message.fault)
            fault = fault or next((loop.fault for loop in (header, *loops) if loop.fault), None)
            if fault is not None:
                yield Rejected(_locate(origin, self._dialect), *fault)
                continue
            inside_out = [*(loop.values for loop in reversed(loops)), header.values]
            cells = [*(_pick(inside_out, labels) for labels in self._labels.values()), *self._constants]
            yield Readable(origin, cells)
        behind = self._find_behind_end(message)
        if behind:
            place = Located(f"{message.path}.{behind[0].name}", show_segments(behind))
            yield Rejected(place, Rule.INVALID_MESSAGE, f"{behind[0].name} stands behind the end of the items")
        elif message.fault is None and not any(segment.name in self._dialect.loops for segment in message.segments):
            self.facts.skipped.add(f"path {message.path}", f"no {self._dialect.loops[0]}")
        elif not is_told and message.fault is not None:
            # No row stands for the fault, so the message itself does: else nothing would tell that it was left out.
            place = Located(message.path, show_segments(message.segments[1:-1]))
            yield Rejected(place, Rule.INVALID_MESSAGE, message.fault)

    def _find_behind_end(self, message: Message) -> Sequence[Segment]:
        """What stands behind the items' end, from the first segment on that begins a loop."""
        has_ended = False
        for number, segment in enumerate(message.segments):
            has_ended = has_ended or self._is_end(segment)
            if has_ended and segment.name in self._dialect.loops:
                return message.segments[number:-1]
        return ()

    def _is_end(self, segment: Segment) -> bool:
        """Whether a segment ends all loops. UNS may also stand between a header and the loops."""
        return segment.name in self._dialect.ends and not (segment.name == "UNS" and segment.element(1) == "D")

    def _walk(self, message: Message, header: _Loop) -> Iterator[list[_Loop]]:
        """The loops of each row, complete; outer loops without an innermost one are noted as skipped."""
        names = self._dialect.loops
        open_loops: list[_Loop] = []
        counts = [0] * len(names)
        for segment in message.segments[1:-1]:
            if self._is_end(segment):
                break
            if segment.name in names:
                level = names.index(segment.name)
                yield from self._close(message, open_loops, level)
                counts[level] += 1
                counts[level + 1 :] = [0] * (len(names) - level - 1)
                missing = names[len(open_loops) : level]
                absent = [_Loop(0, fault=(Rule.INVALID_MESSAGE, f"no {name} around it")) for name in missing]
                open_loops = [*open_loops[:level], *absent, _Loop(counts[level])]
                if level:
                    open_loops[level - 1].holds = True
            self._note(segment, open_loops[-1] if open_loops else header)
        yield from self._close(message, open_loops, 0)

    def _note(self, segment: Segment, loop: _Loop) -> None:
        """Enter the values of a segment that labels ask for."""
        loop.segments.append(segment)
        for label, value in self._finder.find(segment):
            if value:
                self._found[label] = None
                if label in self._wanted:
                    loop.note(label, value)

    def _close(self, message: Message, loops: list[_Loop], level: int) -> Iterator[list[_Loop]]:
        """The row that ends when a loop of a level begins; a loop that held no further one is no row."""
        if len(loops) == len(self._dialect.loops):
            yield loops
        elif level < len(loops) and not loops[-1].holds:
            place = _describe_place(_Origin(message, loops), self._dialect)
            self.facts.skipped.add(f"path {place}", f"no {self._dialect.loops[len(loops)]} in it")

    def read(self, part: Rows) -> TextBatch:
        """A portion as a batch."""
        locate = limit_shown(lambda origin: _locate(origin, self._dialect), self._limits)
        return replace(part.to_batch(locate), damaged=self._is_damaged)


def _pick(inside_out: Sequence[Mapping[str, str]], labels: Sequence[str]) -> str | None:
    """The value of the innermost loop that has one, there by the first of the labels."""
    for values in inside_out:
        for label in labels:
            if label in values:
                return values[label]
    return None


def _describe_place(origin: _Origin, dialect: EdiLoops) -> str:
    loops = zip(dialect.loops, origin.loops, strict=False)
    return origin.message.path + "".join(f".{name}[{loop.number}]" for name, loop in loops if loop.number)


def _locate(origin: _Origin, dialect: EdiLoops) -> Located:
    return Located(
        _describe_place(origin, dialect), show_segments([each for loop in origin.loops for each in loop.segments])
    )
