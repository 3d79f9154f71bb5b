"""Tables in an XML document of unknown form: the elements that come again and again, each one a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.xml_elements import NodeBudget, free, local_name, refuse_entity, walk_elements
from conditioners.structure.records import Record, RecordGrid

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


def open_xml(opened: OpenedRaw, limits: Limits) -> Iterator[RecordGrid]:
    """The records of a document, which is read twice; raises Refusal when it is not well-formed."""
    shape = _measure(opened, limits)
    record = _choose_record(shape)
    labels = tuple(dict.fromkeys(_label(leaf, record) for leaf in shape.leaves if leaf[: len(record)] == record))
    if len(labels) > limits.columns:
        raise Refusal(f"the table has more than {limits.columns} columns")
    form = {"format": "XML", "records": "/" + "/".join(record)}
    yield RecordGrid(opened.member, form, labels, partial(_read, opened, record, limits))


def _measure(opened: OpenedRaw, limits: Limits) -> _Shape:
    shape, path, budget = _Shape(), [], NodeBudget(limits)
    for event, element in walk_elements(opened, limits, budget):
        if event == "start":
            path.append(local_name(element))
            shape.counts[tuple(path)] += 1
            if len(shape.counts) > _PATHS:
                raise Refusal(f"the XML document has elements at more than {_PATHS} different paths")
            shape.leaves.update(dict.fromkeys((*path, f"@{name.rpartition('}')[2]}") for name in element.attrib))
            if len(shape.leaves) > _PATHS:
                raise Refusal(f"the XML document has values at more than {_PATHS} different paths")
            continue
        if len(element) == 0 or (element.text and element.text.strip()):
            shape.leaves.setdefault(tuple(path))
        path.pop()
        free(element)
        budget.renew()
    return shape


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
    return max(several, key=lambda path: (shape.counts[path] * width[path] / len(path), -len(path)))


def _label(leaf: Path, record: Path) -> str:
    return "/".join(leaf[len(record) :]) or record[-1]


def _read(opened: OpenedRaw, record: Path, limits: Limits) -> Iterator[tuple[str, Record]]:
    budget, path, number = NodeBudget(limits), [], 0
    for event, element in walk_elements(opened, limits, budget):
        if event == "start":
            path.append(local_name(element))
            continue
        budget.spend(element)
        if tuple(path) == record:
            number += 1
            yield f"/{'/'.join(record)}[{number}]", _flatten(element, record[-1])
            budget.renew()
        path.pop()
        if len(path) < len(record):
            free(element)
            budget.renew()


def _flatten(record: _Element, name: str) -> Record:
    """Text and attributes below a record under their paths; what comes again at a path is told apart by commas."""
    found: dict[str, str] = {}
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
            found[label] = f"{found[label]}, {value}" if label in found else str(value)
        waiting += [(child, (*path, local_name(child))) for child in reversed(children)]
    return found
