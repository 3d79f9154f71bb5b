"""Features of holidays, festivals and promotions, as they were announced by the forecast date of each week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from training.panel import WEEK, Days, Floats, Panel

LEAD_DAYS = 6
"""People shop for a holiday on the day itself and in the days before it."""
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Occasion:
    """One event: its days, the day on which it became known, what it is about."""

    name: str
    kind: str
    product_id: str | None
    first: np.datetime64
    last: np.datetime64
    announced: np.datetime64
    discount: float
    """Share of the price."""


def list_occasions(events: pl.DataFrame | None, region: str) -> list[Occasion]:
    """The events that concern a region."""
    if events is None:
        return []
    rows = events.filter(pl.col("region").is_null() | (pl.col("region") == region)).sort("event_id").to_dicts()
    return [
        Occasion(
            row["name"], row["kind"], row["product_id"], np.datetime64(row["start_date"], "D"),
            np.datetime64(row["end_date"], "D"), np.datetime64(row["announced_date"], "D"),
            (row["discount_percent"] or 0.0) / 100,
        )
        for row in rows
    ]  # fmt: skip


def weekly_shares(occasions: Iterable[Occasion], mondays: Days, *, ahead: int = 0, lead_days: int = 0) -> Floats:
    """For each week, the largest share of the days of the week `ahead` weeks later on which an occasion falls.

    Only occasions announced before the week's Monday count. The days leading up to an occasion may count as its own.
    """
    shares = np.zeros(len(mondays))
    for occasion in occasions:
        _add_occasion(shares, occasion, mondays, ahead, lead_days, 1.0)
    return shares


def discount_depths(occasions: Iterable[Occasion], panel: Panel, *, ahead: int = 0) -> Floats:
    """Of shape (weeks, series): -log(1 - discount) of the week `ahead` weeks later, times the share of it on offer."""
    depths = np.zeros(panel.units.shape)
    products = {str(product): np.flatnonzero(panel.products == product) for product in np.unique(panel.products)}
    everything = np.arange(len(panel.products))
    for occasion in occasions:
        series = everything if occasion.product_id is None else products.get(occasion.product_id)
        if series is None or occasion.discount <= 0:
            continue
        one = np.zeros(len(panel.mondays))
        _add_occasion(one, occasion, panel.mondays, ahead, 0, float(-np.log1p(-occasion.discount)))
        touched = np.flatnonzero(one)
        if touched.size:
            cells = np.ix_(touched, series)
            depths[cells] = np.maximum(depths[cells], one[touched, None])
    return depths


def _add_occasion(shares: Floats, occasion: Occasion, mondays: Days, ahead: int, lead_days: int, weight: float) -> None:
    """Raise the weeks that an occasion touches to its share of them, where it was known in time."""
    first, last = occasion.first - lead_days * DAY, occasion.last
    begin = int((first - mondays[0]) // WEEK) - ahead
    end = int((last - mondays[0]) // WEEK) - ahead
    known = int(np.searchsorted(mondays, occasion.announced, side="right"))
    for week in range(max(begin, known, 0), min(end + 1, len(mondays))):
        monday = mondays[week] + ahead * WEEK
        days = (min(last, monday + 6 * DAY) - max(first, monday)) // DAY + 1
        shares[week] = max(shares[week], weight * int(days) / 7)
