"""Walks through many JSON values at the same time, all of one level after the other, to what lists in them hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from conditioners.readers.decoding import show_damage
from conditioners.readers.json.paths import KEYED, Level, join_all, join_key, step
from conditioners.readers.json.showing import show_json, show_values
from conditioners.readers.numbers import NumberWriter
from conditioners.rules import Rule

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


_MOST_TOLD = 100
"""Empty lists whose place is told."""


class Stray(NamedTuple):
    """What stands in place of a record or of a list of them, as JSON, and why it is none."""

    place: str
    raw: str
    rule: Rule = Rule.NOT_A_LIST
    reason: str = "a list should stand here"

    @classmethod
    def in_place_of(cls, each: str, place: str, value: Any) -> Stray:
        """What stands where a list should, or an object of records by key."""
        if each == KEYED:
            return cls(place, show_json(value), Rule.NOT_AN_OBJECT, "an object should stand here")
        return cls(place, show_json(value))


class Place(NamedTuple):
    """Where a record stands: the number of the outermost value that it is in, its path, and the record."""

    outermost: int
    path: str
    record: Any


class FoundStray(NamedTuple):
    """A stray, the number of the outermost value that it stands in, and how many rows stand before it."""

    outermost: int
    before: int
    stray: Stray


class Walked(NamedTuple):
    """The records below some values."""

    frame: pl.DataFrame
    """A row for each."""
    strays: list[FoundStray]
    find: Callable[[int], Place]
    """Tells where a row's record stands."""
    barren: Sequence[tuple[str, int]] = ()
    """Where lists, or objects by key, are empty or missing, in document order, and for the last one that is told how
    many more there are with it."""


class _Nodes(NamedTuple):
    """The values of one level, in document order."""

    values: list[Any]
    parents: NDArray[np.int64]
    """For each the number of the value above it."""
    keys: list[str] | None
    """What each goes by there; None in lists."""


