"""Tables in an XML document of unknown form: the elements that come again and again, each one a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped
from conditioners.readers.xml.elements import NodeBudget, free, local_name, refuse_entity, walk_elements
from conditioners.structure.records import Record, RecordGrid
from conditioners.structure.xml_ancestors import Ancestors, find_around, find_first, find_nested
from conditioners.structure.xml_choice import choose_further, choose_record
from conditioners.structure.xml_shape import Path, Shape, measure_shape

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_TABLES = 4
"""Kinds of records in one document that are read, each of which takes a reading of its own."""


def open_xml(opened: OpenedRaw, limits: Limits, skipped: Skipped) -> Iterator[RecordGrid]:
    """The records of a document, and of other elements that come again; raises Refusal when it is not well-formed.

    The document is read once to find them, and once more for each.
    """
    shape = measure_shape(opened, limits)
    first = choose_record(shape)
    document = _Document(opened, limits, skipped, shape, {"format": "XML", "records": _show(first)})
    read, left, record = list[Path](), dict.fromkeys(shape.leaves), cast("Path | None", first)
    while record is not None and len(read) < _MOST_TABLES:
        grid, taken = document.open_records(record, is_first=not read)
        read.append(record)
        left = {leaf: None for leaf in left if leaf not in taken}
        yield grid
        record = choose_further(shape, left, read)
    if left:
        skipped.add("path /", f"outside of the records at {', '.join(map(_show, read))}")


@dataclass(frozen=True)
class _Document:
    """One document, and what is found out of it."""

    opened: OpenedRaw
    limits: Limits
    skipped: Skipped
    shape: Shape
    form: dict[str, Any]
    """That of all of its tables, for the summary."""

    def open_records(self, record: Path, *, is_first: bool) -> tuple[RecordGrid, set[Path]]:
        """The records at a path, and the paths of the values that they hold or have around them."""
        leaves, counts = self.shape.leaves, self.shape.counts
        first = find_first(counts, record)
        known = find_around(leaves, record, first) | find_nested(leaves, counts, record, first)
        around = {leaf: known[leaf] for leaf in leaves if leaf in known}
        held = [leaf for leaf in leaves if leaf[: len(record)] == record]
        inside = dict.fromkeys(_label(leaf, record) for leaf in held)
        # A label that stands in records as well is told apart by the way up.
        named = {leaf: f"../{label}" if label in inside else label for leaf, label in around.items()}
        labels = tuple(dict.fromkeys((*named.values(), *inside)))
        if len(labels) > self.limits.columns:
            raise Refusal(f"the table has more than {self.limits.columns} columns")
        joined = partial(_note_joined, self.form, "" if is_first else f"{_show(record)}: ")
        member = self.opened.member
        name = member if is_first else ":".join(part for part in (member, _show(record)) if part)
        ancestors = Ancestors(record, first, named, self.skipped, joined)
        read = partial(_read, self.opened, ancestors, self.limits)
        return RecordGrid(name, self.form, labels, read), {*around, *held}


def _show(path: Path) -> str:
    return f"/{'/'.join(path)}"


def _note_joined(form: dict[str, Any], before: str, label: str) -> None:
    """Say that a column has values of several elements in one cell; of further records with their path."""
    labels = form.setdefault("joined", [])
    if f"{before}{label}" not in labels:
        labels.append(f"{before}{label}")


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
