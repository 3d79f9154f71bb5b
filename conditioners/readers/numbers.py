"""Numbers that a file holds as such and not as text (workbooks, JSON, Parquet), written as its dialect writes them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import chain

from conditioners.columns import Decimal as DecimalColumn
from conditioners.columns import Whole
from conditioners.declaration import Source
from conditioners.dialects import Dialect, JsonColumns, JsonLines, JsonRows, JsonTree
from conditioners.readers.json.showing import Number
from conditioners.readers.unfolding import MARK

_POINT = "."
_LONGEST_EXPONENT = len("-999")

Cells = list[str | None]


def number_columns(source: Source, dialect: Dialect, columns: Sequence[str]) -> list[int]:
    """Places of the columns whose numbers have to be written otherwise; none where points are decimal marks anyway.

    Columns of numbers alone: in others, what a file holds as a number is a name.
    """
    return [] if dialect.numbers.decimal == _POINT else _columns_of_numbers(source, columns)


def _columns_of_numbers(source: Source, columns: Sequence[str]) -> list[int]:
    held = {column.name for column in source.columns if isinstance(column, Whole | DecimalColumn)}
    return [at for at, name in enumerate(columns) if name.partition(MARK)[0] in held]


class NumberWriter:
    """Writes numbers as the dialect's text has them, so that they are read as the same numbers.

    With its decimal mark: else 1.234 would be 1234 where points mark thousands. And without the exponent of JSON,
    except for words that stand for no value.
    """

    def __init__(self, source: Source, dialect: Dialect, columns: Sequence[str]) -> None:
        self._mark = dialect.numbers.decimal
        self._words = {*dialect.nulls, *chain.from_iterable(dialect.sentinels.values())}
        has_exponents = isinstance(dialect, JsonTree | JsonRows | JsonLines | JsonColumns)
        places = _columns_of_numbers(source, columns) if has_exponents else number_columns(source, dialect, columns)
        self._places = set(places)

    def write_row(self, cells: Cells) -> Cells:
        """The cells of a row, of which the numbers are written in place."""
        for at in self._places:
            cell = cells[at]
            if type(cell) is Number:
                cells[at] = self._write(cell)
        return cells

    def write_column(self, at: int, cells: Cells) -> Cells:
        """The cells of the column at a place."""
        if at not in self._places:
            return cells
        return [self._write(cell) if type(cell) is Number and not cell.isdigit() else cell for cell in cells]

    def _write(self, number: Number) -> str:
        has_exponent = "e" in number or "E" in number
        plain = _spell_out(number) if has_exponent and number not in self._words else number
        return plain.replace(_POINT, self._mark)


def _spell_out(number: str) -> str:
    """A number without its exponent, exactly; as it is where that takes very many digits."""
    _, _, exponent = number.lower().partition("e")
    return format(Decimal(number), "f") if len(exponent) <= _LONGEST_EXPONENT else number
