"""Lists of a JSON document that are too long to be held: surveyed once, and read as often as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, NoReturn

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.json.outline import LongList, read_outline
from conditioners.readers.json.parallel import SpilledLists
from conditioners.readers.json.parsing import Document
from conditioners.readers.json.showing import Unheld, show_json
from conditioners.readers.json.text import JsonText
from conditioners.readers.json.value_lines import are_hollow
from conditioners.structure.json_shapes import take_cells
from conditioners.structure.list_rows import RowTally
from conditioners.structure.unfolding import UnfoldingSurvey

_MOST_LISTS = 16
"""Long ones in a document, each of which is read on its own."""
_LISTS = frozenset((list,))
_MARKS = 3
"""Characters beside each cell: quotes and a comma."""


@dataclass
class LongRecords(Unheld):
    """A long list, and what its elements are."""

    text: JsonText
    found: LongList
    limits: Limits
    rows: RowTally = field(default_factory=RowTally)
    cells: int = 0
    """In its elements."""
    longest: int = 0
    """Characters of the longest element that is a list."""
    unfolding: UnfoldingSurvey = field(init=False)
    is_checked: bool = False
    """Whether all of it has been read, and so is JSON."""
    _unfolded: int = 0
    """Elements that `unfolding` has been told of."""

    def __post_init__(self) -> None:
        self.unfolding = UnfoldingSurvey(self.limits)

    @property
    def count(self) -> int:
        """How many elements it has."""
        return self.found.count

    @property
    def is_flat(self) -> bool:
        """Whether all of its elements are scalars."""
        return self.found.is_flat

    @property
    def are_objects(self) -> bool:
        """Whether all of its elements are objects."""
        return 0 < self.found.objects == self.count

    @property
    def are_rows(self) -> bool:
        """Whether its elements are rows of cells."""
        return self.count > 0 and self.rows.are_rows(self.count)

    def elements(self) -> Iterator[Any]:
        """All elements; raises Refusal when the list is no JSON, or the document is another one than it was."""
        return chain.from_iterable(self._portions())

    def _portions(self) -> Iterator[list[Any]]:
        """The same by the piece."""
        texts = self.text.between(self.found.start, self.found.end)
        for piece in self.found.cut(texts, self.limits):
            yield piece.parse(self.limits)
        for _ in texts:
            pass
        self.is_checked = True

    def row_cells(self) -> Iterator[list[Any]]:
        """The cells of all rows, for a list of such; raises Refusal as `elements` does."""
        for elements in self._portions():
            if _LISTS.issuperset(map(type, elements)):
                yield from elements
            else:
                yield from (take_cells(element) or [] for element in elements)

    def survey(self) -> None:
        """Find out what records it has; raises Refusal when one is no JSON, or nearly all hold nothing."""
        if not self.are_objects and self.found.lists < self.count:
            return
        first = empty = 0
        for elements in self._portions():
            empty = self._count_empty(elements, first, empty)
            first += len(elements)
            self.cells += sum(map(len, elements))
            rows = [cells for cells in map(take_cells, elements) if cells is not None]
            self.rows.take_all(rows)
            self.longest = max(self.longest, _find_longest(rows))
            if self.are_objects and self.rows.lists < first:
                self._unfold(elements, first - len(elements))
        if self.are_objects and not self.are_rows:
            self._unfold((), self.count)

    def _unfold(self, elements: Sequence[Any], before: int) -> None:
        """Take elements that are objects, and those before them if they were not: as long as all are rows of cells."""
        if self._unfolded < before:
            self._unfolded = before
            for element in islice(self.elements(), before):
                self.unfolding.take(element)
        for element in elements:
            self.unfolding.take(element)
        self._unfolded += len(elements)

    def _count_empty(self, elements: Sequence[Any], first: int, empty: int) -> int:
        """How many elements up to these hold nothing; raises Refusal when nearly all do not."""
        if all(elements):
            return empty
        for number, element in enumerate(elements, start=first + 1):
            empty += not element
            if not element and are_hollow(number, empty, self.limits):
                reason = f"of the first {number} elements of the list {empty} hold nothing"
                raise Refusal(reason, f"{self.found.path}[{number - 1}]")
        return empty

    def check(self) -> None:
        """Raises Refusal when it is no JSON, unless that is known already."""
        if not self.is_checked:
            for _ in self.elements():
                pass

    def require_room(self) -> None:
        """Raises Refusal when as many rows as are looked at together may take too much memory."""
        self.rows.require_room(self.found.end - self.found.start, self.longest, self.limits)

    def refuse(self) -> NoReturn:
        """Raises TooLarge: the list would have to be held."""
        self.found.refuse()


def load_long_document(text: JsonText, limits: Limits) -> Document:
    """A document with LongRecords in place of its long lists; raises Refusal when it is no JSON, or too large still."""
    outline = read_outline(text, limits, _MOST_LISTS)
    long = {found.path: LongRecords(text, found, limits) for found in outline.lists}
    for records in long.values():
        records.survey()
    return Document(_put_in(outline.value, long), text.encoding, text.damaged)


def _find_longest(rows: Sequence[list[Any]]) -> int:
    """About how many characters the longest row has as JSON."""
    with suppress(TypeError):
        return max((len(cells) * _MARKS + len("".join(cells)) for cells in rows), default=0)
    return max((len(show_json(cells)) for cells in rows), default=0)


def _put_in(value: Any, long: Mapping[str, LongRecords]) -> Any:
    if isinstance(value, dict):
        return {name: _put_in(inner, long) for name, inner in value.items()}
    return long[value.path] if isinstance(value, LongList) else value


def read_parallel(lists: Mapping[str, LongRecords | list[Any]]) -> Iterator[dict[str, Any]]:
    """The records of equally long lists, of which some are long; raises Refusal when one of these is no JSON."""
    plain = {name: each.found if isinstance(each, LongRecords) else each for name, each in lists.items()}
    long = [each for each in lists.values() if isinstance(each, LongRecords)]
    with SpilledLists(long[0].text, [each.found for each in long], long[0].limits) as spilled:
        for portion in spilled.read_parallel(plain):
            for cells in zip(*portion.values.values(), strict=True):
                yield dict(zip(portion.values, cells, strict=True))
