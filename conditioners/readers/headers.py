"""Header rows: which row of a file names the columns, and which of a source's columns each label stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conditioners.columns import Column
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.outcome import Refusal


@dataclass(frozen=True)
class Header:
    """A header row, by its number among the rows looked at."""

    row: int
    positions: Mapping[str, int]
    """Canonical column to the number of its field."""
    labels: tuple[str, ...]

    @property
    def ignored(self) -> list[str]:
        """Labels that no column goes by."""
        used = set(self.positions.values())
        return [label for number, label in enumerate(self.labels) if number not in used and label]


@dataclass
class NearMiss:
    """The row that came closest to being a header, to tell people what it lacks."""

    row: int | None = None
    missing: tuple[str, ...] = ()
    matched: int = 0

    def describe(self, source: Source, places: Sequence[str]) -> str:
        """Why no header was found, in words."""
        if self.row is None:
            wanted = ", ".join(column.name for column in source.columns if not column.optional)
            return f"no row names the columns of {source.name}; looked for {wanted}"
        return f"no header row has all columns of {source.name}; {places[self.row]} lacks {', '.join(self.missing)}"


def find_header(source: Source, dialect: Dialect, rows: Iterable[Sequence[str]], miss: NearMiss) -> Header | None:
    """The first row in which every required column has a label; notes the nearest other one in `miss`."""
    for number, row in enumerate(rows):
        positions = _match(source, dialect, row)
        missing = [_describe(source, dialect, column) for column in _wanted(source, dialect) - set(positions)]
        if not missing:
            return Header(number, positions, tuple(row))
        if len(positions) > miss.matched:
            miss.row, miss.missing, miss.matched = number, tuple(sorted(missing)), len(positions)
    return None


def surroundings(source: Source, dialect: Dialect) -> dict[str, str]:
    """The columns whose value is not in the rows: canonical column to a label such as `@sheet`."""
    found = {}
    for column in source.columns:
        for label in source.labels_of(column, dialect):
            if label.startswith("@"):
                found[column.name] = label
    return found


def _wanted(source: Source, dialect: Dialect) -> set[str]:
    elsewhere = surroundings(source, dialect)
    return {column.name for column in source.columns if not column.optional and column.name not in elsewhere}


def _match(source: Source, dialect: Dialect, row: Sequence[str]) -> dict[str, int]:
    numbers: dict[str, list[int]] = {}
    for number, label in enumerate(row):
        numbers.setdefault(normalise(label), []).append(number)
    positions = {}
    for column in source.columns:
        found = [n for label in source.labels_of(column, dialect) for n in numbers.get(normalise(label), ())]
        if len(set(found)) > 1:
            raise Refusal(f"two columns are labelled as {column.name}: {', '.join(repr(row[n]) for n in found)}")
        if found:
            positions[column.name] = found[0]
    return positions


def _describe(source: Source, dialect: Dialect, name: str) -> str:
    column: Column = next(column for column in source.columns if column.name == name)
    return f"{name} ({' or '.join(repr(label) for label in source.labels_of(column, dialect))})"


def normalise(label: str) -> str:
    """A label for comparison: without case and stray blanks."""
    return " ".join(label.split()).casefold()
