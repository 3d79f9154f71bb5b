"""Tables in an XML document of unknown form: the elements that come again and again, each one a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped
from conditioners.raw import OpenedRaw
from conditioners.readers.xml_elements import NodeBudget, free, local_name, refuse_entity, walk_elements
from conditioners.structure.records import Record, RecordGrid
from conditioners.structure.xml_ancestors import Ancestors, find_around, find_first

if TYPE_CHECKING:
    from lxml.etree import _Element

_PATHS = 10_000
"""Different paths of elements in one document."""
Path = tuple[str, ...]


@dataclass
class _Shape:
    """What stands where in a document."""

    counts: Counter[Path] = field(default_factory=Counter)
    leaves: dict[Path, None] = field(default_factory=dict)
    """Paths that have text or attributes, in order of appearance."""


def open_xml(opened: OpenedRaw, limits: Limits, skipped: Skipped) -> Iterator[RecordGrid]:
    """The records of a document, which is read twice; raises Refusal when it is not well-formed."""
    shape = _measure(opened, limits)
    record = _choose_record(shape)
    first = find_first(shape.counts, record)
    around = find_around(shape.leaves, record, first)
    inside = dict.fromkeys(_label(leaf, record) for leaf in shape.leaves if leaf[: len(record)] == record)
    # A label that stands in records as well is told apart by the way up.
    around = {leaf: f"../{label}" if label in inside else label for leaf, label in around.items()}
    labels = tuple(dict.fromkeys((*around.values(), *inside)))
    if len(labels) > limits.columns:
        raise Refusal(f"the table has more than {limits.columns} columns")
    form = {"format": "XML", "records": "/" + "/".join(record)}
    if any(leaf not in around and leaf[: len(record)] != record for leaf in shape.leaves):
        skipped.add("path /", f"outside of the records at {form['records']}")
    ancestors = Ancestors(record, first, around, skipped)
    yield RecordGrid(opened.member, form, labels, partial(_read, opened, ancestors, limits))


def _measure(opened: OpenedRaw, limits: Limits) -> _Shape:
    shape, path, budget = _Shape(), list[str](), NodeBudget(limits)
    for event, element in walk_elements(opened, limits, budget):
        if event == "start":
            _note_text(shape, path, element.getprevious())
            path.append(local_name(element))
            shape.counts[tuple(path)] += 1
            if len(shape.counts) > _PATHS:
                raise Refusal(f"the XML document has elements at more than {_PATHS} different paths")
            shape.leaves.update(dict.fromkeys((*path, f"@{name.rpartition('}')[2]}") for name in element.attrib))
            if len(shape.leaves) > _PATHS:
                raise Refusal(f"the XML document has values at more than {_PATHS} different paths")
            continue
        if (len(element) == 0 and not element.attrib) or (element.text and element.text.strip()):
            shape.leaves.setdefault(tuple(path))
        _note_text(shape, path, element[-1] if len(element) else None)
        path.pop()
        free(element)
        budget.renew()
    return shape


def _note_text(shape: _Shape, path: list[str], child: _Element | None) -> None:
    """Note that there is text at a path, if there is any behind a child that was read."""
    if child is not None and child.tail and child.tail.strip():
        shape.leaves.setdefault(tuple(path))


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
    record, budget, path, number = ancestors.record, NodeBudget(limits), list[str](), 0
    for event, element in walk_elements(opened, limits, budget):
        if event == "start":
            path.append(local_name(element))
            ancestors.begin(path, element)
            continue
        budget.spend(element)
        if tuple(path) == record:
            number += 1
            yield f"/{'/'.join(record)}[{number}]", {**ancestors.values(), **_flatten(element, record[-1])}
            ancestors.use()
            budget.renew()
        elif len(path) <= len(record) and (alone := ancestors.end(path, element)) is not None:
            yield f"/{'/'.join(path)}", alone
        path.pop()
        if len(path) < len(record):
            free(element)
            budget.renew()


def _flatten(record: _Element, name: str) -> Record:
    """Text and attributes below a record under their paths; what comes again at a path is told apart by commas."""
    found: dict[str, list[str]] = {}
    waiting: list[tuple[_Element, Path]] = [(record, ())]
    while waiting:
        element, path = waiting.pop()
        refuse_entity(element)
        values = [((*path, f"@{key.rpartition('}')[2]}"), value) for key, value in element.attrib.items()]
        children = [child for child in element if isinstance(child.tag, str)]
        text = "".join([element.text or "", *(child.tail or "" for child in children)]).strip()
        if text:
            values.append((path, text))
        for at, value in values:
            label = "/".join(map(str, at)) or name
            found.setdefault(label, []).append(str(value))
        waiting += [(child, (*path, local_name(child))) for child in reversed(children)]
    return {label: ", ".join(values) for label, values in found.items()}