class Walk:
    """A walk from some values to the records in them, with a column for each value taken along; one row per record."""

    def __init__(self, path: str, values: list[Any], first: int | None, keys: list[str] | None) -> None:
        """The values stand in the list, or by key in the object, at a path; the first one has that number in it.

        Without a number and keys, each of them is a value at that path.
        """
        import numpy as np

        self._path, self._first = path, first
        self._nodes = [_Nodes(values, np.arange(len(values)), keys)]
        self._ways: list[Level] = []
        """The way from each level to the next."""
        self.columns: list[pl.Series] = []
        self._strays: list[tuple[int, int, Any]] = []
        """Levels, numbers and values of what is no list."""
        self._barren: list[NDArray[np.int64]] = []
        """For each level the numbers of the values below which there is nothing."""

    def take_constant(self, value: str | None) -> None:
        """A column of one value."""
        import polars as pl

        self.columns.append(pl.Series([value], dtype=pl.String).new_from_index(0, len(self._nodes[-1].values)))

    def take_keys(self) -> None:
        """A column of the keys that lead to the values of the level."""
        self._take(self._nodes[-1].keys or [])

    def take_values(self, names: Sequence[str], writer: NumberWriter, at: int) -> None:
        """A column of what the names lead to from each value of the level; it is the reader's at a place."""
        self._take(writer.write_column(at, show_values(_step_from_each(self._nodes[-1].values, names))))

    def _take(self, cells: Sequence[str | None]) -> None:
        import polars as pl

        self.columns.append(pl.Series(cells, dtype=pl.String))

    def go_down(self, way: Level) -> None:
        """Go on to what the lists hold, or the objects by key, that a way leads to from each value of the level."""
        import numpy as np

        above = self._nodes[-1].values
        held, kind = _step_from_each(above, way.names), dict if way.each == KEYED else list
        level, strays = len(self._nodes) - 1, list[tuple[int, int, Any]]()
        if not {kind}.issuperset(map(type, held)):
            strays = [(level, at, value) for at, value in enumerate(held) if not isinstance(value, kind | None)]
            held = [value if isinstance(value, kind) else kind() for value in held]
        self._strays += strays
        sizes = np.fromiter(map(len, held), np.int64, len(held))
        self._barren.append(np.setdiff1d(np.flatnonzero(sizes == 0), [at for _, at, _ in strays]))
        parents = np.repeat(np.arange(len(held)), sizes)
        keys = list(chain.from_iterable(held)) if kind is dict else None
        values = list(chain.from_iterable(map(dict.values, held) if kind is dict else held))
        self._ways.append(way)
        self._nodes.append(_Nodes(values, parents, keys))
        self.columns = [column[parents] for column in self.columns]

    def finish(self, columns: Mapping[str, pl.Series]) -> Walked:
        """What was found, when the walk is at the records."""
        import polars as pl

        return Walked(pl.DataFrame(columns), self._list_strays(), self._find, self._list_barren())

    def count_rows(self, level: int = 0) -> NDArray[np.int64]:
        """How many records each value of a level holds."""
        import numpy as np

        counts = np.ones(len(self._nodes[-1].values), np.int64)
        for depth in range(len(self._nodes) - 1, level, -1):
            above = len(self._nodes[depth - 1].values)
            counts = np.bincount(self._nodes[depth].parents, counts, above).astype(np.int64)
        return counts

    def _find(self, row: int) -> Place:
        level = len(self._nodes) - 1
        trail = self._follow(level, row)
        return Place(trail[0], self._show_path(trail), self._nodes[level].values[row])

    def _follow(self, level: int, number: int) -> list[int]:
        """The numbers of the values that lead to one of a level, and its own."""
        trail = [number]
        for nodes in self._nodes[level:0:-1]:
            trail.append(int(nodes.parents[trail[-1]]))
        return trail[::-1]

    def _show_path(self, trail: Sequence[int]) -> str:
        path, keys = self._path, self._nodes[0].keys
        if keys is not None:
            path = join_key(path, show_damage(keys[trail[0]]))
        elif self._first is not None:
            path = f"{path}[{self._first + trail[0]}]"
        for way, nodes, number in zip(self._ways, self._nodes[1:], trail[1:], strict=False):
            path = join_all(path, way.names)
            if nodes.keys is not None:
                path = join_key(path, show_damage(nodes.keys[number]))
            else:
                path = f"{path}[{number - int(nodes.parents.searchsorted(nodes.parents[number]))}]"
        return path

    def _list_barren(self) -> list[tuple[str, int]]:
        more = sum(map(len, self._barren))
        first = enumerate(numbers[:_MOST_TOLD].tolist() for numbers in self._barren)
        trails = sorted(self._follow(level, number) for level, numbers in first for number in numbers)[:_MOST_TOLD]
        told = [join_all(self._show_path(trail), self._ways[len(trail) - 1].names) for trail in trails]
        more -= len(told)
        return [(place, 1) for place in told[:-1]] + [(place, 1 + more) for place in told[-1:]]

    def _list_strays(self) -> list[FoundStray]:
        """All strays, in document order."""
        if not self._strays:
            return []
        found = [(self._follow(level, number), value) for level, number, value in self._strays]
        before = {level: self.count_rows(level) for level in {level for level, *_ in self._strays}}
        before = {level: counts.cumsum() for level, counts in before.items()}  # A stray itself holds none.
        listed = []
        for trail, value in sorted(found, key=lambda each: each[0]):
            way = self._ways[len(trail) - 1]
            place = join_all(self._show_path(trail), way.names)
            rows = int(before[len(trail) - 1][trail[-1]])
            listed.append(FoundStray(trail[0], rows, Stray.in_place_of(way.each, place, value)))
        return listed


def _step_from_each(values: list[Any], names: Sequence[str]) -> list[Any]:
    # Most names lead one step from an object, which needs no further call.
    name = names[0] if len(names) == 1 else None
    return [value.get(name) if name is not None and isinstance(value, dict) else step(value, names) for value in values]
