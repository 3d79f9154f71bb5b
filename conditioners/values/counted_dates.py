"""Dates as counts: of days, as spreadsheets have them where a cell is shown as a number, and of seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

_FRACTION = r"(?:\.[0-9]{1,15})?"
_DAY_SECONDS = 86_400
_PLACES = 11
"""Decimal places of a day that are read: less than a millisecond, and as many as 64 bits take."""
_LEAP_DAY = 60
"""What spreadsheets that count from 1900 have for a 29th of February 1900, which never was."""


class Count(NamedTuple):
    """What is counted in a form of dates."""

    fewest: int
    most: int
    """Digits that a count may have: no two forms of instants have the same."""
    epoch: date | None = None
    """Of counts of days, the day 0."""
    per_second: int = 1
    """Of others, which begin in 1970."""
    shown: str = ""
    """For people."""

    @property
    def pattern(self) -> str:
        """A regular expression for all of a cell."""
        sign, first = ("", "[1-9]") if self.epoch else ("-?", "[0-9]")
        return f"^{sign}{first}[0-9]{{{self.fewest - 1},{self.most - 1}}}{_FRACTION}$"


COUNTED: Mapping[str, Count] = {
    "excel": Count(1, 5, date(1899, 12, 30), shown="45292, as spreadsheets count days"),
    "excel 1904": Count(1, 5, date(1904, 1, 1), shown="43830, as spreadsheets count days from 1904"),
    "%s": Count(1, 10, shown="1704067200, seconds since 1970"),
    "%s%3f": Count(11, 13, per_second=1000, shown="1704067200000, milliseconds since 1970"),
    "%s%6f": Count(14, 16, per_second=1_000_000, shown="1704067200000000, microseconds since 1970"),
    "%s%9f": Count(17, 19, per_second=1_000_000_000, shown="1704067200000000000, nanoseconds since 1970"),
}
"""By the format that declares them."""


def is_instant(written: str) -> bool:
    """Whether a format counts from an instant, so that what it tells is in UTC."""
    return written in COUNTED and COUNTED[written].epoch is None


def parse_counted_day(cell: pl.Expr, written: str) -> pl.Expr:
    """The day that a cell counts, which it tells to the day and no further; else null."""
    import polars as pl

    count = COUNTED[written]
    whole, is_whole = _whole(cell), ~cell.str.contains(r"\.0*[1-9]")
    if count.epoch is not None:
        return pl.when(is_whole).then(_add_days(count, whole))
    a_day = _DAY_SECONDS * count.per_second
    return pl.when(is_whole & (whole % a_day == 0)).then(pl.lit(date(1970, 1, 1)) + pl.duration(days=whole // a_day))


def parse_counted_moment(cell: pl.Expr, written: str) -> pl.Expr:
    """The moment that a cell counts, without a zone; parts of a day to the nearest second, of seconds cut."""
    import polars as pl

    count, whole = COUNTED[written], _whole(cell)
    if count.epoch is None:
        # A part of a second behind the point of a count below zero leads into the second before.
        is_back = cell.str.contains(r"^-.*\.0*[1-9]").cast(pl.Int64)
        return pl.from_epoch((whole - is_back).floordiv(count.per_second), "s").cast(pl.Datetime("us"))
    part = cell.str.extract(r"\.([0-9]+)$").fill_null("").str.pad_end(_PLACES, "0").str.head(_PLACES)
    halves = part.cast(pl.Int64, strict=False) * (_DAY_SECONDS * 2) // 10**_PLACES
    seconds = (halves + 1) // 2
    return _add_days(count, whole).cast(pl.Datetime("us")) + pl.duration(seconds=seconds)


def _whole(cell: pl.Expr) -> pl.Expr:
    import polars as pl

    return cell.str.extract(r"^(-?[0-9]+)").cast(pl.Int64, strict=False)


def _add_days(count: Count, days: pl.Expr) -> pl.Expr:
    import polars as pl

    day = pl.lit(count.epoch) + pl.duration(days=days)
    if count.epoch == date(1904, 1, 1):
        return day
    before = pl.lit(count.epoch) + pl.duration(days=days + 1)
    return pl.when(days > _LEAP_DAY).then(day).when(days < _LEAP_DAY).then(before)
