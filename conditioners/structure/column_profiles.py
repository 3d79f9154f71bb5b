"""What a column of a table holds: kinds and forms of its cells, and what that says of a label or one more cell."""

from __future__ import annotations

import math
import re
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import NamedTuple

from conditioners.structure.kinds import TYPED, Kind, kind_of, shape_of

_MOSTLY = 0.8
_ALWAYS = 0.95
"""The share of a column's cells with digits above which a cell without any is no value."""
_UNSEEN = math.log(0.001)
_TEXTUAL = frozenset({Kind.WORDS, Kind.TEXT, Kind.LIST, Kind.ODD, Kind.CODE})
_FORMED = frozenset({Kind.TEXT, Kind.ODD})
"""Kinds of which cells with digits may have a form in common, as paths have."""
_YEAR = re.compile("(?:1[89]|20)[0-9]{2}")
_FLAGGED = re.compile(r"[+-]?[0-9.,]+ ?[a-z*()]{1,3}")
_LOOKED_AT = 200
"""Characters of a cell that are looked at, and remembered."""
_LIKE_VALUES = -1.0


class _Facts(NamedTuple):
    kind: Kind
    value: str
    """Its beginning, without blanks around it."""
    is_year: bool
    is_numbered: bool
    has_digits: bool
    is_measured: bool
    """Whether it is a number, or one with a flag behind."""
    shape: str
    """The form of a code, or of other text with digits; empty for what has none."""


@lru_cache(1 << 14)
def _look_at(cell: str) -> _Facts:
    value, kind = cell.strip(), kind_of(cell)
    has_digits = any(map(str.isdigit, value))
    has_form = kind is Kind.CODE or (kind in _FORMED and has_digits)
    is_measured = kind is Kind.NUMBER or _FLAGGED.fullmatch(value) is not None
    is_year = _YEAR.fullmatch(value) is not None
    shape = shape_of(cell) if has_form else ""
    return _Facts(kind, value[:100], is_year, _is_numbered(cell), has_digits, is_measured, shape)


def _is_numbered(cell: str) -> bool:
    """Whether a cell has more digits than labels do."""
    return sum(map(str.isdigit, cell[:_LOOKED_AT])) >= 5


class Column:
    """The cells of one column: kinds, forms, and how long they are."""

    def __init__(self) -> None:
        # Plain dictionaries: a table of thousands of columns and few rows costs mostly what the columns do.
        self.rows = 0
        self.kinds: dict[Kind, int] = {}
        self._shapes: dict[str, int] = {}
        self._values: set[str] = set()
        self._longest = 0
        self._years = 0
        self._numbered = self._with_digits = 0
        self._measured = 0

    def add(self, cell: str, times: int) -> None:
        """Take a cell into account that stands in so many rows."""
        facts = _look_at(cell if len(cell) <= _LOOKED_AT else cell.strip()[:_LOOKED_AT])
        self.rows += times
        self.kinds[facts.kind] = self.kinds.get(facts.kind, 0) + times
        if facts.kind is Kind.EMPTY:
            return
        self._values.add(facts.value)
        self._longest = max(self._longest, len(cell))
        self._years += facts.is_year * times
        self._numbered += facts.is_numbered * times
        self._with_digits += facts.has_digits * times
        self._measured += facts.is_measured * times
        if facts.shape:
            self._shapes[facts.shape] = self._shapes.get(facts.shape, 0) + times

    @property
    def _filled(self) -> int:
        return self.rows - self.kinds.get(Kind.EMPTY, 0)

    @property
    def holds_words(self) -> bool:
        """Whether most cells are words."""
        return sum(self.kinds.get(kind, 0) for kind in _TEXTUAL) * 2 > self._filled

    @cached_property
    def holds_blanks(self) -> bool:
        """Whether a cell has several words; for when all of them have been added."""
        return any(" " in value for value in self._values)

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
        """Whether the label is a date, year, number or `No`, and the values are of a kind that has none of those."""
        if (self.typed is not None or self._is_flagged) and _YEAR.fullmatch(label.strip()):
            return self._years * 2 < self._filled
        if self.typed is None:
            return self._is_flagged and kind_of(label) is Kind.DAY
        kind = kind_of(label)
        if kind is Kind.TRUTH:
            return Kind.TRUTH not in self.kinds
        if kind is Kind.NUMBER:
            return self.typed in (Kind.TRUTH, Kind.LINK)
        return kind is Kind.DAY and self.typed is not Kind.DAY

    def support_label(self, cell: str) -> float:
        """How much a cell looks like a label of the column (above 0) or like one more value (below)."""
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
        if self._with_digits >= _ALWAYS * self._filled and not any(map(str.isdigit, cell)):
            return 0.25
        return 0.25 if len(cell) > self._longest and self.rows > 3 else 0.0

    def has_such(self, cell: str) -> bool:
        """Whether a cell with words is one of its cells, or of the form of its codes."""
        is_filled = kind_of(cell) is not Kind.EMPTY
        return is_filled and (cell.strip()[:100] in self._values or self.support_label(cell) <= _LIKE_VALUES)

    def has_form_of(self, cell: str) -> bool:
        """Whether a cell is of the kind of nearly all others, if labels seldom have it, or of the form of codes."""
        if self.typed is not None:
            return kind_of(cell) is self.typed
        shape, count = max(self._shapes.items(), key=itemgetter(1), default=("", 0))
        return 0 < _MOSTLY * self._filled <= count and shape_of(cell) == shape

    def likelihood(self, cell: str) -> float:
        """The logarithm of how likely such a cell is."""
        kind = kind_of(cell)
        alike = sum(self.kinds.get(each, 0) for each in _TEXTUAL) if kind in _TEXTUAL else self.kinds.get(kind, 0)
        if not alike:
            return _UNSEEN
        if kind is Kind.CODE and self._shapes and shape_of(cell) not in self._shapes:
            return math.log(alike / self.rows) - 1.0
        return math.log(alike / self.rows)

    def has_seen(self, cell: str) -> bool:
        """Whether it has had a cell of that kind."""
        return self.likelihood(cell) > _UNSEEN
