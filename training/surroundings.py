"""Features of a store's surroundings: the weather observed and forecast, its shoppers, and what came back."""

from __future__ import annotations

import numpy as np
import polars as pl

from training.panel import WEEK, Days, Floats, Panel, shift, trailing_mean
from training.tables import Tables

HINGES = (5.0, 12.0, 18.0, 24.0, 30.0)
"""Daily highs in degrees Celsius beyond which warmth is counted apart, so that linear models can bend."""
WET_MM = 1.0


def weather_features(panel: Panel, tables: Tables, region: str) -> dict[str, Floats]:
    """Of shape (weeks, series): the week's weather as forecast on the Sunday before, and last week's as observed.

    Absent without weather or without shoppers, which alone tell a store's ZIP. Where no forecast was issued for a
    week, last week's weather stands in.
    """
    zips = _zip_of_stores(tables, region)
    if not zips:
        return {}
    observed = _weekly(_observed_days(tables.weather), panel.mondays, zips, panel)
    forecast = _weekly(_forecast_days(tables.weather_forecast), panel.mondays, zips, panel)
    features = {f"weather_{name}_lag_1": shift(values, 1) for name, values in observed.items()}
    for name, values in forecast.items():
        stand_in = features.get(f"weather_{name}_lag_1", values)
        features[f"weather_{name}"] = np.where(np.isnan(values), stand_in, values)
    return features


def shopper_features(panel: Panel, tables: Tables, region: str) -> dict[str, Floats]:
    """Of shape (weeks, series): last week's shoppers against the store's last quarter and year, in logarithms."""
    if tables.shoppers is None:
        return {}
    rows = tables.shoppers.filter(pl.col("region") == region)
    logs = np.log1p(_grid(rows, "week_start", "store_id", "shoppers", panel.mondays, panel.stores))
    last = shift(logs, 1)
    return {
        "shoppers_lag_1": last - trailing_mean(logs, 13),
        "shoppers_mean_4": trailing_mean(logs, 4) - trailing_mean(logs, 52),
        "shoppers_level": last - trailing_mean(logs, 52),
    }


def return_features(panel: Panel, tables: Tables, region: str) -> dict[str, Floats]:
    """Of shape (weeks, series): units returned in the last four weeks per unit shipped in them."""
    if tables.returns is None:
        return {}
    rows = tables.returns.filter(pl.col("region") == region)
    rows = rows.with_columns(pl.concat_str("store_id", "product_id", separator="\0").alias("series"))
    rows = rows.group_by("week_start", "series", maintain_order=True).agg(pl.col("units").sum())
    series = np.array([f"{store}\0{product}" for store, product in zip(panel.stores, panel.products, strict=True)])
    returned = np.nan_to_num(_grid(rows, "week_start", "series", "units", panel.mondays, series), nan=0.0)
    return {"returned_4": trailing_mean(returned, 4) / (1.0 + np.nan_to_num(trailing_mean(panel.units, 4), nan=0.0))}


def _zip_of_stores(tables: Tables, region: str) -> dict[str, str]:
    """Each store's ZIP as its first row has it, so that later rows change nothing in the past."""
    if tables.shoppers is None or (tables.weather is None and tables.weather_forecast is None):
        return {}
    rows = tables.shoppers.filter(pl.col("region") == region).sort("week_start", "store_id")
    return dict(rows.unique("store_id", keep="first", maintain_order=True).select("store_id", "zip").iter_rows())


def _observed_days(weather: pl.DataFrame | None) -> pl.DataFrame | None:
    """One row per ZIP and day, with the elements as columns."""
    if weather is None or weather.is_empty():
        return None
    elements = ("tmax_c", "tmin_c", "precipitation_mm")
    return weather.group_by("zip", "date", maintain_order=True).agg(
        pl.col("value").filter(pl.col("element") == element).first().alias(element) for element in elements
    )


def _forecast_days(forecast: pl.DataFrame | None) -> pl.DataFrame | None:
    """For each ZIP and day the latest forecast issued before the day's week began."""
    if forecast is None or forecast.is_empty():
        return None
    in_time = forecast.filter(pl.col("issued_date") < pl.col("date").dt.truncate("1w"))
    return in_time.sort("issued_date").unique(("zip", "date"), keep="last", maintain_order=True).drop("issued_date")


def _weekly(days: pl.DataFrame | None, mondays: Days, zips: dict[str, str], panel: Panel) -> dict[str, Floats]:
    """Daily weather summed up by week, for each series by its store's ZIP."""
    if days is None:
        return {}
    high, low, rain = pl.col("tmax_c"), pl.col("tmin_c"), pl.col("precipitation_mm")
    measures = {"high": high.mean(), "low": low.mean(), "rain": rain.mean().log1p()}
    measures["wet_days"] = (rain >= WET_MM).mean()
    measures |= {f"above_{hinge:.0f}": (high - hinge).clip(lower_bound=0).mean() for hinge in HINGES}
    weekly = days.sort("zip", "date").group_by("zip", pl.col("date").dt.truncate("1w"), maintain_order=True)
    table = weekly.agg(expression.alias(name) for name, expression in measures.items())
    places = np.array([zips.get(str(store), "") for store in panel.stores])
    return {name: _grid(table, "date", "zip", name, mondays, places) for name in measures}


def _grid(
    rows: pl.DataFrame, week: str, name: str, value: str, mondays: Days, names: np.typing.NDArray[np.str_]
) -> Floats:
    """Spread rows of (week, name, value) over the grid; columns of one name are alike, and gaps are NaN."""
    known = {str(label): place for place, label in enumerate(np.unique(names))}
    rows = rows.filter(pl.col(name).is_in(list(known)) & pl.col(value).is_not_null())
    weeks = (rows[week].to_numpy().astype("datetime64[D]") - mondays[0]) // WEEK
    columns = np.array([known[label] for label in rows[name]], dtype=np.intp)
    inside = (weeks >= 0) & (weeks < len(mondays))
    grid = np.full((len(mondays), len(known)), np.nan)
    grid[weeks[inside], columns[inside]] = rows[value].to_numpy()[inside]
    return grid[:, [known[str(label)] for label in names]]
