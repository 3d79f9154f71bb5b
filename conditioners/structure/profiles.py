"""What the columns of a table hold, so that labels, notes and the beginning of another table can be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from conditioners.limits import DEFAULT
from conditioners.outcome import Refusal
from conditioners.structure.column_profiles import Column
from conditioners.structure.kinds import TYPED, Kind, kind_of

MOST_COLUMNS = DEFAULT.columns


class Profile:
    """The kinds of cells in each column of some rows of equal width; raises Refusal when they are too wide."""

    def __init__(self, rows: Iterable[Sequence[str]], width: int) -> None:
        if width > MOST_COLUMNS:
            raise Refusal(f"the table has more than {MOST_COLUMNS} columns")
        self.width = width
        self.columns = [Column() for _ in range(width)]
        for column, cells in zip(self.columns, zip(*rows, strict=True), strict=False):
            for cell, times in Counter(cells).items():
                column.add(cell, times)

    @property
    def is_empty(self) -> bool:
        """Whether no row has been seen."""
        return not self.columns or self.columns[0].rows == 0

    def support_labels(self, cells: Sequence[str]) -> float:
        """How much a row looks like labels of these columns (above 0) or like one more row of them (below)."""
        return sum(column.support_label(cell) for column, cell in zip(self.columns, cells, strict=True))

    def contradicts_everywhere(self, cells: Sequence[str], fewest: int = 2) -> bool:
        """Whether a row has text in at least so many columns that hold something else, and fits none of those."""
        filled = 0
        for at in self._typed_at:
            kind = kind_of(cells[at])
            if kind in TYPED:
                return False
            filled += kind is not Kind.EMPTY
        return filled >= fewest

    @cached_property
    def _typed_at(self) -> list[int]:
        """The columns that hold something else than text."""
        return [at for at, column in enumerate(self.columns) if column.typed is not None]

    def has_types_of(self, cells: Sequence[str]) -> bool:
        """Whether a row has what most of the typed columns hold, in those in which it has more than a year may be."""
        typed = [
            (column, kind_of(cell))
            for column, cell in zip(self.columns, cells, strict=True)
            if column.typed and not (kind_of(cell) is column.typed and column.may_be_below(cell))
        ]
        filled = [(column, kind) for column, kind in typed if kind is not Kind.EMPTY]
        return bool(filled) and sum(kind is column.typed for column, kind in filled) * 2 > len(filled)

    def lacks_all_needed(self, cells: Sequence[str]) -> bool:
        """Whether a row has no value in any of the columns (at least one) that never lack one, bar the first."""
        needed = [cell for column, cell in zip(self.columns[1:], cells[1:], strict=True) if column.is_needed]
        return bool(needed) and all(kind_of(cell) is Kind.EMPTY for cell in needed)

    def could_be_units(self, cells: Sequence[str]) -> bool:
        """Whether a row has words in two columns or more, some of values, and nothing elsewhere, as rows of units have.

        Of two columns it is enough that one has a word.

        Rows with words for nothing are none: those have something in the other columns that no row lacks.
        """
        filled = [(column, cell) for column, cell in zip(self.columns, cells, strict=True) if cell.strip()]
        if len(filled) < min(2, self.width - 1) or not any(column.typed for column, _ in filled):
            return False
        if not all(
            _is_word_above(column, cell) and not (column.typed is None and column.has_such(cell))
            for column, cell in filled
        ):
            return False
        return any(column.is_needed and not cell.strip() for column, cell in zip(self.columns, cells, strict=True))

    def has_value_among(self, cells: Sequence[str]) -> bool:
        """Whether some cell is one that its column has as well, or of the same form as its codes."""
        return any(column.has_such(cell) for column, cell in zip(self.columns, cells, strict=True))

    def has_form_among(self, cells: Sequence[str]) -> bool:
        """Whether some cell is of the form that the values of its column have."""
        return any(column.has_form_of(cell) for column, cell in zip(self.columns, cells, strict=True))

    def has_odd_value(self, cells: Sequence[str], labels: Sequence[str]) -> bool:
        """Whether the only column of values has some digits, such as `<5` or `"12`, where its label has none."""
        typed = [each for each in zip(self.columns, cells, labels, strict=True) if each[0].typed]
        if len(typed) != 1:
            return False
        column, cell, label = typed[0]
        return any(map(str.isdigit, cell)) and not any(map(str.isdigit, label)) and not column.may_be_below(cell)

    def holds_value_below(self, cells: Sequence[str], labels: Sequence[str]) -> bool:
        """Whether a row has a value below a word, be it what may be a year in the only column of values."""
        below_words = [
            (column, cell)
            for column, cell, label in zip(self.columns, cells, labels, strict=True)
            if kind_of(cell) in TYPED and _is_word_above(column, label)
        ]
        is_only = sum(column.typed is not None for column in self.columns) == 1
        return any(not column.may_be_below(cell) or (is_only and column.typed) for column, cell in below_words)

    def count_values(self, cells: Sequence[str]) -> int:
        """How many cells look like values rather than labels; a date or year above other values may be a label."""
        return sum(
            kind_of(cell) in TYPED and not column.may_be_below(cell)
            for column, cell in zip(self.columns, cells, strict=True)
        )

    def lacks_all_typed(self, cells: Sequence[str]) -> bool:
        """Whether at least two columns hold values of a kind that none of a row's cells in those columns has."""
        typed = [kind_of(cell) for column, cell in zip(self.columns, cells, strict=True) if column.typed]
        return len(typed) >= 2 and not any(kind in TYPED for kind in typed)

    def has_seen(self, cells: Sequence[str]) -> bool:
        """Whether every column has had a cell of that kind."""
        return not self.is_empty and all(c.has_seen(cell) for c, cell in zip(self.columns, cells, strict=True))

    def likelihood(self, cells: Sequence[str]) -> float:
        """The logarithm of how likely such a row is."""
        return sum(column.likelihood(cell) for column, cell in zip(self.columns, cells, strict=True))


def _is_word_above(column: Column, cell: str) -> bool:
    return kind_of(cell) not in (*TYPED, Kind.EMPTY) or column.may_be_below(cell)
