"""Tables in an XML document of unknown form: the elements that come again and again, each one a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped
from conditioners.readers.xml.elements import NodeBudget, free, local_name, refuse_entity, walk_elements
from conditioners.structure.records import Record, RecordGrid
from conditioners.structure.xml_ancestors import Ancestors, find_around, find_first, find_nested

if TYPE_CHECKING:
    from lxml.etree import _Element

_PATHS = 10_000
"""Different paths of elements in one document."""
_MOST_TABLES = 4
"""Kinds of records in one document that are read, each of which takes a reading of its own."""
Path = tuple[str, ...]


@dataclass
class _Shape:
    """What stands where in a document."""

    counts: Counter[Path] = field(default_factory=Counter)
    leaves: dict[Path, None] = field(default_factory=dict)
    """Paths that have text or attributes, in order of appearance."""

    def note(self, leaf: Path) -> None:
        """There is a value at a path; raises Refusal when that is so at too many."""
        self.leaves.setdefault(leaf)
        if len(self.leaves) > _PATHS:
            raise Refusal(f"the XML document has values at more than {_PATHS} different paths")


class _Spot:
    """A path of elements: what stands there, and the paths below."""

    __slots__ = ("_inner", "_shape", "above", "attributes", "count", "has_text", "path")

    def __init__(self, shape: _Shape, path: Path, above: _Spot | None) -> None:
        """Raises Refusal when there are too many paths."""
        self.path, self.above, self._shape = path, above, shape
        self.count, self.has_text = 0, False
        self.attributes = set[str]()
        self._inner = dict[str, _Spot]()
        """By local name, and by each name with its namespace."""
        if path:
            shape.counts[path] = 0
        if len(shape.counts) > _PATHS:
            raise Refusal(f"the XML document has elements at more than {_PATHS} different paths")

    def enter(self, tag: str) -> _Spot:
        """The path that an element of that name has in here; one more stands there."""
        inner = self._inner.get(tag) or self._open(tag)
        inner.count += 1
        return inner

    def _open(self, tag: str) -> _Spot:
        name = tag.rpartition("}")[2]
        if name not in self._inner:
            self._inner[name] = _Spot(self._shape, (*self.path, name), self)
        self._inner[tag] = self._inner[name]
        return self._inner[tag]

    def note_attributes(self, names: Sequence[str]) -> None:
        """An element here has these attributes."""
        if not self.attributes.issuperset(names):
            self.attributes.update(names)
            for name in names:
                self._shape.note((*self.path, f"@{name.rpartition('}')[2]}"))

    def note_text(self, text: str | None) -> None:
        """An element here holds that text."""
        if text and text.strip():
            self.note_value()

    def note_value(self) -> None:
        """There is a value here."""
        self.has_text = True
        self._shape.note(self.path)

    def settle(self) -> None:
        """Enter how many elements there are at each path."""
        waiting = [self]
        while waiting:
            spot = waiting.pop()
            waiting += spot._inner.values()
            if spot.path:
                self._shape.counts[spot.path] = spot.count


def open_xml(opened: OpenedRaw, limits: Limits, skipped: Skipped) -> Iterator[RecordGrid]:
    """The records of a document, and of other elements that come again; raises Refusal when it is not well-formed.

    The document is read once to find them, and once more for each.
    """
    shape = _measure(opened, limits)
    first = _choose_record(shape)
    form: dict[str, Any] = {"format": "XML", "records": _show(first)}
    read, left, record = list[Path](), dict.fromkeys(shape.leaves), cast("Path | None", first)
    while record is not None and len(read) < _MOST_TABLES:
        grid, taken = _open_records(opened, limits, skipped, shape, record, form, is_first=not read)
        read.append(record)
        left = {leaf: None for leaf in left if leaf not in taken}
        yield grid
        record = _choose_further(shape, left, read)
    if left:
        skipped.add("path /", f"outside of the records at {', '.join(map(_show, read))}")


def _open_records(
    opened: OpenedRaw, limits: Limits, skipped: Skipped, shape: _Shape, record: Path, form: dict[str, Any],
    *, is_first: bool,
) -> tuple[RecordGrid, set[Path]]:  # fmt: skip
    """The records at a path, and the paths of the values that they hold or have around them."""
    first = find_first(shape.counts, record)
    known = find_around(shape.leaves, record, first) | find_nested(shape.leaves, shape.counts, record, first)
    around = {leaf: known[leaf] for leaf in shape.leaves if leaf in known}
    held = [leaf for leaf in shape.leaves if leaf[: len(record)] == record]
    inside = dict.fromkeys(_label(leaf, record) for leaf in held)
    # A label that stands in records as well is told apart by the way up.
    named = {leaf: f"../{label}" if label in inside else label for leaf, label in around.items()}
    labels = tuple(dict.fromkeys((*named.values(), *inside)))
    if len(labels) > limits.columns:
        raise Refusal(f"the table has more than {limits.columns} columns")
    joined = partial(_note_joined, form, "" if is_first else f"{_show(record)}: ")
    name = opened.member if is_first else ":".join(part for part in (opened.member, _show(record)) if part)
    ancestors = Ancestors(record, first, named, skipped, joined)
    return RecordGrid(name, form, labels, partial(_read, opened, ancestors, limits)), {*around, *held}


def _show(path: Path) -> str:
    return f"/{'/'.join(path)}"


def _choose_further(shape: _Shape, left: Mapping[Path, None], read: Sequence[Path]) -> Path | None:
    """The path of further records: elements beside those that are read, which come again and hold other values."""
    taken = {*read, *(leaf for leaf in shape.leaves if leaf not in left)}
    above = {path[:length] for path in taken for length in range(1, len(path))}
    counts = Counter(
        {path: count for path, count in shape.counts.items() if path not in above and not _list_above(path) & taken}
    )
    leaves = {leaf: None for leaf in left if _list_above(leaf) & counts.keys()}
    has_several = any(counts[path] > 1 for leaf in leaves for path in _list_above(leaf) if path in counts)
    return _choose_record(_Shape(counts, leaves)) if has_several else None


def _list_above(path: Path) -> set[Path]:
    """A path, and those of the elements around it."""
    return {path[:length] for length in range(1, len(path) + 1)}


def _note_joined(form: dict[str, Any], before: str, label: str) -> None:
    """Say that a column has values of several elements in one cell; of further records with their path."""
    labels = form.setdefault("joined", [])
    if f"{before}{label}" not in labels:
        labels.append(f"{before}{label}")


def _measure(opened: OpenedRaw, limits: Limits) -> _Shape:
    shape, budget = _Shape(), NodeBudget(limits)
    spot = root = _Spot(shape, (), None)
    for event, element in walk_elements(opened, limits, budget):
        if event == "start":
            # What stands behind a child is known when the next one begins, or its parent ends.
            if not spot.has_text and (elder := element.getprevious()) is not None:
                spot.note_text(elder.tail)
            spot = spot.enter(cast(str, element.tag))
            if names := element.keys():
                spot.note_attributes(cast("list[str]", names))
            continue
        if not spot.has_text:
            _note_value(spot, element)
        spot = spot.above or root
        free(element)
        budget.renew()
    root.settle()
    return shape


def _note_value(spot: _Spot, element: _Element) -> None:
    """Note that an element has text, or nothing at all, which is a value as well."""
    if len(element) == 0 and not element.keys():
        spot.note_value()
        return
    spot.note_text(element.text)
    if len(element):
        spot.note_text(element[-1].tail)


def _choose_record(shape: _Shape) -> Path:
    """The path of the records: it comes several times, and the more often and the more it holds the better."""
    width: Counter[Path] = Counter()
    for leaf in shape.leaves:
        for length in range(1, len(leaf)):
            width[leaf[:length]] += 1
    several = [path for path, count in shape.counts.items() if count > 1 and width[path] > 0]
    several = several or [path for path, count in shape.counts.items() if count > 1]
    if not several:
        return next(iter(shape.counts))
    record = max(several, key=lambda path: (shape.counts[path] * width[path] / len(path), -len(path)))
    while inner := _find_inner(shape, width, record):
        record = inner
    return record


def _find_inner(shape: _Shape, width: Counter[Path], record: Path) -> Path | None:
    """The path of further records that a record holds, if it holds but one kind of them, and behind its own values."""
    size, often = len(record), shape.counts[record]
    held = [path for path in shape.counts if path[:size] == record and len(path) > size]
    several = [path for path in held if shape.counts[path] > often and width[path]]
    tops = [path for path in several if not any(path[: len(other)] == other != path for other in several)]
    if often < 2 or len(tops) != 1:
        return None
    (inner,) = tops
    if any(shape.counts[path] > often for path in held if path[: len(inner)] != inner):
        return None
    leaves = [leaf for leaf in shape.leaves if leaf[:size] == record]
    own = [leaf for leaf in leaves if leaf[: len(inner)] != inner]
    is_before = leaves[: len(own)] == own
    return inner if is_before and set(own) <= set(find_around(own, inner, size)) else None


def _label(leaf: Path, record: Path) -> str:
    return "/".join(leaf[len(record) :]) or record[-1]


def _read(opened: OpenedRaw, ancestors: Ancestors, limits: Limits) -> Iterator[tuple[str, Record]]:
    budget, path, depth, number = NodeBudget(limits), list[str](), 0, 0
    record, size, place = [*ancestors.record], len(ancestors.record), "/" + "/".join(ancestors.record)
    for event, element in walk_elements(opened, limits, budget):
        if event == "start":
            depth += 1
            if depth <= size:
                path.append(local_name(element))
                ancestors.begin(path, element)
            continue
        budget.spend(element)
        depth -= 1
        if depth >= size:
            continue
        if path == record:
            number += 1
            found, around = _flatten(element, record[-1], ancestors.note_joined), ancestors.values()
            yield f"{place}[{number}]", {**around, **found} if around else found
            ancestors.use()
        elif (alone := ancestors.end(path, element)) is not None:
            yield f"/{'/'.join(path)}", alone
        path.pop()
        free(element)
        budget.renew()


def _flatten(record: _Element, name: str, note_joined: Callable[[str], None]) -> Record:
    """Text and attributes below a record under their paths; what comes again at one is joined by commas, and told."""
    if len(record):
        refuse_entity(record)
    values = list[tuple[str, str]]()
    _list_values(values, record, name, "")
    found = dict(values)
    if len(found) == len(values):
        return found
    several: dict[str, list[str]] = {label: [] for label in found}
    for label, value in values:
        several[label].append(value)
    for label, each in several.items():
        if len(each) > 1:
            note_joined(label)
    return {label: ", ".join(each) for label, each in several.items()}


def _list_values(values: list[tuple[str, str]], element: _Element, label: str, prefix: str) -> None:
    """Append the values of an element with their labels; `prefix` stands before those of what is in it."""
    text, children = element.text or "", list(element)
    for key, value in element.items():
        values.append((f"{prefix}@{str(key).rpartition('}')[2]}", str(value)))
    if children:
        text = "".join([text, *(child.tail or "" for child in children)])
    if text := text.strip():
        values.append((label, text))
    for child in children:
        inner = prefix + cast(str, child.tag).rpartition("}")[2]
        _list_values(values, child, inner, f"{inner}/")
