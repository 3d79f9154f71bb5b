"""Walks through JSON values to the repeated elements that a dialect names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from conditioners.declaration import Source
from conditioners.dialects import JsonLines, JsonTree
from conditioners.inputs.raw import OpenedRaw
from conditioners.inputs.surroundings import is_surrounding
from conditioners.outcome import Refusal, SourceError
from conditioners.parts import list_read
from conditioners.readers.headers import surroundings
from conditioners.readers.json.labels import list_labels
from conditioners.readers.json.levels import Walk, Walked
from conditioners.readers.json.paths import (
    KEY,
    KEYED,
    Level,
    find_place,
    read_path,
    show_path,
    step,
    write_path,
)
from conditioners.readers.json.showing import show_value
from conditioners.readers.numbers import NumberWriter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
        self._by_level = sorted(range(len(found)), key=lambda column: (found[column][0], found[column][1].each != KEY))
        self._constants = list[str](constants.values())
        self.labelled = [name for name, _ in labelled]
        self.columns = (*self.labelled, *constants)
        self._writer = NumberWriter(source, dialect, self.columns)
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
        return tuple(show_value(step(root, names)) for names in self._ways[0])

    def walk(self, values: list[Any]) -> tuple[Walked, NDArray[np.int64]]:
        """The records of some values, and how many each of them holds."""
        walk = Walk("$", values, None, None)
        return self._walk(walk, 0), walk.count_rows()

    def walk_list(self, elements: list[Any], first: int, around: Cells) -> Walked:
        """The records of some elements of the outermost list, of which the first has that number."""
        path = show_path(self._levels[0].names)
        if self.is_keyed:
            walk = Walk(path, [value for _, value in elements], None, [key for key, _ in elements])
        else:
            walk = Walk(path, elements, first, None)
        for value, at in zip(around, self._by_level, strict=False):
            walk.take_constant(self._writer.write_column(at, [value])[0])
        return self._walk(walk, 1)

    def _walk(self, walk: Walk, first: int) -> Walked:
        """Go from a level on to the last one, with a column for each label."""
        for level in range(first, len(self._levels)):
            for _ in range(self._keys[level]):
                walk.take_keys()
            for names in self._ways[level]:
                walk.take_values(names, self._writer, self._by_level[len(walk.columns)])
            if level < len(self._levels) - 1:
                walk.go_down(self._levels[level])
        for value in self._constants:
            walk.take_constant(value)
        order = [*self._by_level, *range(len(self._by_level), len(walk.columns))]
        found = dict(zip(order, walk.columns, strict=True))
        return walk.finish({name: found[at] for at, name in enumerate(self.columns)})


def _labelled(source: Source, dialect: JsonTree | JsonLines) -> list[tuple[str, str]]:
    """Canonical columns with the path of their value."""
    labels = [(column.name, source.labels_of(column, dialect)[0]) for column in list_read(source.columns, dialect)]
    return [(name, label) for name, label in labels if not is_surrounding(label)]
