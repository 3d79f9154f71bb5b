"""Tables in a JSON document of unknown form: a list of objects or of lists, an object of lists or of objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped
from conditioners.raw import OpenedRaw
from conditioners.readers.decoding import show_damage
from conditioners.readers.json_lines import load_lines
from conditioners.readers.json_tree import Document, load_document, show_json
from conditioners.structure.records import Record, RecordGrid, collect_labels
from conditioners.structure.rows import Row, no_resplit


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
    """The table of a document or of JSON Lines; raises Refusal when it is neither, or holds no table."""
    try:
        document = load_document(opened, limits)
    except Refusal as refusal:
        lines = load_lines(opened, limits)
        if lines is None:
            raise refusal from None
        document = lines
    if document.value not in ([], {}):
        yield _open_value(document, opened.member, limits, skipped)


def _open_value(document: Document, name: str, limits: Limits, skipped: Skipped) -> RecordGrid | ListGrid:
    path, value = _find_table(document.value, "$")
    if path != "$":
        skipped.add("path $", f"outside of the records at {path}")
    encoding, form = dict(document.encoding), {"format": "JSON", "records": path}
    if isinstance(value, list) and value and all(isinstance(item, list) for item in value):
        return ListGrid(form, value, path, encoding, name)
    items = _items(value, path)
    labels = collect_labels((_flatten(item) for _, item in items), limits)
    return RecordGrid(name, form, labels, partial(_records, items), encoding)


def _records(items: list[tuple[str, Any]]) -> Iterator[tuple[str, Record]]:
    for path, item in items:
        yield path, _flatten(item)


def _items(value: Any, path: str) -> list[tuple[str, Any]]:
    """Each record with its path."""
    if isinstance(value, list):
        return [(f"{path}[{number}]", item) for number, item in enumerate(value)]
    if _is_columnar(value):
        names, count = list(value), len(next(iter(value.values())))
        return [(f"{path}.*[{at}]", {name: value[name][at] for name in names}) for at in range(count)]
    if _is_keyed(value):
        return [(f"{path}.{key}", {"key": key, **item}) for key, item in value.items()]
    return [(path, value)]


def _find_table(value: Any, path: str) -> tuple[str, Any]:
    """The value that is a table, nearest to the root, and among those the one with most cells."""
    level = [(path, value)]
    while level:
        tables = [(_size(each), at, each) for at, each in level if _is_table(each)]
        if tables:
            _, at, found = max(tables, key=lambda table: table[0])
            return at, found
        level = [
            (f"{at}.{name}", inner) for at, each in level if isinstance(each, dict) for name, inner in each.items()
        ]
    if not isinstance(value, dict | list):
        raise Refusal("the JSON document holds no table")
    return path, value


def _is_table(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and (
            all(isinstance(item, dict) for item in value) or all(isinstance(item, list) for item in value)
        )
    return isinstance(value, dict) and (_is_columnar(value) or _is_keyed(value))


def _size(value: Any) -> int:
    if isinstance(value, list):
        return sum(len(item) for item in value)
    return len(value) * max((len(item) for item in value.values()), default=0)


def _is_columnar(value: dict[str, Any]) -> bool:
    """An object of two or more equally long lists of scalars."""
    lists = list(value.values())
    if len(lists) < 2 or not all(isinstance(item, list) for item in lists):
        return False
    scalar = all(not isinstance(cell, list | dict) for item in lists for cell in item)
    return scalar and len({len(item) for item in lists}) == 1 and len(lists[0]) > 1


def _is_keyed(value: dict[str, Any]) -> bool:
    """An object of several objects that have most of their names in common."""
    items = list(value.values())
    if len(items) < 3 or not all(isinstance(item, dict) and item for item in items):
        return False
    common = set(items[0]).intersection(*items)
    return "key" not in items[0] and all(len(common) * 2 > len(item) for item in items)


def _flatten(value: Any) -> Record:
    """The scalars of a record under their paths; lists stay JSON text."""
    if not isinstance(value, dict):
        return {"value": _show(value)}
    found: dict[str, str] = {}
    waiting = list(reversed(value.items()))
    while waiting:
        name, item = waiting.pop()
        if isinstance(item, dict) and item:
            waiting += reversed([(f"{name}.{inner}", each) for inner, each in item.items()])
        else:
            found[name] = _show(item)
    return found


def _show(value: Any) -> str:
    if value is None:
        return ""
    return show_damage(value if isinstance(value, str) else show_json(value))
