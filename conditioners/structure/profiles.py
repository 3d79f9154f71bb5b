"""What the columns of a table hold, so that labels, shifted rows and the beginning of another table can be told."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from conditioners.limits import DEFAULT
from conditioners.outcome import Refusal
from conditioners.structure.kinds import TYPED, Kind, kind_of, shape_of

_MOSTLY = 0.8
_UNSEEN = math.log(0.001)
_TEXTUAL = frozenset({Kind.WORDS, Kind.TEXT, Kind.LIST, Kind.ODD, Kind.CODE})
_FORMED = frozenset({Kind.TEXT, Kind.ODD})
"""Kinds of which cells with digits may have a form in common, as paths have."""
_YEAR = re.compile("(?:1[89]|20)[0-9]{2}")
_FLAGGED = re.compile(r"[+-]?[0-9.,]+ ?[a-z*()]{1,3}")
_LOOKED_AT = 200
"""Characters of a cell that are looked at, and remembered."""
_MOST_FUSED = 1_000_000
"""Cells that are put together to see whether a row was torn apart, in all its columns."""
MOST_COLUMNS = DEFAULT.columns
_LIKE_VALUES = -1.0
_MARGIN = 2.0
"""How much likelier one reading of a shifted row has to be than the next, as a logarithm."""


class Profile:
    """The kinds of cells in each column of some rows of equal width; raises Refusal when they are too wide."""

    def __init__(self, rows: Iterable[Sequence[str]], width: int) -> None:
        if width > MOST_COLUMNS:
            raise Refusal(f"the table has more than {MOST_COLUMNS} columns")
        self.width = width
        self._columns = [_Column() for _ in range(width)]
        for row in rows:
            for column, cell in zip(self._columns, row, strict=True):
                column.add(cell)

    @property
    def is_empty(self) -> bool:
        """Whether no row has been seen."""
        return not self._columns or self._columns[0].rows == 0

    def support_labels(self, cells: Sequence[str]) -> float:
        """How much a row looks like labels of these columns (above 0) or like one more row of them (below)."""
        return sum(column.support_label(cell) for column, cell in zip(self._columns, cells, strict=True))

    def contradicts_everywhere(self, cells: Sequence[str], fewest: int = 2) -> bool:
        """Whether a row has text in at least so many columns that hold something else, and fits none of those."""
        typed = [(column, cell) for column, cell in zip(self._columns, cells, strict=True) if column.typed is not None]
        filled = [(column, cell) for column, cell in typed if kind_of(cell) is not Kind.EMPTY]
        return len(filled) >= fewest and all(kind_of(cell) not in TYPED for _, cell in filled)

    def has_types_of(self, cells: Sequence[str]) -> bool:
        """Whether a row has what most of the typed columns hold, in those in which it has more than a year may be."""
        typed = [
            (column, kind_of(cell))
            for column, cell in zip(self._columns, cells, strict=True)
            if column.typed and not (kind_of(cell) is column.typed and column.may_be_below(cell))
        ]
        filled = [(column, kind) for column, kind in typed if kind is not Kind.EMPTY]
        return bool(filled) and sum(kind is column.typed for column, kind in filled) * 2 > len(filled)

    def lacks_all_needed(self, cells: Sequence[str]) -> bool:
        """Whether a row has no value in any of the columns (at least one) that never lack one, bar the first."""
        needed = [cell for column, cell in zip(self._columns[1:], cells[1:], strict=True) if column.is_needed]
        return bool(needed) and all(kind_of(cell) is Kind.EMPTY for cell in needed)

    def could_be_units(self, cells: Sequence[str]) -> bool:
        """Whether a row has words in two columns of values or more, and nothing elsewhere, as rows of units have.

        Rows with words for nothing are none: those have something in the other columns that no row lacks.
        """
        filled = [(column, cell) for column, cell in zip(self._columns, cells, strict=True) if cell.strip()]
        if len(filled) < 2 or not all(column.typed and _is_word_above(column, cell) for column, cell in filled):
            return False
        return any(column.is_needed and not cell.strip() for column, cell in zip(self._columns, cells, strict=True))

    def has_value_among(self, cells: Sequence[str]) -> bool:
        """Whether some cell is one that its column has as well, or of the same form as its codes."""
        return any(column.has_such(cell) for column, cell in zip(self._columns, cells, strict=True))

    def has_odd_value(self, cells: Sequence[str], labels: Sequence[str]) -> bool:
        """Whether the only column of values has some digits, such as `<5` or `"12`, where its label has none."""
        typed = [each for each in zip(self._columns, cells, labels, strict=True) if each[0].typed]
        if len(typed) != 1:
            return False
        column, cell, label = typed[0]
        return any(map(str.isdigit, cell)) and not any(map(str.isdigit, label)) and not column.may_be_below(cell)

    def count_values(self, cells: Sequence[str]) -> int:
        """How many cells look like values rather than labels; a date or year above other values may be a label."""
        return sum(
            kind_of(cell) in TYPED and not column.may_be_below(cell)
            for column, cell in zip(self._columns, cells, strict=True)
        )

    def lacks_all_typed(self, cells: Sequence[str]) -> bool:
        """Whether at least two columns hold values of a kind that none of a row's cells in those columns has."""
        typed = [kind_of(cell) for column, cell in zip(self._columns, cells, strict=True) if column.typed]
        return len(typed) >= 2 and not any(kind in TYPED for kind in typed)

    def has_seen(self, cells: Sequence[str]) -> bool:
        """Whether every column has had a cell of that kind."""
        return not self.is_empty and all(c.has_seen(cell) for c, cell in zip(self._columns, cells, strict=True))

    def likelihood(self, cells: Sequence[str]) -> float:
        """The logarithm of how likely such a row is."""
        return sum(column.likelihood(cell) for column, cell in zip(self._columns, cells, strict=True))

    def realign(self, cells: Sequence[str]) -> tuple[str, ...] | None:
        """A row that has one empty cell too many, without it; None when it is not plain which one that is."""
        if len(cells) != self.width + 1 or self.is_empty:
            return None
        # Of equal cells in a row, it makes no difference which one goes.
        blanks = [at for at, cell in enumerate(cells) if not cell.strip() and (at == 0 or cells[at - 1] != cell)]
        return self._choose(cells, [(at, ()) for at in blanks], 1)

    def fuse(self, cells: Sequence[str], mark: str, raw: str) -> tuple[str, ...] | None:
        """A row whose words were torn apart by the mark, with one column's put together again; None if none is plain.

        Only what stands in the raw row like that is put together, so nothing that stood in quotes.
        """
        surplus = len(cells) - self.width
        if surplus <= 0 or self.is_empty or surplus * self.width > _MOST_FUSED:
            return None
        readings = list[tuple[int, tuple[str, ...]]]()
        for at, column in enumerate(self._columns):
            if column.holds_words and (fused := mark.join(cells[at : at + surplus + 1])) in raw:
                readings.append((at, (fused,)))
        return self._choose(cells, readings, surplus)

    def _choose(
        self, cells: Sequence[str], readings: Sequence[tuple[int, tuple[str, ...]]], surplus: int
    ) -> tuple[str, ...] | None:
        """The likeliest of some readings of a row with surplus cells, if it is much likelier than the next.

        A reading is where it puts other cells, one or none, in place of that many and the surplus ones.
        """
        if not readings:
            return None
        before = _sum_up(column.likelihood(cell) for column, cell in zip(self._columns, cells, strict=False))
        from_behind = zip(self._columns[::-1], cells[::-1], strict=False)
        behind = _sum_up(column.likelihood(cell) for column, cell in from_behind)
        ranked = []
        for at, others in readings:
            middle = sum(self._columns[at].likelihood(cell) for cell in others)
            ranked.append((before[at] + middle + behind[self.width - at - len(others)], at, others))
        ranked.sort(reverse=True)
        if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _MARGIN:
            return None
        _, at, others = ranked[0]
        best = (*cells[:at], *others, *cells[at + len(others) + surplus :])
        return best if self.has_seen(best) else None


