"""Numbers that a file holds as such and not as text (workbooks, JSON, Parquet), written as its dialect writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conditioners.columns import Decimal, Whole
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.readers.json_showing import Number
from conditioners.readers.unfolding import MARK

_POINT = "."


Cells = list[str | None]


def number_columns(source: Source, dialect: Dialect, columns: Sequence[str]) -> list[int]:
    """Places of the columns whose numbers have to be written otherwise; none where points are decimal marks anyway.

    Columns of numbers alone: in others, what a file holds as a number is a name.
    """
    if dialect.numbers.decimal == _POINT:
        return []
    held = {column.name for column in source.columns if isinstance(column, Whole | Decimal)}
    return [at for at, name in enumerate(columns) if name.partition(MARK)[0] in held]


def write_numbers(source: Source, dialect: Dialect, columns: Sequence[str]) -> Callable[[Cells], Cells]:
    """What gives a row's numbers the dialect's decimal mark: else 1.234 would be 1234 where points mark thousands."""
    places, mark = number_columns(source, dialect, columns), dialect.numbers.decimal

    def write(cells: Cells) -> Cells:
        for at in places:
            cell = cells[at]
            if isinstance(cell, Number):
                cells[at] = cell.replace(_POINT, mark)
        return cells

    return write if places else lambda cells: cells
