"""The values of number columns: numerals as they stand, or times the power of ten that a dialect shifts them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conditioners.columns import Decimal, Whole, type_of
from conditioners.dialects import Dialect, ShiftBy
from conditioners.values.numerals import is_multiple, is_numeral, parse_numeral, parse_scaled
from conditioners.values.side_columns import name_cell

if TYPE_CHECKING:
    import polars as pl


def parse_number(column: Whole | Decimal, dialect: Dialect, clean: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The value of a numeral, and whether it has more places than the column may have."""
    import polars as pl

    shift = dialect.shifts.get(column.name, 0)
    if not isinstance(shift, ShiftBy):
        return _parse_shifted(column, dialect, clean, shift)
    parsed, not_exact = _parse_shifted(column, dialect, clean, 0)
    text, pattern = pl.col(name_cell(shift.column)), dialect.extract.get(shift.column)
    text = text.str.extract(f"^(?:{pattern})$", 1).str.strip_chars() if pattern else text
    for each in sorted(set(shift.shifts.values())):
        applies = text.is_in([words for words, by in shift.shifts.items() if by == each])
        shifted, not_exact_shifted = _parse_shifted(column, dialect, clean, each)
        parsed = pl.when(applies).then(shifted).otherwise(parsed)
        not_exact = pl.when(applies).then(not_exact_shifted).otherwise(not_exact)
    return parsed, not_exact


def _parse_shifted(
    column: Whole | Decimal, dialect: Dialect, clean: pl.Expr, shift: int
) -> tuple[pl.Expr, pl.Expr]:  # fmt: skip
    places = column.places if isinstance(column, Decimal) else 0
    written = max(places + shift, 0)
    if not shift and not is_rounded(column):
        return parse_numeral(clean, dialect.numbers, places), ~is_numeral(clean, dialect.numbers, places)
    parsed = parse_scaled(clean, dialect.numbers, shift, places).cast(type_of(column), strict=False)
    if is_rounded(column):
        return parsed, ~is_numeral(clean, dialect.numbers, None)
    not_exact = ~is_numeral(clean, dialect.numbers, written)
    if places + shift < 0:
        not_exact |= ~is_multiple(clean, dialect.numbers, -(places + shift))
    return parsed, not_exact


def is_rounded(column: Whole | Decimal) -> bool:
    """Whether further places than the column has are no fault."""
    return isinstance(column, Decimal) and column.rounded
