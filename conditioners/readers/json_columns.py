"""JSON documents of parallel lists: a row for each position in the lists of an object that a dialect names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conditioners.declaration import Source
from conditioners.dialects import JsonColumns
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.batches import BATCH_ROWS, Facts, Located, Rows, TextBatch
from conditioners.readers.decoding import show_damage
from conditioners.readers.headers import is_surrounding
from conditioners.readers.json_parsing import Document
from conditioners.readers.json_showing import show_json, show_value
from conditioners.readers.json_tree import step
from conditioners.readers.numbers import Cells, write_numbers

_RECORDS = "@records"


class JsonColumnsReader:
    """Reads one document in one dialect."""

    def __init__(self, source: Source, dialect: JsonColumns, opened: OpenedRaw, document: Document) -> None:
        self._dialect, self._document, self._opened = dialect, document, opened
        self._labels = {column.name: source.labels_of(column, dialect) for column in source.columns}
        self._required = {column.name for column in source.columns if not column.optional}
        self.columns = tuple(self._labels)
        self._write = write_numbers(source, dialect, self.columns)
        self.facts = Facts(
            place="path", dialect={"name": dialect.name, "format": "JSON", "records": list(dialect.records)},
            labels=self._list_labels(), encoding=document.encoding,
        )  # fmt: skip
        declared = {label for labels in self._labels.values() for label in labels}
        self.facts.ignored = [label for label in self.facts.labels if label not in declared]

    @property
    def has_records(self) -> bool:
        """Whether the document has one of the objects that hold lists."""
        return any(isinstance(step(self._document.value, path.split(".")), dict) for path in self._dialect.records)

    def _list_labels(self) -> list[str]:
        """The paths of all lists, as the document has them."""
        found = []
        for path in self._dialect.records:
            held = step(self._document.value, path.split("."))
            found += [f"{path}.{name}" for name in held] if isinstance(held, dict) else []
        return found

    def parts(self) -> Iterator[Rows]:
        """Rows in portions."""
        rows = Rows(self.columns)
        for path in self._dialect.records:
            held = step(self._document.value, path.split("."))
            if held is None:
                continue
            if not isinstance(held, dict):
                raise Refusal("an object that holds lists should stand here", f"$.{path}")
            for number, cells in enumerate(self._read_lists(path, held)):
                rows.add((path, number, held), cells)
                if len(rows.cells) >= BATCH_ROWS:
                    yield rows
                    rows = Rows(self.columns)
        yield rows

    def _read_lists(self, path: str, held: dict[str, Any]) -> Iterator[Cells]:
        lengths = {len(values) for values in held.values() if isinstance(values, list)}
        if len(lengths) != 1:
            raise Refusal(f"the lists have {len(lengths)} different lengths, so rows cannot be told", f"$.{path}")
        columns = [self._find(name, path, held) for name in self._labels]
        for number in range(lengths.pop()):
            yield self._write([show_value(value[number]) if isinstance(value, list) else value for value in columns])

    def _find(self, name: str, path: str, held: dict[str, Any]) -> list[Any] | str | None:
        """A column's list, or the one value that all rows have."""
        for label in self._labels[name]:
            if label == _RECORDS:
                return path
            if is_surrounding(label):
                return self._opened.describe(label)
            inside = label.removeprefix(f"{path}.")
            if inside != label:
                if inside in held:
                    value = held[inside]
                    return value if isinstance(value, list) else show_value(value)
            elif not label.startswith(tuple(f"{other}." for other in self._dialect.records)):
                value = step(self._document.value, label.split("."))
                if value is not None:
                    return show_value(value)
        if name in self._required:
            raise Refusal(f"{name} ({' or '.join(self._labels[name])}) is not there", f"$.{path}")
        return None

    def read(self, part: Rows) -> TextBatch:
        """A portion as a batch."""
        return replace(part.to_batch(_locate), damaged=self._document.damaged)


def _locate(origin: tuple[str, int, dict[str, Any]]) -> Located:
    path, number, held = origin
    shown = {name: values[number] if isinstance(values, list) else values for name, values in held.items()}
    return Located(f"$.{path}[{number}]", show_damage(show_json(shown)))
