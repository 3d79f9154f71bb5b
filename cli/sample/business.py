"""A seeded food company: years of shipments, weather, shoppers, events and returns, as the canonical tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cli.sample.catalogue import Product, list_products
from cli.sample.climate import Weather, make_forecast, make_weather
from cli.sample.demand import Market, Sales, simulate_sales
from cli.sample.geography import Region, Store, describe_regions, open_stores
from cli.sample.happenings import Event, list_festivals, list_holidays, list_promotions
from shared.domain.weeks import IsoWeek

HORIZON = timedelta(weeks=8)
"""How far beyond the forecast week events are planned; of these, only what is announced by then is in the tables."""
HORIZON_WEEKS = HORIZON.days // 7
_OPENING_SPAN_WEEKS = 520


@dataclass(frozen=True)
class Business:
    """The canonical tables of docs/tables.md as they stand on the Sunday before `week`, and what that week brought."""

    week: IsoWeek
    shipments: pl.DataFrame
    weather: pl.DataFrame
    weather_forecast: pl.DataFrame
    shoppers: pl.DataFrame
    events: pl.DataFrame
    returns: pl.DataFrame
    actuals: pl.DataFrame
    """The shipments of `week` itself, which nobody knows yet when it is forecast."""


@dataclass(frozen=True)
class _Calendar:
    """The simulated weeks: those of the past, and the forecast week as the last one."""

    first: date
    week: date

    @property
    def past(self) -> int:
        return (self.week - self.first).days // 7

    @property
    def mondays(self) -> NDArray[np.datetime64]:
        return np.datetime64(self.first, "D") + 7 * np.arange(self.past + 1)

    @property
    def days(self) -> NDArray[np.datetime64]:
        return np.datetime64(self.first, "D") + np.arange(7 * (self.past + 1))


def simulate(
    seed: int, week: IsoWeek, regions: Sequence[str], *, stores_per_format: int = 4, products_per_mover: int = 3,
    first_week: str = "2017W01",
) -> Business:  # fmt: skip
    """Make up the business up to the week before `week`.

    The same seed gives the same tables; a later week only appends to them, and a region does not depend on which
    others are asked for. Raises ValueError when `first_week` is not before `week` or no such week.
    """
    first = IsoWeek.parse(first_week)
    if first >= week:
        raise ValueError(f"first_week {first} must be before the week to forecast, {week}")
    calendar = _Calendar(first.monday, week.monday)
    products = list_products(products_per_mover)
    described = describe_regions(regions)
    parts = [_simulate_region(seed, region, calendar, stores_per_format, products) for region in described]
    holidays = list_holidays(calendar.first - HORIZON, calendar.week + HORIZON)
    shipped = pl.concat([part.shipments for part in parts]).sort("week_start", "store_id", "product_id")
    is_past = pl.col("week_start") < week.monday
    return Business(
        week=week,
        shipments=shipped.filter(is_past),
        weather=pl.concat([part.weather for part in parts]).sort("date", "zip", "element"),
        weather_forecast=pl.concat([part.weather_forecast for part in parts]).sort("issued_date", "date", "zip"),
        shoppers=pl.concat([part.shoppers for part in parts]).sort("week_start", "store_id"),
        events=_events_table([*holidays, *(event for part in parts for event in part.events)], week.monday),
        returns=pl.concat([part.returns for part in parts]).sort("week_start", "store_id", "product_id", "reason"),
        actuals=shipped.filter(~is_past),
    )


@dataclass(frozen=True)
class _RegionTables:
    shipments: pl.DataFrame
    weather: pl.DataFrame
    weather_forecast: pl.DataFrame
    shoppers: pl.DataFrame
    returns: pl.DataFrame
    events: list[Event]


def _simulate_region(
    seed: int, region: Region, calendar: _Calendar, stores_per_format: int, products: Sequence[Product]
) -> _RegionTables:
    weeks = calendar.past + 1
    stores = open_stores(seed, region, stores_per_format)
    local = list_festivals(seed, region, calendar.first - HORIZON, calendar.week + HORIZON)
    local += list_promotions(seed, region, products, calendar.first, weeks + HORIZON_WEEKS)
    weather = make_weather(seed, region, calendar.first, weeks)
    everything = [*list_holidays(calendar.first - HORIZON, calendar.week + HORIZON), *local]
    market = Market(seed, region, stores, products, weather.by_week(), everything, calendar.first)
    sales = simulate_sales(market, np.array([int(store.opened * _OPENING_SPAN_WEEKS) for store in stores]))
    return _RegionTables(
        shipments=_shipments_table(calendar, stores, products, sales),
        weather=_weather_table(calendar, region, weather),
        weather_forecast=_forecast_table(calendar, region, make_forecast(seed, region, weather)),
        shoppers=_shoppers_table(calendar, stores, sales),
        returns=_returns_table(calendar, stores, products, sales),
        events=local,
    )


def _shipments_table(
    calendar: _Calendar, stores: Sequence[Store], products: Sequence[Product], sales: Sales
) -> pl.DataFrame:
    kept, store, product = np.nonzero(np.broadcast_to(sales.is_open[:, :, None], sales.units.shape))
    return pl.DataFrame(
        {
            "week_start": calendar.mondays[kept],
            "region": _spread([s.region for s in stores], store),
            "store_id": _spread([s.store_id for s in stores], store),
            "store_format": _spread([s.store_format for s in stores], store),
            "product_id": _spread([p.product_id for p in products], product),
            "mover": _spread([p.mover for p in products], product),
            "units": sales.units[kept, store, product],
            "dollars": sales.dollars[kept, store, product],
        }
    )


def _shoppers_table(calendar: _Calendar, stores: Sequence[Store], sales: Sales) -> pl.DataFrame:
    week, store = np.nonzero(sales.is_open[:-1])
    return pl.DataFrame(
        {
            "week_start": calendar.mondays[week],
            "region": _spread([s.region for s in stores], store),
            "store_id": _spread([s.store_id for s in stores], store),
            "zip": _spread([s.zip for s in stores], store),
            "store_format": _spread([s.store_format for s in stores], store),
            "shoppers": sales.shoppers[week, store],
        }
    )


def _returns_table(
    calendar: _Calendar, stores: Sequence[Store], products: Sequence[Product], sales: Sales
) -> pl.DataFrame:
    tables = []
    for reason, returned in sales.returned.items():
        week, store, product = np.nonzero(returned[:-1])
        tables.append(
            pl.DataFrame(
                {
                    "week_start": calendar.mondays[week],
                    "region": _spread([s.region for s in stores], store),
                    "store_id": _spread([s.store_id for s in stores], store),
                    "product_id": _spread([p.product_id for p in products], product),
                    "units": returned[week, store, product],
                    "reason": pl.Series([reason], dtype=pl.String).new_from_index(0, len(week)),
                }
            )
        )
    return pl.concat(tables)


def _weather_table(calendar: _Calendar, region: Region, weather: Weather) -> pl.DataFrame:
    """Observations, in long form, up to the Sunday before the forecast week."""
    days = 7 * calendar.past
    tables = [
        pl.DataFrame(
            {
                "date": np.repeat(calendar.days[:days], len(region.zips)),
                "zip": list(region.zips) * days,
                "element": [element] * (days * len(region.zips)),
                "value": values[:days].round(1).ravel() + 0.0,
            }
        )
        for element, values in (
            ("tmax_c", weather.high), ("tmin_c", weather.low), ("precipitation_mm", weather.rain),
        )
    ]  # fmt: skip
    return pl.concat(tables)


def _forecast_table(calendar: _Calendar, region: Region, forecast: Weather) -> pl.DataFrame:
    """One issue for each week, the forecast week included, on the Sunday before it."""
    zips, days = len(region.zips), 7 * (calendar.past + 1)
    return pl.DataFrame(
        {
            "issued_date": np.repeat(calendar.mondays - np.timedelta64(1, "D"), 7 * zips),
            "date": np.repeat(calendar.days, zips),
            "zip": list(region.zips) * days,
            "tmax_c": forecast.high.round(1).ravel() + 0.0,
            "tmin_c": forecast.low.round(1).ravel() + 0.0,
            "precipitation_mm": forecast.rain.round(1).ravel() + 0.0,
        }
    )


def _events_table(events: Iterable[Event], monday: date) -> pl.DataFrame:
    """What has been announced by the Sunday before a Monday."""
    known = sorted((event for event in events if event.announced < monday), key=lambda e: (e.start, e.event_id))
    return pl.DataFrame(
        [
            (e.event_id, e.kind, e.name, e.region, e.product_id, e.start, e.end, e.discount, e.announced)
            for e in known
        ],
        schema={
            "event_id": pl.String, "kind": pl.String, "name": pl.String, "region": pl.String, "product_id": pl.String,
            "start_date": pl.Date, "end_date": pl.Date, "discount_percent": pl.Float64, "announced_date": pl.Date,
        },
        orient="row",
    )  # fmt: skip


def _spread(values: Sequence[str], places: NDArray[np.int64]) -> pl.Series:
    return pl.Series(values, dtype=pl.String).gather(places)
