"""Values of the sample tables as text, exactly."""

from __future__ import annotations

import polars as pl


def write_money(column: str, mark: str = ".", thousands: str = "") -> pl.Expr:
    """An amount of less than a million as text with two places."""
    cents = (pl.col(column) * 100).round().cast(pl.Int64)
    places = (cents % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str(write_whole(cents // 100, thousands), pl.lit(mark), places).alias(column)


def write_whole(number: pl.Expr, thousands: str) -> pl.Expr:
    """A whole number of at most six digits with a mark between its thousands."""
    if not thousands:
        return number.cast(pl.String)
    rest = (number % 1000).cast(pl.String)
    marked = pl.concat_str((number // 1000).cast(pl.String), pl.lit(thousands), rest.str.zfill(3))
    return pl.when(number >= 1000).then(marked).otherwise(rest)
