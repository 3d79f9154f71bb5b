"""Finds out what the rows of JSON records are: the records, or those of the lists that hold most of what there is.

What it takes to know is counted record by record, for every depth that lists may be unfolded to, so that the records
need not be held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.json.showing import Number
from conditioners.structure.json_nodes import LONG_NAMES, MOST_NAMES, Node, list_children, read_node
from conditioners.structure.records import Record

_LEVELS = 6
"""Lists in lists of objects that are read as rows of the innermost."""
_SCALARS = frozenset((str, Number, bool, type(None)))
_MOST_REPEATED = 100
"""How many times as many cells as a list has may be repeated beside its records, where that makes very many."""


@dataclass(frozen=True)
class Unfolding:
    """The labels of all rows, in order of appearance, and the lists that are unfolded, from the outermost on."""

    labels: tuple[str, ...]
    lists: tuple[str, ...]
    as_json: tuple[str, ...] = ()
    """Labels of the columns in which some cells are whole lists as JSON."""

    def rows(self, path: str, value: Any) -> Iterator[tuple[str, Record]]:
        """The rows that a record gives, each with its path."""
        nodes: Iterable[Node] = (read_node(path, value, {}, ""),)
        for label in self.lists:
            nodes = _unfold(nodes, label)
        for node in nodes:
            yield node.path, node.record()


def _unfold(nodes: Iterable[Node], label: str) -> Iterator[Node]:
    for node in nodes:
        yield from list_children(node, label)


@dataclass
class _Level:
    """What there is of the records when lists are unfolded so many times."""

    labels: dict[str, None] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)
    """Labels of lists; more than two are not told apart."""
    as_json: set[str] = field(default_factory=set)
    """Labels of cells that are lists but not of records."""
    records: set[str] = field(default_factory=set)
    """Labels of lists of records, all of them."""
    cells: int = 0
    listed: int = 0
    """Values in the records of lists."""
    repeated: int = 0
    """Cells that stand beside the records of lists when these are unfolded."""
    names: int = 0
    """Characters of all labels."""
    above: Record | None = None
    """What stood above the last record; its labels are known."""
    excess: str = ""
    """Why there can be no table of these rows; their labels are not looked at any more."""

    def copy(self) -> _Level:
        return replace(self, labels=dict(self.labels), lists=set(self.lists), as_json=set(self.as_json), records=set())

    def unfolds(self, limits: Limits) -> bool:
        """Whether each record holds one list of records at most, and in them most of what it holds."""
        repeats = self.repeated > max(limits.cells, self.listed * _MOST_REPEATED)
        return len(self.lists) == 1 and self.listed > 2 * self.cells and not repeats


class UnfoldingSurvey:
    """Takes all records, in order, and tells then how they unfold."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._levels = [_Level()]

    def take(self, value: Any) -> None:
        """The next record; raises Refusal when there are too many labels, however they unfold."""
        if isinstance(value, dict) and _SCALARS.issuperset(map(type, value.values())):
            self._take_flat(value)
        else:
            self._take(read_node("", value, {}, ""), 0)

    def _take_flat(self, record: Mapping[str, Any]) -> None:
        """As `_take`, for a record whose values are its cells, however lists unfold."""
        for level in self._levels:
            if not record.keys() <= level.labels.keys():
                self._add_labels(level, record)
            level.cells += len(record)
            if len(level.lists) > 1:
                return

    def _take(self, node: Node, depth: int) -> None:
        level = self._levels[depth]
        if node.lists and depth + 1 == len(self._levels) and depth < _LEVELS:
            # No node before this one has a list here, so unfolded they are what they were.
            self._levels.append(level.copy())
        self._count(level, node)
        if depth + 1 == len(self._levels) or len(level.lists) > 1:
            return
        if not node.lists:
            self._take(node, depth + 1)
            return
        (label,) = level.lists
        for child in list_children(node, label):
            self._take(child, depth + 1)

    def _count(self, level: _Level, node: Node) -> None:
        if node.above is not level.above:
            level.above = node.above
            self._add_labels(level, node.above)
        self._add_labels(level, node.cells)
        level.cells += len(node.cells)
        if node.as_json:
            level.as_json.update(level.labels.keys() & node.as_json)
        if node.lists:
            self._add_labels(level, node.lists)
            level.records.update(level.labels.keys() & node.lists)
            level.listed += sum(len(item) for items in node.lists.values() for item in items)
            level.repeated += (len(node.above) + len(node.cells)) * sum(map(len, node.lists.values()))
            if len(level.lists) < 2:
                level.lists.update(node.lists)

    def _add_labels(self, level: _Level, labels: Iterable[str]) -> None:
        for label in labels:
            if label not in level.labels and not level.excess:
                level.labels[label] = None
                level.names += len(label)
                # Unfolding takes one label away at most, so that a few too many are too many however they unfold.
                if len(level.labels) > self._limits.columns + _LEVELS:
                    level.excess = f"the table has more than {self._limits.columns} columns"
                elif level.names > MOST_NAMES:
                    level.excess = LONG_NAMES
        if level is self._levels[0] and level.excess:
            raise Refusal(level.excess)

    def settle(self) -> Unfolding:
        """How the records unfold; raises Refusal when their rows have too many labels."""
        lists: list[str] = []
        while len(lists) < _LEVELS and self._levels[len(lists)].unfolds(self._limits):
            lists += self._levels[len(lists)].lists
        level = self._levels[len(lists)]
        if level.excess or len(level.labels) > self._limits.columns:
            raise Refusal(level.excess or f"the table has more than {self._limits.columns} columns")
        whole = level.records.union(*(each.as_json for each in self._levels[: len(lists) + 1]))
        return Unfolding(tuple(level.labels), tuple(lists), tuple(label for label in level.labels if label in whole))
