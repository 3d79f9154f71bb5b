"""Walks through JSON rows that are lists of cells, whose labels stand in the first of them, elsewhere, or nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from conditioners.declaration import Source
from conditioners.dialects import JsonRows
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal, SourceError
from conditioners.parts import place_parts
from conditioners.readers.decoding import Decoder
from conditioners.readers.headers import Header, NearMiss, find_header, surroundings
from conditioners.readers.json.levels import FoundStray, Place, Stray, Walked
from conditioners.readers.json.lists import ListCutter
from conditioners.readers.json.paths import LISTED, Level, read_path, show_path, step
from conditioners.readers.json.showing import show_json, show_value, show_values
from conditioners.readers.json.tree import Cells
from conditioners.readers.numbers import NumberWriter
from conditioners.rules import Rule

if TYPE_CHECKING:
    import polars as pl

_LIST = {list}


class RowWalker:
    """Takes the cells of rows by the place that the header gives each column; what a row lacks at its end is empty."""

    def __init__(self, source: Source, dialect: JsonRows, opened: OpenedRaw, limits: Limits) -> None:
        levels = read_path(dialect.records)
        if len(levels) != 2 or levels[1].names or levels[0].each != LISTED:
            raise SourceError(f"dialect {dialect.name}: records {dialect.records!r} lead to no list; `data[]` does")
        self.outermost, self.is_keyed = levels[0].names, False
        self._cells = read_path(dialect.cells) if dialect.cells else ()
        self._path = show_path(self.outermost)
        self._opened, self._limits = opened, limits
        self._first_row = 0 if dialect.header or dialect.fields else 1
        header = self._find_header(source, dialect)
        self._labels, self._ignored = list(header.labels), header.ignored
        self._places = list(header.positions.values())
        self.inner = list(header.positions)
        constants = {name: opened.describe(label) for name, label in surroundings(source, dialect).items()}
        self._constants = list[str](constants.values())
        self.columns = (*self.inner, *constants)
        self._writer = NumberWriter(source, dialect, self.columns)

    def _find_header(self, source: Source, dialect: JsonRows) -> Header:
        """The place of each column; raises Refusal when the labels are not those of the source."""
        self.header_rows: list[str] = []
        if dialect.fields:
            named = {name: number for number, name in enumerate(dialect.fields) if name}
            positions = place_parts(source.names, dialect, named)
            return Header(-1, positions, dialect.fields)
        place = f"path $.{dialect.header}" if dialect.header else f"path {self._path}[0]"
        self.header_rows.append(place)
        labels = self._read_labels(dialect.header) if dialect.header else self._read_first(dialect.records)
        miss = NearMiss()
        header = find_header(source, dialect, [labels], miss)
        if header is None:
            raise Refusal(miss.describe(source, [place]))
        return header

    def _cut(self) -> ListCutter:
        decoder = Decoder(("utf-8",))
        texts = (decoder.feed(block, last=not block) for block in chain(self._opened.blocks(), [b""]))
        return ListCutter(texts, self.outermost, self._limits)

    def _read_first(self, records: str) -> list[str]:
        """The cells of the first row."""
        cutter = self._cut()
        if not cutter.has_list:
            raise Refusal(f"the document has no list of records at {records}")
        elements = next(cutter.cut()).parse(self._limits)
        first = elements[0] if elements else []
        return _show_labels(_walk_on(first, self._cells) if self._cells else first)

    def _read_labels(self, path: str) -> list[str]:
        """The labels at a path outside of the rows, for which the whole document may have to be read."""
        cutter = self._cut()
        labels = _walk_to(cutter.parse_head(), path)
        if labels is None and cutter.has_list:
            for _ in cutter.cut():
                pass
            labels = _walk_to(cutter.parse_surroundings(), path)
        if labels is None:
            raise Refusal(f"the document has no list of labels at {path}")
        return _show_labels(labels)

    def find_around(self, root: Any) -> Cells:
        """Nothing: no column is outside of the rows."""
        return ()

    def list_labels(self, elements: Sequence[Any]) -> list[str]:
        """The labels, whatever the rows hold."""
        return self._labels

    def list_labels_around(self, root: Any) -> list[str]:
        """No labels."""
        return []

    def list_ignored(self, labels: Sequence[str]) -> list[str]:
        """The labels that no column goes by."""
        return self._ignored

    def walk_list(self, elements: list[Any], first: int, around: Cells) -> Walked:
        """The cells of some rows, of which the first has that number; what is no row of as many cells is a stray."""
        start = max(0, self._first_row - first)
        rows: list[Any] = [_walk_on(row, self._cells) if self._cells else row for row in elements[start:]]
        numbers, strays = list(range(start, start + len(rows))), list[FoundStray]()
        if not _LIST.issuperset(map(type, rows)) or max(map(len, rows), default=0) > len(self._labels):
            numbers, strays = self._tell_apart(rows, elements, start, first)
            rows = [rows[number - start] for number in numbers]

        def find(row: int) -> Place:
            return Place(numbers[row], f"{self._path}[{first + numbers[row]}]", elements[numbers[row]])

        return Walked(self._frame(rows), strays, find)

    def _tell_apart(
        self, rows: Sequence[Any], elements: Sequence[Any], start: int, first: int
    ) -> tuple[list[int], list[FoundStray]]:
        """The numbers of the elements from one on that are rows, and those that are none."""
        numbers, strays = list[int](), list[FoundStray]()
        most = len(self._labels)
        for number, row in enumerate(rows, start=start):
            place, element = f"{self._path}[{first + number}]", elements[number]
            if not isinstance(row, list):
                stray = Stray(place, show_json(element))
            elif len(row) > most and any(cell not in (None, "") for cell in row[most:]):
                reason = f"{len(row)} cells where there are {most} labels"
                stray = Stray(place, show_json(element), Rule.WRONG_FIELD_COUNT, reason)
            else:
                numbers.append(number)
                continue
            strays.append(FoundStray(number, len(numbers), stray))
        return numbers, strays

    def _frame(self, rows: Sequence[list[Any]]) -> pl.DataFrame:
        import polars as pl

        shortest = min(map(len, rows), default=0)
        cells = [
            list(map(itemgetter(at), rows)) if at < shortest else [row[at] if at < len(row) else None for row in rows]
            for at in self._places
        ]
        shown = [self._writer.write_column(at, show_values(column)) for at, column in enumerate(cells)]
        columns = [pl.Series(column, dtype=pl.String) for column in shown]
        columns += [pl.Series([value], dtype=pl.String).new_from_index(0, len(rows)) for value in self._constants]
        return pl.DataFrame(dict(zip(self.columns, columns, strict=True)))


def _walk_to(root: Any, path: str) -> list[Any] | None:
    """The labels at a path such as `columns[].name`; None when there is no such list."""
    return _walk_on(root, read_path(path))


def _walk_on(root: Any, levels: Sequence[Level]) -> list[Any] | None:
    found = step(root, levels[0].names)
    if not isinstance(found, list):
        return None
    if len(levels) == 1:
        return found
    names = levels[1].names
    if len(names) == 1 and all(isinstance(label, dict) for label in found):
        return [label.get(names[0]) for label in found]
    return [step(label, names) for label in found]


def _show_labels(row: Any) -> list[str]:
    return [show_value(label) or "" for label in row] if isinstance(row, list) else []
