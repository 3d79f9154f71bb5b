"""Days and moments as people write them: a dialect's formats to calendar values, and never to one that does not exist.

Formats are those of chrono's strftime module, which polars takes; what a cell has to look like is in date_forms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from conditioners.columns import Day, Moment
from conditioners.dialects import Dialect
from conditioners.values.counted_dates import COUNTED, is_instant, parse_counted_day, parse_counted_moment
from conditioners.values.date_forms import complete_day, complete_moment, cut_quarter, spell_out

if TYPE_CHECKING:
    import polars as pl

_FIRST_MONTHS = {"1": "01", "2": "04", "3": "07", "4": "10"}
"""Of quarters."""
_CENTURY, _CHRONO_PIVOT = 100, 1970
"""chrono reads two-digit years as 1970 to 2069."""
_UTC = (" UTC", " GMT")
"""Words that tell an offset, where a format has them."""


IsWritten = Callable[[str], "pl.Expr"]
"""Whether a cell is in a format, to the last character; not whether there is such a day."""


def formats_of(column: Day | Moment, dialect: Dialect) -> Sequence[str]:
    """The formats that a column's cells may have in a dialect; of moments those with an offset where one is wanted.

    Where a point in time is wanted and no format tells the offset, all are of UTC.
    """
    own = dialect.formats.get(column.name)
    formats: Sequence[str] = own or (dialect.days if isinstance(column, Day) else dialect.moments)
    if dialect.months:  # all of which come as English ones of three letters
        formats = [written.replace("%B", "%b") for written in formats]
    if isinstance(column, Day):
        return formats
    if column.utc:
        return [written for written in formats if tells_offset(written)] or formats
    return [written for written in formats if "%#z" not in written and not is_instant(written)]


def tells_offset(written: str) -> bool:
    """Whether moments in a format are points in time."""
    return "%#z" in written or written.endswith(_UTC) or is_instant(written)


def parse_day(cell: pl.Expr, formats: Sequence[str], dialect: Dialect, is_written: IsWritten) -> pl.Expr:
    """The day that a cell tells in one of the formats, else null."""
    import polars as pl

    return pl.coalesce([_parse_day(cell, written, dialect, is_written) for written in formats])


def _parse_day(cell: pl.Expr, written: str, dialect: Dialect, is_written: IsWritten) -> pl.Expr:
    import polars as pl

    if written in COUNTED:
        return pl.when(is_written(written)).then(parse_counted_day(cell, written))
    if "%q" in written:
        return _parse_quarter(cell, written, dialect)
    behind, behind_format = complete_day(written)
    text = pl.concat_str([cell, pl.lit(behind)]) if behind else cell
    day = pl.when(is_written(written)).then(text.str.to_date(written + behind_format, strict=False))
    return _in_century(day, dialect.two_digit_years_from) if "%y" in spell_out(written) else day


def _parse_quarter(cell: pl.Expr, written: str, dialect: Dialect) -> pl.Expr:
    """The first day of a quarter."""
    import polars as pl

    of_year, of_quarter, year = cut_quarter(written)
    month = cell.str.extract(of_quarter).replace_strict(_FIRST_MONTHS, default=None, return_dtype=pl.String)
    text = pl.concat_str([cell.str.extract(of_year), month, pl.lit("01")], separator="-")
    day = text.str.to_date(f"{year}-%m-%d", strict=False)
    return _in_century(day, dialect.two_digit_years_from) if year == "%y" else day


def _in_century(day: pl.Expr, first: int) -> pl.Expr:
    """The day moved into the hundred years from `first` on; null where it does not exist there."""
    import polars as pl

    if first == _CHRONO_PIVOT:
        return day
    years = day.dt.year()
    moved = years - (years - first).floordiv(_CENTURY) * _CENTURY
    # A day that the year does not have, such as 29 February 1900, becomes null.
    return pl.concat_str([moved.cast(pl.String), day.dt.strftime("-%m-%d")]).str.to_date("%Y-%m-%d", strict=False)


def parse_moment(cell: pl.Expr, formats: Sequence[str], is_written: IsWritten) -> pl.Expr:
    """The moment that a cell tells, without a zone: in UTC where its format tells the offset, else as written.

    Where formats tell the offset, a cell without one is null. So is a leap second, since calendars of most systems,
    polars' too, would move it into the next minute.
    """
    import polars as pl

    return pl.coalesce([_parse_moment(cell, written, is_written) for written in formats])


def _parse_moment(cell: pl.Expr, written: str, is_written: IsWritten) -> pl.Expr:
    import polars as pl

    if written in COUNTED:
        return pl.when(is_written(written)).then(parse_counted_moment(cell, written))
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
