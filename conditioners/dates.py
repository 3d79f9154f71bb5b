"""Days and moments as people write them: a dialect's formats to calendar values, and never to one that does not exist.

Formats are those of chrono's strftime module, which polars takes; what a cell has to look like is in date_forms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from conditioners.date_forms import complete_day, complete_moment, spell_out
from conditioners.dialects import Dialect

if TYPE_CHECKING:
    import polars as pl

_CENTURY, _CHRONO_PIVOT = 100, 1970
"""chrono reads two-digit years as 1970 to 2069."""


IsWritten = Callable[[str], "pl.Expr"]
"""Whether a cell is in a format, to the last character; not whether there is such a day."""


def parse_day(cell: pl.Expr, dialect: Dialect, is_written: IsWritten) -> pl.Expr:
    """The day that a cell tells in one of the dialect's formats, else null."""
    import polars as pl

    return pl.coalesce([_parse_day(cell, written, dialect, is_written) for written in dialect.days])


def _parse_day(cell: pl.Expr, written: str, dialect: Dialect, is_written: IsWritten) -> pl.Expr:
    import polars as pl

    behind, behind_format = complete_day(written)
    text = pl.concat_str([cell, pl.lit(behind)]) if behind else cell
    day = pl.when(is_written(written)).then(text.str.to_date(written + behind_format, strict=False))
    return _in_century(day, dialect.two_digit_years_from) if "%y" in spell_out(written) else day


def _in_century(day: pl.Expr, first: int) -> pl.Expr:
    """The day moved into the hundred years from `first` on; null where it does not exist there."""
    import polars as pl

    if first == _CHRONO_PIVOT:
        return day
    years = day.dt.year()
    moved = years - (years - first).floordiv(_CENTURY) * _CENTURY
    # A day that the year does not have, such as 29 February 1900, becomes null.
    return pl.concat_str([moved.cast(pl.String), day.dt.strftime("-%m-%d")]).str.to_date("%Y-%m-%d", strict=False)


def parse_moment(cell: pl.Expr, dialect: Dialect, is_written: IsWritten, *, utc: bool) -> pl.Expr:
    """The moment that a cell tells, without a zone: in UTC where `utc`, else as written, and then no offset may be.

    Where a point in time is wanted and a format tells the offset, a cell without one is null. So is a leap
    second, since calendars of most systems, polars' too, would move it into the next minute.
    """
    import polars as pl

    return pl.coalesce([_parse_moment(cell, written, is_written) for written in moment_formats(dialect, utc=utc)])


def moment_formats(dialect: Dialect, *, utc: bool) -> Sequence[str]:
    """Those of a dialect's formats that moments are read in: with an offset where one is wanted and any tells it."""
    told = [written for written in dialect.moments if ("%#z" in written) == utc]
    return told or (dialect.moments if utc else ())


def _parse_moment(cell: pl.Expr, written: str, is_written: IsWritten) -> pl.Expr:
    import polars as pl

    behind, behind_format = complete_moment(written)
    text = pl.concat_str([cell, pl.lit(behind)]) if behind else cell
    if "%#z" in written:
        zoned = text.str.to_datetime(written + behind_format, time_unit="us", time_zone="UTC", strict=False)
        moment = zoned.dt.replace_time_zone(None)
    else:
        moment = text.str.to_datetime(written + behind_format, time_unit="us", strict=False)
    return pl.when(is_written(written)).then(moment)


def show_moment(moment: pl.Expr, *, utc: bool) -> pl.Expr:
    """ISO 8601 to the second, with Z where it is UTC."""
    return moment.dt.strftime("%Y-%m-%dT%H:%M:%SZ" if utc else "%Y-%m-%dT%H:%M:%S")
