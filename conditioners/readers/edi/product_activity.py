"""EDI X12 852 (product activity data): a row for each transaction set, item and location."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from conditioners.declaration import Source
from conditioners.dialects import ProductActivity
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.parts import Part, list_read
from conditioners.readers.batches import Facts, Located, Rows, TextBatch
from conditioners.readers.decoding import DAMAGE_IN_TEXT, show_damage
from conditioners.readers.edi.envelopes import Message
from conditioners.readers.edi.messages import read_messages, refuse_missing
from conditioners.readers.edi.portions import Readable, Rejected, cut_rows, limit_shown
from conditioners.readers.edi.product_items import (
    Item,
    Values,
    judge_set,
    read_header,
    read_ids,
    read_quantities,
    split_items,
)
from conditioners.readers.edi.segments import show_segments
from conditioners.readers.edi.text import read_interchanges
from conditioners.readers.headers import surroundings
from conditioners.rules import Rule

_LOCATION, _REPORTING = "SDQ", "N1.RL"


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a row stands."""

    message: str
    item: Item
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
            for column in list_read(source.columns, dialect)
            if (column.name in dialect.labels or isinstance(column, Part)) and column.name not in constants
        }
        self._constants = tuple(constants.values())
        self._wanted = frozenset((*self._labels.values(), _REPORTING))
        self.columns = (*self._labels, *constants)
        self._is_damaged = self._has_sets = False
        self._found: dict[str, None] = {}
        """Labels that the interchange has, in order."""
        self.facts = Facts(place="path", dialect={"name": dialect.name, "format": "X12 852"})

    def parts(self) -> Iterator[Rows]:
        """Rows in portions."""
        text, self.facts.encoding = read_interchanges(self._opened, self._limits)
        self._is_damaged = DAMAGE_IN_TEXT in text
        for rows, is_last in cut_rows(self.columns, self._read_sets(read_messages(text))):
            if is_last and not self._has_sets:
                refuse_missing(text, f"transaction set {ProductActivity.message}")
            self.facts.labels = list(self._found)
            self.facts.ignored = [label for label in self._found if label not in self._labels.values()]
            yield rows

    def _read_sets(self, messages: Iterator[Message]) -> Iterator[Readable | Rejected]:
        for found in messages:
            if found.kind in self._elsewhere:
                continue
            if found.kind != ProductActivity.message:
                self.facts.skipped.add(f"path {found.path}", f"no transaction set {ProductActivity.message}")
                continue
            self._has_sets = True
            yield from self._read_set(found)

    def _read_set(self, found: Message) -> Iterator[Readable | Rejected]:
        (header, items), is_told = split_items(found), False
        fault = found.fault or judge_set(found, header, items)
        common = read_header(header, self._wanted)
        self._found.update(dict.fromkeys(common.known))
        if not items and fault is None:
            self.facts.skipped.add(f"path {found.path}", "no item")
        for item in items:
            for row in self._read_item(found, item, common, fault):
                is_told = True
                yield row
        if fault is not None and not is_told:
            # No row stands for the fault, so the set itself does: else nothing would tell that it was left out.
            yield Rejected(Located(found.path, show_segments(found.segments)), Rule.INVALID_TRANSACTION_SET, fault)

    def _read_item(
        self, found: Message, item: Item, common: Values, fault: str | None
    ) -> Iterator[Readable | Rejected]:  # fmt: skip
        """The rows of an item; a set that is at fault has none that can be read."""
        ids = read_ids(item, self._wanted)
        unnamed = read_quantities(item, common.known.get(_REPORTING, ""))
        self._note_found(found, item, ids.known)
        invalid, twice = fault or unnamed, common.fault or ids.fault
        rejected = (Rule.INVALID_TRANSACTION_SET, invalid) if invalid else (Rule.GIVEN_TWICE, twice)
        places = _Places()
        for (location, _), quantities in item.quantities.items():
            origin = _Origin(found.path, item, location)
            if rejected[1] is not None:
                yield Rejected(places.locate(origin), rejected[0], rejected[1])
                continue
            known = {**common.known, **ids.known, _LOCATION: location, **quantities}
            yield Readable(origin, [*(known.get(label) for label in self._labels.values()), *self._constants])
        # Those of all items together would take several times the text.
        item.quantities.clear()
        item.given.clear()

    def _note_found(self, found: Message, item: Item, ids: Iterable[str]) -> None:
        """The labels of an item; one without a quantity is no row."""
        activities = (activity for _, activity in item.given)
        self._found.update(dict.fromkeys((*ids, *([_LOCATION] if item.given else []), *activities)))
        if item.totals:
            self.facts.skipped.add(f"path {found.path}.LIN[{item.number}]", "the total of its locations")
        if not item.quantities:
            self.facts.skipped.add(f"path {found.path}.LIN[{item.number}]", "no quantity")

    def read(self, part: Rows) -> TextBatch:
        """A portion as a batch."""
        return replace(part.to_batch(limit_shown(_Places().locate, self._limits)), damaged=self._is_damaged)


class _Places:
    """Tells where rows stand. The segments of an item are looked through once, and not for each of its locations."""

    def __init__(self) -> None:
        self._item: Item | None = None
        self._shared = ""
        """The text of segments that tell of all rows of the item."""
        self._by_location: dict[str, list[tuple[int, str]]] = {}
        """That of a location's own ones, and where in the shared one each stands."""

    def locate(self, origin: _Origin) -> Located:
        """The place of a row, and the segments of its item without those of other locations alone."""
        item = origin.item
        if item is not self._item:
            self._look_through(item)
        shown, start = list[str](), 0
        for at, text in self._by_location.get(origin.location, ()):
            shown += (self._shared[start:at], text)
            start = at
        place = f"{origin.message}.LIN[{item.number}].SDQ[{origin.location}]"
        return Located(place, show_damage("".join(shown) + self._shared[start:]))

    def _look_through(self, item: Item) -> None:
        self._item, self._by_location = item, {}
        shared, at = list[str](), 0
        for segment in item.segments:
            text = segment.raw
            if segment.name != _LOCATION:
                shared.append(text)
                at += len(text)
                continue
            for location in dict.fromkeys(segment.elements[3::2]):
                self._by_location.setdefault(location, []).append((at, text))
        self._shared = "".join(shared)
