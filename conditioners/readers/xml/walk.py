"""Walks through an XML document for the records of a dialect, and the values that stand above them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import Facts, Located
from conditioners.readers.markup import describe_xml_encoding
from conditioners.readers.xml.elements import NodeBudget, free, text_of, walk_elements
from conditioners.readers.xml.values import Step, find_attributes, is_named
from conditioners.readers.xml.ways import Ways

if TYPE_CHECKING:
    from lxml.etree import _Element

_LOOKED_AT = 100
"""Records whose labels are noted."""


@dataclass(slots=True)
class XmlRow:
    """A record that was read; values that stand above it may still come, as long as they are `open`, by column."""

    located: Located
    cells: list[str | None]
    fault: str | None
    open: set[int] = field(default_factory=set)


class RecordWalk:
    """One pass through a document."""

    def __init__(self, opened: OpenedRaw, limits: Limits, ways: Ways, facts: Facts) -> None:
        from lxml import etree

        self._opened, self._limits, self._facts, self._show = opened, limits, facts, etree.tostring
        self._record, self._inner, self._outer = ways.record, ways.inner, ways.outer
        self._values = Step(ways.inner)
        self._whole_ways = [(at, (*ways.record[:at], *way)) for at, way in ways.outer.values()]
        """From the root on, to values above the records, each with the depth that it leaves the records' way at."""
        self._path: list[str] = []
        self._counts: list[dict[str, int]] = [{}]
        self._places: list[str] = []
        self._matched = self._inside = 0
        """How many names of the path are those of the records', and how deep in a record the element is."""
        self._known: dict[int, str | None] = {}
        self._waiting: list[XmlRow] = []
        self._budget = NodeBudget(limits)
        self._records = 0
        self._labels: dict[str, None] = {}

    def rows(self) -> Iterator[XmlRow]:
        """The records in document order, each as soon as all that stands above it is known."""
        for event, element in walk_elements(self._opened, self._limits, self._budget):
            # What stands inside of a record is read with it.
            if event == "start":
                if self._inside:
                    self._inside += 1
                else:
                    self._enter(element)
                continue
            self._budget.spend(element)
            if self._inside > 1:
                self._inside -= 1
                continue
            self._leave(element)
            if self._waiting:
                yield from self._take_finished()
        if self._records == 0:
            raise Refusal(f"the document has no element /{'/'.join(self._record)}")

    def _enter(self, element: _Element) -> None:
        name = cast(str, element.tag)
        if not self._path:
            self._facts.encoding = describe_xml_encoding(self._opened.head)
        counts, depth = self._counts[-1], len(self._path)
        counts[name] = count = counts.get(name, 0) + 1
        self._path.append(name)
        self._places.append(f"{name.rpartition('}')[2]}[{count}]")
        self._counts.append({})
        if self._matched == depth < len(self._record) and is_named(name, self._record[depth]):
            self._matched += 1
            self._inside = int(self._matched == len(self._record))
            self._begin_above(element)

    def _begin_above(self, element: _Element) -> None:
        """An element begins that is a record, or may stand above records."""
        depth = self._matched
        self._forget(depth)
        for number, (at, way) in self._outer.items():
            if at == depth and way[0].startswith("@"):
                self._known[number] = self._take_attribute(element, way[0])

    def _forget(self, depth: int) -> None:
        """Another element begins at a depth: what was known from the one before holds no longer."""
        for number, (at, _) in self._outer.items():
            if at >= depth:
                self._known.pop(number, None)

    def _leave(self, element: _Element) -> None:
        depth = len(self._path)
        if self._inside:
            self._read_record(element)
        else:
            self._note_outer(element)
            if self._matched == depth:
                for row in self._waiting:
                    row.open -= {number for number, (at, _) in self._outer.items() if at == depth}
        self._inside = 0
        self._matched = min(self._matched, depth - 1)
        self._path.pop()
        self._places.pop()
        self._counts.pop()
        if not self._is_needed():
            self._budget.renew()
            free(element)

    def _is_needed(self) -> bool:
        """Whether the element that was left stands inside of one whose text is a value above the records."""
        depth = len(self._path)
        return bool(self._whole_ways) and any(
            at < depth and _fits(self._path[: len(way)], way[:depth]) for at, way in self._whole_ways
        )

    def _note_outer(self, element: _Element) -> None:
        """Enter values that stand above records, also into those that came before them."""
        for number, (at, way) in self._outer.items():
            elements = way[:-1] if way[-1].startswith("@") else way
            if not elements or not _fits(self._path, (*self._record[:at], *elements)):
                continue
            if number in self._known:
                raise Refusal(f"{'/'.join(way)} stands twice", "/" + "/".join(self._places))
            value = self._take_attribute(element, way[-1]) if way[-1].startswith("@") else text_of(element)
            self._known[number] = value
            for row in self._waiting:
                if number in row.open:
                    row.cells[number] = value
                    row.open.discard(number)

    def _take_attribute(self, element: _Element, name: str) -> str | None:
        """A value that stands above records; raises Refusal when there are two."""
        found = find_attributes(element, name)
        if len(found) > 1:
            raise Refusal(f"{name} stands twice, in two namespaces", "/" + "/".join(self._places))
        return found[0] if found else None

    def _read_record(self, element: _Element) -> None:
        self._records += 1
        if self._records <= _LOOKED_AT:
            self._note_labels(element)
        cells: list[str | None] = [None] * (len(self._inner) + len(self._outer))
        values, several = dict(self._known), set[int]()
        self._values.take(element, values, several)
        for number, value in values.items():
            cells[number] = value
        # Of several columns, the last one is told.
        fault = f"{'/'.join(self._inner[max(several)])} stands more than once" if several else None
        raw = self._show(element, encoding="unicode", with_tail=False)
        row = XmlRow(Located("/" + "/".join(self._places), raw), cells, fault, self._outer.keys() - self._known.keys())
        self._waiting.append(row)
        if len(self._waiting) > self._limits.rows_to_sort:
            raise Refusal(f"a value above more than {self._limits.rows_to_sort} records stands behind them")

    def _note_labels(self, record: _Element) -> None:
        """Enter the paths, by local names, of what a record holds."""
        ways: list[tuple[_Element, str]] = [(record, "/".join(name.rpartition("}")[2] for name in self._path))]
        while ways:
            element, path = ways.pop()
            children = [child for child in element if isinstance(child.tag, str)]
            found = [f"{path}/@{str(name).rpartition('}')[2]}" for name in element.attrib]
            found += [path] if not children and element is not record else []
            self._labels.update(dict.fromkeys(found))
            ways += [(child, f"{path}/{child.tag.rpartition('}')[2]}") for child in reversed(children)]
        self._facts.labels = [*self._labels]

    def _take_finished(self) -> Iterator[XmlRow]:
        finished = 0
        for row in self._waiting:
            if row.open:
                break
            finished += 1
            yield row
        del self._waiting[:finished]


def _fits(path: Sequence[str], names: Sequence[str]) -> bool:
    return len(path) == len(names) and all(map(is_named, path, names))
