"""Records of JSON, XML and Parquet as rows of text: nested values under the path that leads to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple

from conditioners.outcome import Refusal
from conditioners.readers.json.value_lines import BrokenLine
from conditioners.rules import Rule
from conditioners.structure.rows import Row, no_resplit, require_short_path

_MOST_LEFT_OUT, _MOST_FOR_EACH = 5_000_000, 100
"""Values that records may lack, all together, and for each one that they have beyond that."""
_SPARSE = 4
"""Labels for each value that a record has, from which on it is quicker to go by its values."""
_NO_JSON = (Rule.NOT_JSON, "the line is no JSON value")
Record = Mapping[str, str]
"""One record: label to text."""


class Misplaced(NamedTuple):
    """A record that contradicts what stands around it."""

    path: str
    raw: str
    rule: Rule
    reason: str


@dataclass(frozen=True)
class RecordGrid:
    """Records whose labels are known; the first row is the labels."""

    name: str
    format: dict[str, Any]
    labels: tuple[str, ...]
    open: Callable[[], Iterable[tuple[str, Record] | BrokenLine | Misplaced]]
    """The records, each with its path, and those that are at fault."""
    known_encoding: dict[str, str] | None = None
    place: str = "path"
    words_are_apart: bool = False
    has_labels: bool = True

    def rows(self) -> Iterator[Row]:
        """The labels, then all records in order; raises Refusal when these lack nearly all values."""
        yield Row(self.name or "$", self.labels, "")
        left_out = held = 0
        places = {label: number for number, label in enumerate(self.labels)}
        for found in self.open():
            if isinstance(found, BrokenLine):
                yield Row(f"line {found.line}", None, found.text, _NO_JSON)
            elif isinstance(found, Misplaced):
                yield Row(found.path, None, found.raw, (found.rule, found.reason))
            else:
                path, record = found
                require_short_path(path)
                held += len(record)
                left_out += len(self.labels) - len(record)
                if left_out > _MOST_LEFT_OUT and left_out > held * _MOST_FOR_EACH:
                    raise Refusal(f"the records have hardly any of {len(self.labels)} values each", path)
                yield Row(path, self._spread(record, places), "")

    def _spread(self, record: Record, places: Mapping[str, int]) -> tuple[str, ...]:
        """The cells of a record, empty where it has no value; `places` says where those of each label stand."""
        if tuple(record) == self.labels:
            return tuple(record.values())
        if len(record) * _SPARSE > len(self.labels):
            return tuple(map(record.get, self.labels, repeat("")))
        cells = [""] * len(self.labels)
        for label, cell in record.items():
            if (place := places.get(label)) is not None:
                cells[place] = cell
        return tuple(cells)

    resplit = staticmethod(no_resplit)

    def describe(self) -> dict[str, Any]:
        """The format, and where the records are."""
        return self.format

    def encoding(self) -> dict[str, str] | None:
        """How the text was decoded."""
        return self.known_encoding
