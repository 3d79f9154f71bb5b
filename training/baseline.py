"""The historical average, which every model has to beat and which serves where no model may."""

from __future__ import annotations

import numpy as np

from training.panel import Floats, Panel, mean_known, pool, shift, window_mean

YEARS = 3
WEEKS_A_YEAR = 52
TRAILING = 8


def historical_average(panel: Panel) -> Floats:
    """Forecast units of shape (weeks, series), each made from earlier weeks only.

    A forecast is the plain mean of the units that the same product sold in the same store in the same week and the
    weeks next to it, in each of the last three years: up to nine values, 51 to 53, 103 to 105 and 155 to 157 weeks
    back. It is taken over the rows that are there; zero weeks count as zero. Where the series has none of them, the
    forecast is the mean of its last eight weeks; where it has none either, the mean of the product's last eight weeks
    in all stores of the segment; failing all, zero.
    """
    units = panel.units
    ago = [WEEKS_A_YEAR * year + offset for year in range(1, YEARS + 1) for offset in (-1, 0, 1)]
    seasonal = mean_known(np.stack([shift(units, weeks) for weeks in ago]), axis=0)
    recent = window_mean(units, 1, TRAILING)
    forecast = np.where(np.isnan(seasonal), recent, seasonal)
    forecast = np.where(np.isnan(forecast), pool(recent, panel.products), forecast)
    return np.nan_to_num(forecast, nan=0.0)
