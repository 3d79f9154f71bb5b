"""Header rows: which row of a file names the columns, and which of a source's columns each label stands for."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conditioners.columns import Column
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.inputs.surroundings import is_surrounding
from conditioners.outcome import Refusal
from conditioners.parts import WIDE_LABEL, Part, list_read, name_into
from conditioners.readers.unfolding import MARK, name_repetition

_TOLD, _LONGEST = 5, 40
"""Labels of no column that are told, and characters of each."""
_MOST_REPEATED = 16_384
"""Labels of a wide table that become rows, as many as a spreadsheet has columns: each is read as a column first."""
_MOST_SPREAD = 1 << 20
"""Characters of labels that stand over several columns, once for each of these."""


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
    unknown: tuple[str, ...] = ()
    """Labels of no column, one of which may be a missing one's new name."""
    matched: tuple[int, int] = (0, 0)
    """Columns that have a label of their own there, and all labels that are some column's."""

    def describe(self, source: Source, places: Sequence[str]) -> str:
        """Why no header was found, in words."""
        if self.row is None:
            wanted = ", ".join(column.name for column in source.columns if not column.optional)
            return f"no row names the columns of {source.name}; looked for {wanted}"
        told = f"no header row has all columns of {source.name}; {places[self.row]} lacks {', '.join(self.missing)}"
        more = ", ..." if len(self.unknown) > _TOLD else ""
        known = ", ".join(repr(label[:_LONGEST]) for label in self.unknown[:_TOLD])
        return f"{told}; no column goes by its {known}{more}" if self.unknown else told


def find_header(source: Source, dialect: Dialect, rows: Iterable[Sequence[str]], miss: NearMiss) -> Header | None:
    """The first row in which every required column has a label; notes the nearest other one in `miss`."""
    for number, row in enumerate(stack_labels(rows, dialect.header_rows)):
        positions, twice = _match(source, dialect, row)
        missing = [_describe(source, dialect, column) for column in _wanted(source, dialect) - set(positions)]
        missing += _missing_repetitions(dialect, positions)
        # Where all that is required stands around the rows, a row has to name some other column to be the header.
        is_header = not missing and bool(positions)
        if is_header and twice:
            raise Refusal(twice[0])
        if is_header:
            return Header(number, positions, tuple(row))
        matched = sum(MARK not in name for name in positions), len(positions)
        if matched > miss.matched:
            unknown = Header(number, positions, tuple(row)).ignored
            miss.row, miss.missing, miss.unknown = number, tuple(sorted(missing)), tuple(filter(str.strip, unknown))
            miss.matched = matched
    return None


def surroundings(source: Source, dialect: Dialect) -> dict[str, str]:
    """The columns whose value is not in the rows: canonical column to a label such as `@sheet`."""
    found = {}
    for column in list_read(source.columns, dialect):
        for label in source.labels_of(column, dialect):
            if is_surrounding(label) and label != WIDE_LABEL:
                found[column.name] = label
    return found


def _wanted(source: Source, dialect: Dialect) -> set[str]:
    elsewhere = {*surroundings(source, dialect), *_repeated(dialect)}
    read = list_read(source.columns, dialect)
    return {column.name for column in read if not column.optional and column.name not in elsewhere}


def _match(source: Source, dialect: Dialect, row: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Columns that have a label in a row, and what is wrong if that is the header row: columns that have two."""
    numbers: dict[str, list[int]] = {}
    for number, label in enumerate(row):
        numbers.setdefault(normalise(label), []).append(number)
    positions, twice = {}, []
    repeated, around = _repeated(dialect), surroundings(source, dialect)
    for column in list_read(source.columns, dialect):
        if column.name in repeated:
            continue
        found = [n for label in source.labels_of(column, dialect) for n in numbers.get(normalise(label), ())]
        if found and column.name in around:
            told = f"{column.name} is in the column {row[found[0]]!r}, and goes by {around[column.name]!r} as well"
            twice.append(f"{told}, of which each row can have one: give it a label in the dialect")
        if len(set(found)) > 1:
            twice.append(f"two columns are labelled as {column.name}: {', '.join(repr(row[n]) for n in found)}")
        if found:
            positions[column.name] = found[0]
    repetitions = _match_repetitions(dialect, row, twice)
    return {**positions, **repetitions}, twice


def _repeated(dialect: Dialect) -> set[str]:
    """The columns that labels of a wide table and the cells below them make up."""
    wide = dialect.wide
    return {name_into(dialect, wide.into), *wide.values} if wide else set()


def _match_repetitions(dialect: Dialect, row: Sequence[str], twice: list[str]) -> dict[str, int]:
    wide, positions = dialect.wide, dict[str, int]()
    for column, pattern in wide.values.items() if wide else ():
        for number, label in enumerate(row):
            found = re.fullmatch(pattern, " ".join(label.split()))
            if found is None:
                continue
            name = name_repetition(column, found[1])
            if name in positions:
                twice.append(f"two columns are labelled {found[1]!r}")
            positions[name] = number
    if len(positions) > _MOST_REPEATED:
        raise Refusal(f"more than {_MOST_REPEATED} labels are columns to be made rows of")
    return positions


def _missing_repetitions(dialect: Dialect, positions: Mapping[str, int]) -> list[str]:
    wide = dialect.wide
    if wide is None or any(MARK in name for name in positions):
        return []
    return [f"any label like {pattern!r} ({column})" for column, pattern in wide.values.items()]


def stack_labels(rows: Iterable[Sequence[str]], height: int) -> Iterator[tuple[str, ...]]:
    """Labels that are written over several rows, for each row that they may begin in; takes no more rows than needed.

    A label above several columns stands over the first of them; the blank cells to its right are its own, as long as
    that makes no more than a megabyte of labels.
    """
    window: deque[Sequence[str]] = deque(maxlen=height)
    for row in rows:
        window.append(row)
        if len(window) == height:
            yield tuple(row) if height == 1 else _stack(window)


def _stack(rows: deque[Sequence[str]]) -> tuple[str, ...]:
    width = max(map(len, rows))
    padded = [[cell.strip() for cell in row] + [""] * (width - len(row)) for row in rows]
    left = _MOST_SPREAD
    for row in padded[:-1]:
        for number in range(1, width):
            if not row[number] and len(row[number - 1]) <= left:
                row[number] = row[number - 1]
                left -= len(row[number])
    words = (dict.fromkeys(row[number] for row in padded if row[number]) for number in range(width))
    return tuple(" ".join(each) for each in words)


def _describe(source: Source, dialect: Dialect, name: str) -> str:
    column: Column = next(column for column in list_read(source.columns, dialect) if column.name == name)
    labels = " or ".join(repr(label) for label in source.labels_of(column, dialect))
    return f"{column.whole if isinstance(column, Part) else name} ({labels})"


def normalise(label: str) -> str:
    """A label for comparison: without case and stray blanks."""
    return " ".join(label.split()).casefold()


def needs_cells(source: Source, dialect: Dialect, present: Iterable[str]) -> bool:
    """Whether no row can be accepted in which all of the columns that are present are empty."""
    # A part that stands around the rows fills a cell of each.
    around = {column for column, labels in dialect.parts.items() if any(map(is_surrounding, labels))}
    read = [each for each in list_read(source.columns, dialect) if not each.optional]
    needed = {each.name for each in read if not (isinstance(each, Part) and each.whole in around)}
    return source.hook is None and dialect.wide is None and not needed.isdisjoint(present)
