"""One segment's sales as a grid of weeks by series, a series being one product in one store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.tables import SegmentError

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
WEEK = np.timedelta64(7, "D")


@dataclass(frozen=True)
class Panel:
    """Arrays of shape (weeks, series); NaN where there is no row. The last week is the one to forecast."""

    mondays: Days
    stores: NDArray[np.str_]
    """Of shape (series,), as is products."""
    products: NDArray[np.str_]
    units: Floats
    dollars: Floats

    @property
    def logs(self) -> Floats:
        """log(1 + units), the scale on which models work."""
        return np.log1p(self.units)

    def on_sale(self, weeks: int) -> NDArray[np.intp]:
        """The series with a row in the last so many weeks before the one to forecast."""
        return np.flatnonzero((~np.isnan(self.units[-1 - weeks : -1])).any(axis=0))


def build_panel(shipments: pl.DataFrame, region: str, store_format: str, mover: str | None, monday: date) -> Panel:
    """Arrange a segment's shipments (both movers' for no mover) up to the week of `monday`, which is still empty.

    Weeks that nobody shipped in are there, with NaN. Raises SegmentError when there are no shipments.
    """
    rows = shipments.filter(
        (pl.col("region") == region) & (pl.col("store_format") == store_format) & (pl.col("week_start") < monday)
    )
    if mover is not None:
        rows = rows.filter(pl.col("mover") == mover)
    if rows.is_empty():
        raise SegmentError(f"there are no shipments of {region}, {store_format}{f', {mover}' if mover else ''}")
    series = rows.select("store_id", "product_id").unique().sort("store_id", "product_id").with_row_index("series")
    rows = rows.join(series, on=["store_id", "product_id"])
    starts = rows["week_start"].to_numpy().astype("datetime64[D]")
    mondays = np.arange(starts.min(), np.datetime64(monday, "D") + WEEK, WEEK)
    places = ((starts - mondays[0]) // WEEK, rows["series"].to_numpy())
    return Panel(
        mondays, series["store_id"].to_numpy().astype(str), series["product_id"].to_numpy().astype(str),
        _fill(mondays, series.height, places, rows["units"]), _fill(mondays, series.height, places, rows["dollars"]),
    )  # fmt: skip


def _fill(mondays: Days, series: int, places: tuple[NDArray[np.int64], ...], values: pl.Series) -> Floats:
    grid = np.full((len(mondays), series), np.nan)
    grid[places] = values.to_numpy()
    return grid


def shift(values: Floats, weeks: int) -> Floats:
    """What stood so many weeks earlier (later, when negative); NaN beyond the grid."""
    moved = np.full_like(values, np.nan)
    if weeks > 0:
        moved[weeks:] = values[:-weeks]
    elif weeks < 0:
        moved[:weeks] = values[-weeks:]
    else:
        moved[:] = values
    return moved


def trailing_mean(values: Floats, weeks: int) -> Floats:
    """The mean over the given number of weeks before each one, leaving out NaN; NaN when all of them are."""
    return window_mean(values, 1, weeks)


def window_mean(values: Floats, nearest: int, furthest: int) -> Floats:
    """The mean over the weeks from `furthest` to `nearest` (at least one) before each one, leaving out NaN."""
    known = ~np.isnan(values)
    totals, counts = _running(np.where(known, values, 0.0)), _running(known.astype(np.float64))
    weeks = np.arange(len(values))
    end, begin = np.maximum(weeks - nearest + 1, 0), np.maximum(weeks - furthest, 0)
    count = counts[end] - counts[begin]
    return np.divide(totals[end] - totals[begin], count, out=np.full_like(values, np.nan), where=count > 0)


def _running(values: Floats) -> Floats:
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])


def pool(values: Floats, groups: NDArray[np.str_]) -> Floats:
    """Replace each series by the mean, week by week, over the series of its group."""
    pooled = np.full_like(values, np.nan)
    for group in np.unique(groups):
        members = groups == group
        pooled[:, members] = mean_known(values[:, members], axis=1)[:, None]
    return pooled


def mean_known(values: Floats, axis: int) -> Floats:
    """Mean along an axis, leaving out NaN; NaN where nothing else is there."""
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    mean: Floats = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean
