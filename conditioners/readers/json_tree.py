"""Walks through JSON values to the repeated elements that a dialect names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from conditioners.declaration import Source
from conditioners.dialects import JsonLines, JsonTree
from conditioners.outcome import Refusal, SourceError
from conditioners.raw import OpenedRaw
from conditioners.readers.decoding import show_damage
from conditioners.readers.headers import is_surrounding, surroundings
from conditioners.readers.json_labels import list_labels
from conditioners.readers.json_paths import (
    KEY,
    KEYED,
    Level,
    find_place,
    join_all,
    join_key,
    read_path,
    show_path,
    step,
    write_path,
)
from conditioners.readers.json_showing import show_json
from conditioners.readers.numbers import write_numbers


class Stray(NamedTuple):
    """What stands in place of a record or of a list of them, as JSON, and why it is none."""

    place: str
    raw: str
    rule: str = "not_a_list"
    reason: str = "a list should stand here"

    @classmethod
    def in_place_of(cls, each: str, place: str, value: Any) -> Stray:
        """What stands where a list should, or an object of records by key."""
        if each == KEYED:
            return cls(place, show_json(value), "not_an_object", "an object should stand here")
        return cls(place, show_json(value))


class Place(NamedTuple):
    """Where a record stands: its path, and the record."""

    path: str
    record: Any


Cells = tuple[str | None, ...]


class TreeWalker:
    """Walks to the records of a JSON value, and takes along the values that the labels lead to."""

    def __init__(self, source: Source, dialect: JsonTree | JsonLines, opened: OpenedRaw) -> None:
        self._records, self._levels = dialect.records, read_path(dialect.records)
        if any(self._levels[-1]) or (len(self._levels) == 1 and isinstance(dialect, JsonTree)):
            raise SourceError(
                f"dialect {dialect.name}: records {dialect.records!r} lead to no list; [] stands for one, {{}} for an "
                "object whose values are records"
            )
        constants = {name: opened.describe(label) for name, label in surroundings(source, dialect).items()}
        labelled = _labelled(source, dialect)
        found = [self._find_value(dialect.name, label) for _, label in labelled]
        numbers = range(len(self._levels))
        self._keys = [sum(at == level for at, last in found if last.each == KEY) for level in numbers]
        """For each level how many columns are the key that leads there."""
        self._ways = [[last.names for at, last in found if at == level and last.each != KEY] for level in numbers]
        by_level = sorted(range(len(found)), key=lambda column: (found[column][0], found[column][1].each != KEY))
        self._order = [by_level.index(column) for column in range(len(found))]
        self._constants = list[str | None](constants.values())
        self.labelled = [name for name, _ in labelled]
        self.columns = (*self.labelled, *constants)
        self._write = write_numbers(source, dialect, self.columns)
        self.inner = [name for (name, _), (level, _) in zip(labelled, found, strict=True) if level]
        """Columns whose values stand in the lists."""
        self._labels = {write_path(read_path(label)) for _, label in labelled}
        self.header_rows = list[str]()
        """Nowhere: labels are paths."""

    def require_any(self, source: Source, labels: Sequence[str]) -> None:
        """Raises Refusal when none of the labels that a file has is one of the dialect's."""
        if labels and not self._labels.intersection(labels):
            raise Refusal(f"no label is one of {source.name}: {', '.join(list(labels)[:10])}")

    def list_ignored(self, labels: Sequence[str]) -> list[str]:
        """Of labels that a file has, those that no column goes by."""
        return [label for label in labels if label not in self._labels]

    def list_labels(self, elements: Sequence[Any]) -> list[str]:
        """The labels of some elements of the outermost list."""
        document: Any = dict(elements) if self.is_keyed else elements
        for name in reversed(self.outermost):
            place = find_place(name)
            document = {name: document} if place is None else [*[None] * place, document]
        return list_labels([document], self._records)

    def list_labels_around(self, root: Any) -> list[str]:
        """The labels of a document whose list holds nothing."""
        return list_labels([root], self._records)

    @property
    def outermost(self) -> tuple[str, ...]:
        """The names that lead to the outermost list."""
        return self._levels[0].names

    @property
    def is_keyed(self) -> bool:
        """Whether that is no list, but an object whose values are the records."""
        return self._levels[0].each == KEYED

    def _find_value(self, dialect: str, label: str) -> tuple[int, Level]:
        """At which level of nested lists a value stands, and the names that lead to it from there."""
        *lists, last = read_path(label)
        if tuple(lists) != self._levels[: len(lists)]:
            raise SourceError(f"dialect {dialect}: {label} leads through other lists than the records")
        return len(lists), last

    def find_around(self, root: Any) -> Cells:
        """The values that stand around the outermost list."""
        return self._find_here(root, 0)

    def walk(self, value: Any) -> Iterator[tuple[Place, list[str | None]] | Stray]:
        """The records of a value, or what stands in place of a list."""
        yield from self._walk(value, "$", 0, ())

    def walk_list(
        self, elements: Sequence[Any], first: int, around: Cells
    ) -> Iterator[tuple[Place, list[str | None]] | Stray]:
        """The records of some elements of the outermost list, of which the first has that number."""
        path = show_path(self._levels[0].names)
        if self.is_keyed:
            yield from self._walk_members(elements, path, 1, around)
            return
        for number, element in enumerate(elements, start=first):
            yield from self._walk(element, f"{path}[{number}]", 1, around)

    def _walk_members(
        self, members: Iterable[tuple[str, Any]], path: str, level: int, cells: Cells
    ) -> Iterator[tuple[Place, list[str | None]] | Stray]:
        """The records below the values of an object, whose keys may be cells."""
        for key, value in members:
            keys = (key,) * self._keys[level]
            yield from self._walk(value, join_key(path, show_damage(key)), level, (*cells, *keys))

    def _walk(self, node: Any, path: str, level: int, cells: Cells) -> Iterator[tuple[Place, list[str | None]] | Stray]:
        """The records below a node; `cells` are the values found on the way, in the order of levels."""
        cells = (*cells, *self._find_here(node, level))
        names, each = self._levels[level]
        if level == len(self._levels) - 1 and not names:
            yield Place(path, node), self._write([cells[number] for number in self._order] + self._constants)
            return
        elements = step(node, names)
        path = join_all(path, names)
        if each == KEYED and isinstance(elements, dict):
            yield from self._walk_members(elements.items(), path, level + 1, cells)
            return
        if each == KEYED or not isinstance(elements, list):
            if elements is not None:
                yield Stray.in_place_of(each, path, elements)
            return
        for number, element in enumerate(elements):
            yield from self._walk(element, f"{path}[{number}]", level + 1, cells)

    def _find_here(self, node: Any, level: int) -> Cells:
        # This is done for each record. Most names lead one step from an object to text, which needs no further call.
        get = node.get if isinstance(node, dict) else None
        values = [
            get(names[0]) if get is not None and len(names) == 1 else step(node, names) for names in self._ways[level]
        ]
        return tuple([value if value is None or isinstance(value, str) else show_json(value) for value in values])


def _labelled(source: Source, dialect: JsonTree | JsonLines) -> list[tuple[str, str]]:
    """Canonical columns with the path of their value."""
    labels = [(column.name, source.labels_of(column, dialect)[0]) for column in source.columns]
    return [(name, label) for name, label in labels if not is_surrounding(label)]
