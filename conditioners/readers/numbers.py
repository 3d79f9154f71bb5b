"""Numbers that a file holds as such and not as text (workbooks, JSON, Parquet), written as its dialect writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import chain

from conditioners.columns import Decimal as DecimalColumn
from conditioners.columns import Whole
from conditioners.declaration import Source
from conditioners.dialects import Dialect, JsonColumns, JsonLines, JsonRows, JsonTree
from conditioners.readers.json_showing import Number
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


def write_numbers(source: Source, dialect: Dialect, columns: Sequence[str]) -> Callable[[Cells], Cells]:
    """What writes a row's numbers as the dialect's text has them, so that they are read as the same numbers.

    With its decimal mark: else 1.234 would be 1234 where points mark thousands. And without the exponent of JSON,
    except for words that stand for no value.
    """
    mark, words = dialect.numbers.decimal, {*dialect.nulls, *chain.from_iterable(dialect.sentinels.values())}
    has_exponents = isinstance(dialect, JsonTree | JsonRows | JsonLines | JsonColumns)
    places = _columns_of_numbers(source, columns) if has_exponents else number_columns(source, dialect, columns)

    def write(cells: Cells) -> Cells:
        for at in places:
            cell = cells[at]
            if type(cell) is Number:
                plain = _spell_out(cell) if ("e" in cell or "E" in cell) and cell not in words else cell
                cells[at] = plain.replace(_POINT, mark)
        return cells

    return write if places else lambda cells: cells


def _spell_out(number: str) -> str:
    """A number without its exponent, exactly; as it is where that takes very many digits."""
    _, _, exponent = number.lower().partition("e")
    return format(Decimal(number), "f") if len(exponent) <= _LONGEST_EXPONENT else number
