"""XML documents: a row for each element that a dialect names, read as they come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from conditioners.collector import collector_paused
from conditioners.declaration import Source
from conditioners.dialects import XmlElements
from conditioners.inputs.raw import OpenedRaw
from conditioners.inputs.surroundings import is_surrounding
from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal
from conditioners.parts import Part, list_read
from conditioners.readers.batches import BATCH_ROWS, Facts, Located, TextBatch, Unread
from conditioners.readers.headers import surroundings
from conditioners.readers.xml.elements import peek_root
from conditioners.readers.xml.values import is_named
from conditioners.readers.xml.walk import RecordWalk, XmlRow
from conditioners.readers.xml.ways import find_ways
from conditioners.rules import Rule

_MOST_SHOWN = 16 * MIB
"""Characters of a portion, in which each row may show what stands around very many of them."""


@dataclass
class _Part:
    """Some rows: the cells of one behind those of the other, and where each stands, as lists of nothing but text.

    Objects for each row would be looked at by Python's collector again and again.
    """

    places: list[str] = field(default_factory=list)
    raws: list[str] = field(default_factory=list)
    cells: list[str | None] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


class XmlReader:
    """Reads one document in one dialect."""

    def __init__(self, source: Source, dialect: XmlElements, opened: OpenedRaw, limits: Limits) -> None:
        self._opened, self._limits = opened, limits
        constants = {name: opened.describe(label) for name, label in surroundings(source, dialect).items()}
        labels = {
            column.name: source.labels_of(column, dialect)[0] for column in list_read(source.columns, dialect)
            if column.name in dialect.labels or isinstance(column, Part) or not column.optional
        }  # fmt: skip
        labels = {name: label for name, label in labels.items() if not is_surrounding(label) and name not in constants}
        self._ways = find_ways(dialect, labels.values())
        self._constants = tuple(constants.values())
        self.columns = (*labels, *constants)
        root = peek_root(opened.head)
        if root is not None and not is_named(root, self._ways.record[0]):
            raise Refusal(f"the document's root is {root}, not {self._ways.record[0]}")
        self.facts = Facts(place="path", dialect={"name": dialect.name, "format": "XML", "records": dialect.records})

    def parts(self) -> Iterator[_Part]:
        """Rows in portions."""
        found = RecordWalk(self._opened, self._limits, self._ways, self.facts).rows()
        is_last = False
        while not is_last:
            part = _Part()
            # What is made for a row is let go with it, so that there is nothing to collect.
            with collector_paused():
                is_last = self._fill(part, found)
            yield part

    def _fill(self, part: _Part, found: Iterator[XmlRow]) -> bool:
        """Take the rows of a portion; answers whether these are the last."""
        shown = 0
        for row in found:
            shown += len(row.located.raw)
            if row.fault is not None:
                part.unread.append(Unread(len(part.places), row.located, Rule.GIVEN_TWICE, row.fault))
                continue
            shown += sum(len(cell) for cell in row.cells if cell)
            part.places.append(row.located.place)
            part.raws.append(row.located.raw)
            part.cells += row.cells
            part.cells += self._constants
            if len(part.places) >= BATCH_ROWS or shown > _MOST_SHOWN:
                return False
        return True

    def read(self, part: _Part) -> TextBatch:
        """A portion as a batch."""
        import polars as pl

        width = len(self.columns)
        columns = {name: pl.Series(part.cells[at::width], dtype=pl.String) for at, name in enumerate(self.columns)}
        return TextBatch(
            pl.DataFrame(columns), lambda rows: [Located(part.places[row], part.raws[row]) for row in rows], part.unread
        )  # fmt: skip
