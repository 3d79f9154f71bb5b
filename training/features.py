"""Everything that models may know of a week on the Sunday before it, as one table of rows for a segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.baseline import historical_average
from training.history import history_features, usual_level
from training.job import Cell
from training.occasions import LEAD_DAYS, Occasion, list_occasions, weekly_shares
from training.occasions import discount_depths as depths
from training.panel import Days, Floats, Panel, build_panel
from training.surroundings import return_features, shopper_features, weather_features
from training.tables import Tables

HARMONICS = 3
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Rows:
    """Rows of one segment: what is known beforehand, and what happened (NaN for the week to forecast)."""

    weeks: Days
    """Mondays, of shape (rows,), as are stores, products, level, actual and baseline."""
    stores: NDArray[np.str_]
    products: NDArray[np.str_]
    level: Floats
    """The usual log(1 + units), from which models forecast the distance."""
    values: Floats
    """Of shape (rows, features); NaN where a thing is not known."""
    actual: Floats
    baseline: Floats

    def take(self, chosen: NDArray[np.bool_]) -> Rows:
        """Some of the rows, in order."""
        return Rows(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.weeks)


@dataclass(frozen=True)
class FeatureTable:
    """A segment's past rows, and the rows to forecast, with the names of the features."""

    names: Sequence[str]
    past: Rows
    future: Rows


def build_features(tables: Tables, cell: Cell, monday: np.datetime64, on_sale_weeks: int) -> FeatureTable:
    """All rows of a segment; those to forecast are the series with a row in the last `on_sale_weeks` weeks.

    Raises SegmentError when the segment has no shipments or its data cannot be trusted.
    """
    tables.check(cell.region, cell.store_format, cell.mover)
    panel = build_panel(tables.shipments, cell.region, cell.store_format, cell.mover, monday.astype(object))
    occasions = list_occasions(tables.events, cell.region)
    promotions = [occasion for occasion in occasions if occasion.kind == "promotion"]
    level = usual_level(panel, promotions)
    features = history_features(panel, level)
    features |= _calendar_features(panel)
    if tables.events is not None:
        features |= _occasion_features(panel, occasions)
    features |= weather_features(panel, tables, cell.region)
    features |= shopper_features(panel, tables, cell.region)
    features |= return_features(panel, tables, cell.region)
    past = np.nonzero(~np.isnan(panel.units))
    series = panel.on_sale(on_sale_weeks)
    future = (np.full(len(series), len(panel.mondays) - 1), series)
    average = historical_average(panel)
    return FeatureTable(
        list(features), _gather(panel, level, average, features, past), _gather(panel, level, average, features, future)
    )


def _gather(
    panel: Panel, level: Floats, average: Floats, features: dict[str, Floats], cells: tuple[NDArray[np.intp], ...]
) -> Rows:
    weeks, series = cells
    return Rows(
        weeks=panel.mondays[weeks], stores=panel.stores[series], products=panel.products[series], level=level[cells],
        values=np.stack([np.broadcast_to(values, level.shape)[cells] for values in features.values()], axis=1),
        actual=panel.units[cells], baseline=average[cells],
    )  # fmt: skip


def _calendar_features(panel: Panel) -> dict[str, Floats]:
    """The season as harmonics of the year, and the time gone by in years; of shape (weeks, 1)."""
    thursdays = panel.mondays + np.timedelta64(3, "D")
    days = (thursdays - thursdays.astype("datetime64[Y]")) / np.timedelta64(1, "D")
    features: dict[str, Floats] = {}
    for order in range(1, HARMONICS + 1):
        angle = 2 * np.pi * order * days / DAYS_A_YEAR
        features |= {f"year_sin_{order}": np.sin(angle)[:, None], f"year_cos_{order}": np.cos(angle)[:, None]}
    features["years"] = ((thursdays - np.datetime64("2000-01-01")) / np.timedelta64(1, "D") / DAYS_A_YEAR)[:, None]
    return features


def _occasion_features(panel: Panel, occasions: Sequence[Occasion]) -> dict[str, Floats]:
    """Discounts now, before and after; each holiday's and festival's share of this week and the one before."""
    promotions = [occasion for occasion in occasions if occasion.kind == "promotion"]
    features = {f"discount_{label}": depths(promotions, panel, ahead=ahead) for label, ahead in _NEARBY.items()}
    features["promoted"] = (features["discount_now"] > 0).astype(np.float64)
    features["promoted_again"] = features["promoted"] * (features["discount_lag_1"] > 0)
    for kind, lead in (("holiday", LEAD_DAYS), ("festival", 0)):
        for name in sorted({occasion.name for occasion in occasions if occasion.kind == kind}):
            same = [occasion for occasion in occasions if occasion.kind == kind and occasion.name == name]
            shares = weekly_shares(same, panel.mondays, lead_days=lead)
            features[f"{kind} {name}"] = shares[:, None]
            features[f"{kind} {name} lag_1"] = weekly_shares(same, panel.mondays, ahead=-1, lead_days=lead)[:, None]
    return features


_NEARBY = {"now": 0, "lag_1": -1, "lag_2": -2, "lag_3": -3, "next": 1}
