"""Features of a segment's own past sales."""

from __future__ import annotations

import numpy as np

from training.occasions import Occasion, discount_depths
from training.panel import Floats, Panel, mean_known, pool, shift, trailing_mean, window_mean

LEVEL_WEEKS = 8
LAGS = (1, 2, 3, 4)
WINDOWS = (4, 13, 26, 52)


def usual_level(panel: Panel, promotions: list[Occasion]) -> Floats:
    """The mean of log(1 + units) over the last eight weeks without promotion, of shape (weeks, series).

    Models forecast the distance from it. Where a series has no such week, promoted ones count too; where it has no
    week at all, the mean over the product's other stores stands in, then over the segment, then zero.
    """
    logs = panel.logs
    calm = np.full((LEVEL_WEEKS, *logs.shape), np.nan)
    for ago in range(1, LEVEL_WEEKS + 1):
        promoted = discount_depths(promotions, panel, ahead=-ago) > 0
        calm[ago - 1] = np.where(promoted, np.nan, shift(logs, ago))
    level = mean_known(calm, axis=0)
    for substitute in (trailing_mean(logs, LEVEL_WEEKS), trailing_mean(logs, 52)):
        level = np.where(np.isnan(level), substitute, level)
    level = np.where(np.isnan(level), pool(level, panel.products), level)
    everywhere = mean_known(level, axis=1)[:, None]
    return np.nan_to_num(np.where(np.isnan(level), everywhere, level), nan=0.0)


def history_features(panel: Panel, level: Floats) -> dict[str, Floats]:
    """Named arrays of shape (weeks, series), all of weeks before each one; NaN where the past is too short."""
    logs = panel.logs
    recent = shift(logs, 1) - level
    features = {"level": level}
    features |= {f"lag_{lag}": shift(logs, lag) - level for lag in LAGS}
    features |= {f"mean_{weeks}": trailing_mean(logs, weeks) - level for weeks in WINDOWS}
    features["store_lag_1"] = pool(recent, panel.stores)
    features["product_lag_1"] = pool(recent, panel.products)
    features["zero_share_13"] = trailing_mean(np.where(np.isnan(logs), np.nan, logs == 0), 13)
    features |= _seasonal_features(logs)
    features |= _price_features(panel)
    return features


def _seasonal_features(logs: Floats) -> dict[str, Floats]:
    """How far the weeks around this one were from their year's mean, one to three years ago."""
    years = []
    for year in (1, 2, 3):
        around = window_mean(logs, 52 * year - 1, 52 * year + 1)
        years.append(around - window_mean(logs, 52 * year - 25, 52 * year + 26))
    return {"season_last_year": years[0], "season_mean": mean_known(np.stack(years), axis=0)}


def _price_features(panel: Panel) -> dict[str, Floats]:
    """The last week's price against the mean price of half a year, in logarithms."""
    sold = np.where(panel.units > 0, panel.units, np.nan)
    price = panel.dollars / sold
    price = np.log(np.where(price > 0, price, np.nan))
    return {"price_lag_1": shift(price, 1) - trailing_mean(price, 26)}
