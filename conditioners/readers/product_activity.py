"""EDI X12 852 (product activity data): a row for each transaction set, item and location."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from conditioners.declaration import Source
from conditioners.dialects import ProductActivity
from conditioners.limits import Limits
from conditioners.raw import OpenedRaw
from conditioners.readers.batches import BATCH_ROWS, Facts, Located, Rows, TextBatch
from conditioners.readers.decoding import DAMAGE, show_damage
from conditioners.readers.edi_messages import read_messages, refuse_missing
from conditioners.readers.edi_segments import Segment
from conditioners.readers.envelopes import Message
from conditioners.readers.headers import surroundings
from conditioners.readers.interchange_text import read_interchanges

KIND = "852"
_LOCATION, _REPORTING = "SDQ", "N1.RL"
_INVALID, _TWICE = "invalid_transaction_set", "given_twice"


@dataclass
class _Values:
    """Values by label, and what contradicts itself among the labels that are wanted."""

    wanted: frozenset[str]
    known: dict[str, str] = field(default_factory=dict)
    fault: str | None = None

    def note(self, label: str, value: str) -> None:
        """Enter a value; of two different ones the first is kept, and told as a fault."""
        known = self.known.get(label)
        if known and value and known != value and label in self.wanted:
            self.fault = f"{label} is given twice: {known} and {value}"
        self.known[label] = known or value


@dataclass
class _Item:
    """One LIN loop: its segments, and the quantities of each location by activity."""

    number: int
    segments: list[Segment]
    quantities: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    """By location, and by how often the location has been named with the same activity before."""

    given: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often a location was named with an activity."""

    totals: int = 0
    """Quantities of activities that are those of all their locations together."""

    def note(self, location: str, activity: str, quantity: str) -> None:
        """Enter a quantity; one that is given twice begins a further row of the location."""
        repeat = self.given[location, activity]
        self.given[location, activity] += 1
        self.quantities.setdefault((location, repeat), {})[activity] = quantity


@dataclass(frozen=True)
class _Origin:
    """Where a row stands."""

    message: str
    item: _Item
    location: str


class ProductActivityReader:
    """Reads one interchange."""

    def __init__(
        self, source: Source, dialect: ProductActivity, opened: OpenedRaw, limits: Limits,
        elsewhere: Collection[str] = (),
    ) -> None:  # fmt: skip
        """`elsewhere` are kinds of messages that others read, or tell of."""
        self._opened, self._limits, self._elsewhere = opened, limits, elsewhere
        constants = {name: opened.describe(label) for name, label in surroundings(source, dialect).items()}
        self._labels = {
            column.name: source.labels_of(column, dialect)[0]
            for column in source.columns
            if column.name in dialect.labels and column.name not in constants
        }
        self._constants = tuple(constants.values())
        self._wanted = frozenset((*self._labels.values(), _REPORTING))
        self.columns = (*self._labels, *constants)
        self._is_damaged = False
        self._found: dict[str, None] = {}
        """Labels that the interchange has, in order."""
        self.facts = Facts(place="path", dialect={"name": dialect.name, "format": "X12 852"})

    def parts(self) -> Iterator[Rows]:
        """Rows in portions."""
        text, self.facts.encoding = read_interchanges(self._opened, self._limits)
        self._is_damaged = DAMAGE.decode() in text
        rows, sets = Rows(self.columns), 0
        for found in read_messages(text):
            if found.kind in self._elsewhere:
                continue
            if found.kind != KIND:
                self.facts.skipped.add(f"path {found.path}", f"no transaction set {KIND}")
                continue
            sets += 1
            self._read_set(found, rows)
            if len(rows.cells) >= BATCH_ROWS:
                yield rows
                rows = Rows(self.columns)
        if sets == 0:
            refuse_missing(text, f"transaction set {KIND}")
        self.facts.labels = list(self._found)
        self.facts.ignored = [label for label in self._found if label not in self._labels.values()]
        yield rows

    def _read_set(self, found: Message, rows: Rows) -> None:
        header, items = _split_items(found)
        fault = found.fault or _judge_items(found, len(items)) or _judge_header(header)
        common = _read_header(header, self._wanted)
        self._found.update(dict.fromkeys(common.known))
        if not items and fault is None:
            self.facts.skipped.add(f"path {found.path}", "no item")
        is_told = fault is None
        for item in items:
            ids = _read_ids(item, self._wanted)
            unnamed = _read_quantities(item, common.known.get(_REPORTING, ""))
            self._note_found(found, item, ids.known)
            rejected = (_INVALID, fault or unnamed) if fault or unnamed else (_TWICE, common.fault or ids.fault)
            is_told = is_told or bool(item.quantities)
            for (location, _), quantities in item.quantities.items():
                origin = _Origin(found.path, item, location)
                if rejected[1] is not None:
                    rows.add_unread(_locate(origin), rejected[0], rejected[1])
                    continue
                known = {**common.known, **ids.known, _LOCATION: location, **quantities}
                rows.add(origin, [*(known.get(label) for label in self._labels.values()), *self._constants])
        if fault is not None and not is_told:
            # No row stands for the fault, so the set itself does: else nothing would tell that it was left out.
            whole = Located(found.path, _show(found.segments))
            rows.add_unread(whole, _INVALID, fault)

    def _note_found(self, found: Message, item: _Item, ids: Iterable[str]) -> None:
        """The labels of an item; one without a quantity is no row."""
        activities = (activity for _, activity in item.given)
        self._found.update(dict.fromkeys((*ids, *([_LOCATION] if item.given else []), *activities)))
        if item.totals:
            self.facts.skipped.add(f"path {found.path}.LIN[{item.number}]", "the total of its locations")
        if not item.quantities:
            self.facts.skipped.add(f"path {found.path}.LIN[{item.number}]", "no quantity")

    def read(self, part: Rows) -> TextBatch:
        """A portion as a batch."""
        return replace(part.to_batch(_locate), damaged=self._is_damaged)


