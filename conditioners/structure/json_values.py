"""Tables of a JSON document or of JSON Lines as grids of rows: scalars under the path that leads to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped
from conditioners.raw import OpenedRaw
from conditioners.readers.decoding import show_damage
from conditioners.readers.json_lines import load_lines
from conditioners.readers.json_tree import Document, load_document, show_json
from conditioners.structure.json_tables import Found, find_tables, is_list_of_rows, list_records
from conditioners.structure.records import Record, RecordGrid, collect_labels
from conditioners.structure.rows import Row, no_resplit

_LEVELS = 6
"""Lists in lists of objects that are read as rows of the innermost."""


@dataclass(frozen=True)
class ListGrid:
    """A list of lists: rows of cells, maybe with labels among them."""

    format: dict[str, Any]
    value: list[Any]
    path: str
    known_encoding: dict[str, str]
    name: str = ""
    place: str = "path"
    words_are_apart: bool = False
    has_labels: bool = False

    def rows(self) -> Iterator[Row]:
        """All rows, in order."""
        for number, item in enumerate(self.value):
            yield Row(f"{self.path}[{number}]", tuple(_show(cell) for cell in item), show_json(item))

    resplit = staticmethod(no_resplit)

    def describe(self) -> dict[str, Any]:
        """The format, and where the rows are."""
        return self.format

    def encoding(self) -> dict[str, str] | None:
        """How the text was decoded."""
        return self.known_encoding


def open_json(opened: OpenedRaw, limits: Limits, skipped: Skipped) -> Iterator[RecordGrid | ListGrid]:
    """The tables of a document or of JSON Lines; raises Refusal when it is neither, or holds no table."""
    document = _load(opened, limits)
    if document.value in ([], {}):
        return
    if not isinstance(document.value, dict | list):
        raise Refusal("the JSON document holds no table")
    tables = find_tables(document.value)
    if tables[0].path != "$":
        paths = ", ".join(table.path for table in tables[:5]) + (", ..." if len(tables) > 5 else "")
        skipped.add("path $", f"outside of the records at {paths}")
    if document.broken and (len(tables) > 1 or is_list_of_rows(document.value)):
        raise Refusal(document.broken[0].reason, f"line {document.broken[0].line}")
    for table in tables:
        name = table.path if len(tables) > 1 else ""
        name = ":".join(part for part in (opened.member, name) if part)
        grid = _open_table(table, name, document, limits)
        if isinstance(grid, RecordGrid) and not grid.labels:
            skipped.add(f"path {table.path}", "records without values")
        else:
            yield grid


def _load(opened: OpenedRaw, limits: Limits) -> Document:
    try:
        return load_document(opened, limits)
    except Refusal as refusal:
        # What was parsed before it hangs on the traceback.
        refused = refusal.with_traceback(None)
    lines = load_lines(opened, limits)
    if lines is None:
        raise refused
    return lines


def _open_table(table: Found, name: str, document: Document, limits: Limits) -> RecordGrid | ListGrid:
    encoding = dict(document.encoding)
    form = {"format": "JSON", "records": table.path}
    if is_list_of_rows(table.value):
        return ListGrid(form, table.value, table.path, encoding, name)
    nodes = _expand([_node(item, {}, "") for item in list_records(table)])
    labels = collect_labels((node.record() for node in nodes), limits)
    return RecordGrid(name, form, labels, partial(_records, nodes), encoding, document.broken)


@dataclass(frozen=True)
class _Node:
    """One record: its cells, those of the records that it stands in, and its lists of further records by label."""

    path: str
    above: Record
    cells: Record
    lists: Mapping[str, list[dict[str, Any]]]

    def record(self) -> Record:
        """All cells; lists stay JSON text."""
        return {**self.above, **self.cells, **{label: show_json(items) for label, items in self.lists.items()}}


def _records(nodes: Sequence[_Node]) -> Iterator[tuple[str, Record]]:
    for node in nodes:
        yield node.path, node.record()


def _expand(nodes: list[_Node]) -> list[_Node]:
    """The innermost records, if each record holds one list of records, and in them most of what it holds."""
    for _ in range(_LEVELS):
        labels = {label for node in nodes for label in node.lists}
        if len(labels) != 1:
            break
        (label,) = labels
        inner = sum(len(item) for node in nodes for item in node.lists.get(label, ()))
        if inner <= 2 * sum(len(node.cells) for node in nodes):
            break
        nodes = [child for node in nodes for child in _children(node, label)]
    return nodes


def _children(node: _Node, label: str) -> Iterator[_Node]:
    if label not in node.lists:
        yield node
        return
    above = {**node.above, **node.cells}
    prefix = f"{label}[]." if any(known.startswith(f"{label}.") for known in above) else f"{label}."
    for number, item in enumerate(node.lists[label]):
        yield _node(Found(f"{node.path}.{label}[{number}]", item), above, prefix)


def _node(item: Found, above: Record, prefix: str) -> _Node:
    """A record with its scalars under their paths."""
    if not isinstance(item.value, dict):
        return _Node(item.path, above, {f"{prefix}value": _show(item.value)}, {})
    cells: dict[str, str] = {}
    lists: dict[str, list[dict[str, Any]]] = {}
    waiting = list(reversed([(f"{prefix}{name}", each) for name, each in item.value.items()]))
    while waiting:
        name, value = waiting.pop()
        while name in cells or name in lists:
            # {"a.b": 1, "a": {"b": 2}} has one path for two values.
            name += "'"
        if isinstance(value, dict) and value:
            waiting += reversed([(f"{name}.{inner}", each) for inner, each in value.items()])
        elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            lists[name] = value
        else:
            cells[name] = _show(value)
    return _Node(item.path, above, cells, lists)


def _show(value: Any) -> str:
    if value is None:
        return ""
    return show_damage(value if isinstance(value, str) else show_json(value))
