"""Cells that a hook made, as the text that the contract judges: numbers, days and moments as what they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

from conditioners.columns import Column, Day, Moment, Whole
from conditioners.columns import Decimal as DecimalColumn
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.dialects.common import ISO_DAY
from conditioners.values.dates import formats_of, tells_offset

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_MOMENT, _OFFSET = "%Y-%m-%d %H:%M:%S", "%#z"
"""As pandas shows a moment, and what stands behind one of a zone."""


def arrow_cells(column: pd.Series[Any]) -> pa.ChunkedArray | None:
    """What an Arrow-backed column holds. Arrow's cells never change, so another cell means another object."""
    import pandas as pd

    return column.array.__arrow_array__() if isinstance(column.array, pd.arrays.ArrowExtensionArray) else None


def show_cells(cells: pd.Series[Any], column: Column, dialect: Dialect) -> tuple[pl.Series, bool]:
    """Cells as text, and whether all are days or moments and not the text of some.

    What pandas takes for no value is an absent cell, and a number has the dialect's decimal mark: else 1.234 would be
    1234 where points mark thousands.
    """
    import polars as pl
    import pyarrow as pa

    arrow = arrow_cells(cells)
    if arrow is not None and (pa.types.is_large_string(arrow.type) or pa.types.is_string(arrow.type)):
        return pl.Series(column.name, arrow, dtype=pl.String), False
    absent = cells.isna().to_numpy()
    made = [None if no_value else cell for cell, no_value in zip(cells.to_list(), absent, strict=True)]
    is_dated = isinstance(column, Day | Moment) and all(isinstance(cell, date) for cell in made if cell is not None)
    mark = dialect.numbers.decimal if isinstance(column, Whole | DecimalColumn) else "."
    texts = [_show_day(cell) if is_dated else _show(cell, mark) for cell in made]
    return pl.Series(column.name, texts, dtype=pl.String), is_dated and not absent.all()


def _show_day(cell: object) -> str | None:
    """A day or moment as text, midnight as its day."""
    if isinstance(cell, datetime) and cell.tzinfo is None and cell.time() == time():
        return str(cell.date())
    return None if cell is None else str(cell)


def _show(cell: object, mark: str) -> str | None:
    """One cell as text: a number with all of its digits and without an exponent, none for NaN."""
    if cell is None or isinstance(cell, int) or not isinstance(cell, Real | Decimal):
        return None if cell is None else str(cell)
    number = Decimal(str(cell))
    return None if number.is_nan() else format(number, "f").replace(".", mark)


def read_dated(source: Source, dialect: Dialect, dated: frozenset[str]) -> Dialect:
    """The dialect for a batch whose hook made days or moments of these columns: they are in no format of its text."""
    formats = {column.name: _formats(column, dialect) for column in source.columns if column.name in dated}
    extract = {name: pattern for name, pattern in dialect.extract.items() if name not in dated}
    return replace(dialect, formats={**dialect.formats, **formats}, extract=extract)


def _formats(column: Column, dialect: Dialect) -> tuple[str, ...]:
    """How pandas shows a day or moment; one without a zone is in UTC where the dialect's are without any, too."""
    if not isinstance(column, Moment):
        return (ISO_DAY,)
    has_zone = column.utc and any(map(tells_offset, formats_of(column, dialect)))
    return (ISO_DAY, _MOMENT, _MOMENT + _OFFSET) if has_zone else (ISO_DAY, _MOMENT)