def _locate(origin: _Origin) -> Located:
    item = origin.item
    shown = [s for s in item.segments if s.name != _LOCATION or origin.location in s.elements[3::2]]
    return Located(f"{origin.message}.LIN[{item.number}].SDQ[{origin.location}]", _show(shown))


def _show(segments: Sequence[Segment]) -> str:
    return show_damage("".join(segment.raw for segment in segments))


def _split_items(found: Message) -> tuple[list[Segment], list[_Item]]:
    """The segments before the first LIN, and the LIN loops; what stands behind CTT is no less of one."""
    header: list[Segment] = []
    items: list[_Item] = []
    for segment in found.segments:
        if segment.name == "LIN":
            items.append(_Item(len(items) + 1, [segment]))
        elif segment.name not in ("CTT", "SE"):
            (items[-1].segments if items else header).append(segment)
    return header, items


def _judge_items(found: Message, items: int) -> str | None:
    for segment in found.segments:
        if segment.name == "CTT" and segment.element(1).lstrip("0") != str(items or ""):
            return f"CTT counts {segment.element(1)} items, there are {items}"
    return None


def _judge_header(header: Sequence[Segment]) -> str | None:
    """What would be lost: quantities of no item."""
    found = next((segment.name for segment in header if segment.name in ("ZA", "SDQ")), None)
    return found and f"{found} stands before any LIN, which would tell what its quantities are of"


def _read_header(header: Sequence[Segment], wanted: frozenset[str]) -> _Values:
    values = _Values(wanted)
    for segment in header:
        if segment.name == "XQ":
            values.note("XQ02", segment.element(2))
            values.note("XQ03", segment.element(3))
        elif segment.name == "N9":
            values.note(f"N9.{segment.element(1)}", segment.element(2))
        elif segment.name == "N1":
            values.note(f"N1.{segment.element(1)}", segment.element(4) or segment.element(2))
    return values


def _read_ids(item: _Item, wanted: frozenset[str]) -> _Values:
    values = _Values(wanted)
    for qualifier, value in _pairs(item.segments[0], 2):
        values.note(f"LIN.{qualifier}", value)
    return values


@dataclass(frozen=True)
class _Activity:
    """One ZA with the locations behind it: quantities of its own, and of these."""

    label: str
    own: str
    shares: list[tuple[str, str]]

    def is_total(self) -> bool:
        """Whether its own quantity is that of its locations together, and so none of a further location."""
        numbers = [_read_number(text) for text in (self.own, *(quantity for _, quantity in self.shares))]
        return bool(self.shares) and None not in numbers and numbers[0] == sum(filter(None, numbers[1:]))


def _read_quantities(item: _Item, reporting_location: str) -> str | None:
    """Quantities of each activity: by location in SDQ, or in ZA itself for the location that reports.

    Tells when some stand before any activity.
    """
    fault = None
    for activity in _list_activities(item.segments):
        if activity.is_total():
            item.totals += 1
        elif activity.own:
            item.note(reporting_location, activity.label, activity.own)
        if activity.shares and not activity.label:
            fault = "SDQ stands before any ZA, which would tell what its quantities are"
        for location, quantity in activity.shares:
            item.note(location, activity.label, quantity)
    return fault


def _list_activities(segments: Sequence[Segment]) -> list[_Activity]:
    """The activities of an item; the first one is none, for locations that stand before any."""
    found = [_Activity("", "", [])]
    for segment in segments:
        if segment.name == "ZA":
            found.append(_Activity(f"ZA.{segment.element(1)}", segment.element(2), []))
        elif segment.name == "SDQ":
            found[-1].shares.extend(_pairs(segment, 3))
    return found


def _read_number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text, re.ASCII) else None


def _pairs(segment: Segment, first: int) -> Iterator[tuple[str, str]]:
    """Elements two by two, from a number on."""
    for number in range(first, len(segment.elements), 2):
        if segment.element(number) or segment.element(number + 1):
            yield segment.element(number), segment.element(number + 1)