def _is_word_above(column: _Column, cell: str) -> bool:
    return kind_of(cell) not in (*TYPED, Kind.EMPTY) or column.may_be_below(cell)


def _sum_up(values: Iterable[float]) -> list[float]:
    """The sums of the first values: of none, of one, of two, and so on."""
    return [0.0, *accumulate(values)]


class _Facts(NamedTuple):
    kind: Kind
    value: str
    """Its beginning, without blanks around it."""
    is_year: bool
    is_numbered: bool


@lru_cache(1 << 14)
def _look_at(cell: str) -> _Facts:
    value = cell.strip()
    return _Facts(kind_of(cell), value[:100], _YEAR.fullmatch(value) is not None, _is_numbered(cell))


def _is_numbered(cell: str) -> bool:
    """Whether a cell has more digits than labels do."""
    return sum(map(str.isdigit, cell[:_LOOKED_AT])) >= 5


class _Column:
    def __init__(self) -> None:
        # Plain dictionaries: a table of thousands of columns and few rows costs mostly what the columns do.
        self.rows = 0
        self.kinds: dict[Kind, int] = {}
        self._shapes: dict[str, int] = {}
        self._values: set[str] = set()
        self._longest = 0
        self._years = 0
        self._numbered = 0
        self._measured = 0

    def add(self, cell: str) -> None:
        kind, value, is_year, is_numbered = _look_at(cell if len(cell) <= _LOOKED_AT else cell.strip()[:_LOOKED_AT])
        self.rows += 1
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind is not Kind.EMPTY:
            self._values.add(value)
            self._longest = max(self._longest, len(cell))
            self._years += is_year
            self._numbered += is_numbered
            self._measured += kind is Kind.NUMBER or _FLAGGED.fullmatch(value) is not None
            if kind is Kind.CODE or (kind in _FORMED and any(map(str.isdigit, value))):
                shape = shape_of(cell)
                self._shapes[shape] = self._shapes.get(shape, 0) + 1

    @property
    def _filled(self) -> int:
        return self.rows - self.kinds.get(Kind.EMPTY, 0)

    @property
    def holds_words(self) -> bool:
        """Whether most cells are words."""
        return sum(self.kinds.get(kind, 0) for kind in _TEXTUAL) * 2 > self._filled

    @property
    def is_needed(self) -> bool:
        """Whether nearly no row lacks it."""
        return self.rows > 1 and self.kinds.get(Kind.EMPTY, 0) * 20 <= self.rows

    @property
    def _is_flagged(self) -> bool:
        """Whether it holds numbers, many of them with a flag behind, such as `90.2 p`, and no days."""
        return Kind.DAY not in self.kinds and 0 < self._measured >= _MOSTLY * self._filled

    @cached_property
    def typed(self) -> Kind | None:
        """The kind of nearly all cells, if labels hardly ever have it; for when all of them have been added."""
        if not self._filled:
            return None
        kind, count = max(((k, n) for k, n in self.kinds.items() if k in TYPED), key=lambda p: p[1], default=(None, 0))
        return kind if count >= _MOSTLY * self._filled else None

    def may_be_below(self, label: str) -> bool:
        """Whether the label is a date, year or number, and the values are of a kind that has none of those."""
        if self.typed is None:
            return self._is_flagged and kind_of(label) is Kind.DAY
        if _YEAR.fullmatch(label.strip()):
            return self._years * 2 < self._filled
        kind = kind_of(label)
        if kind is Kind.NUMBER:
            return self.typed in (Kind.TRUTH, Kind.LINK)
        return kind is Kind.DAY and self.typed is not Kind.DAY

    def support_label(self, cell: str) -> float:
        kind = kind_of(cell)
        if kind is Kind.EMPTY or not self._filled:
            return -0.25 if kind in TYPED else 0.0
        if self.may_be_below(cell):
            return 0.5
        if self.typed is not None:
            return -1.0 if kind is self.typed else -0.5 if kind in TYPED else 1.0
        if kind in TYPED:
            return -0.5
        if cell.strip()[:100] in self._values:
            return -1.0
        shape, count = max(self._shapes.items(), key=itemgetter(1)) if self._shapes else ("", 0)
        if count >= _MOSTLY * self._filled:
            return -1.0 if shape_of(cell) == shape else 0.75
        if _is_numbered(cell) and self._numbered >= _MOSTLY * self._filled:
            return -0.75
        return 0.25 if len(cell) > self._longest and self.rows > 3 else 0.0

    def has_such(self, cell: str) -> bool:
        """Whether a cell with words is one of its cells, or of the form of its codes."""
        is_filled = kind_of(cell) is not Kind.EMPTY
        return is_filled and (cell.strip()[:100] in self._values or self.support_label(cell) <= _LIKE_VALUES)

    def likelihood(self, cell: str) -> float:
        kind = kind_of(cell)
        alike = sum(self.kinds.get(each, 0) for each in _TEXTUAL) if kind in _TEXTUAL else self.kinds.get(kind, 0)
        if not alike:
            return _UNSEEN
        if kind is Kind.CODE and self._shapes and shape_of(cell) not in self._shapes:
            return math.log(alike / self.rows) - 1.0
        return math.log(alike / self.rows)

    def has_seen(self, cell: str) -> bool:
        return self.likelihood(cell) > _UNSEEN
