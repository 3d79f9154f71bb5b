"""The items of a transaction set 852: their identifiers, and their quantities by activity and location."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from conditioners.readers.edi.envelopes import Message
from conditioners.readers.edi.segments import Segment


@dataclass
class Values:
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


@dataclass(slots=True)
class Item:
    """One LIN loop: its segments, and the quantities of each location by activity."""

    number: int
    segments: list[Segment]
    quantities: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    """By location, and by how often the location has been named with the same activity before."""

    given: dict[tuple[str, str], int] = field(default_factory=dict)
    """How often a location was named with an activity."""

    totals: int = 0
    """Quantities of activities that are those of all their locations together."""

    def note(self, location: str, activity: str, quantity: str) -> None:
        """Enter a quantity; one that is given twice begins a further row of the location."""
        repeat = self.given.get((location, activity), 0)
        self.given[location, activity] = repeat + 1
        self.quantities.setdefault((location, repeat), {})[activity] = quantity


def split_items(found: Message) -> tuple[list[Segment], list[Item]]:
    """The segments before the first LIN, and the LIN loops; what stands behind CTT is no less of one."""
    header: list[Segment] = []
    items: list[Item] = []
    for segment in found.segments:
        if segment.name == "LIN":
            items.append(Item(len(items) + 1, [segment]))
        elif segment.name not in ("CTT", "SE"):
            (items[-1].segments if items else header).append(segment)
    return header, items


def judge_set(found: Message, header: Sequence[Segment], items: Sequence[Item]) -> str | None:
    """What contradicts the items, or would be lost: quantities of no item."""
    for segment in found.segments:
        if segment.name == "CTT" and segment.element(1).lstrip("0") != str(len(items) or ""):
            return f"CTT counts {segment.element(1)} items, there are {len(items)}"
    early = next((segment.name for segment in header if segment.name in ("ZA", "SDQ")), None)
    return early and f"{early} stands before any LIN, which would tell what its quantities are of"


def read_header(header: Sequence[Segment], wanted: frozenset[str]) -> Values:
    """What stands before the items, by labels such as `XQ02` and `N1.RL`."""
    values = Values(wanted)
    for segment in header:
        if segment.name == "XQ":
            values.note("XQ02", segment.element(2))
            values.note("XQ03", segment.element(3))
        elif segment.name == "N9":
            values.note(f"N9.{segment.element(1)}", segment.element(2))
        elif segment.name == "N1":
            values.note(f"N1.{segment.element(1)}", segment.element(4) or segment.element(2))
    return values


def read_ids(item: Item, wanted: frozenset[str]) -> Values:
    """The identifiers of an item, by labels such as `LIN.UP`."""
    values = Values(wanted)
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


def read_quantities(item: Item, reporting_location: str) -> str | None:
    """Enter the quantities of each activity: by location in SDQ, or in ZA itself for the location that reports.

    Answers what is wrong where some stand before any activity.
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
