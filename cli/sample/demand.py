"""How much each store of a region sells of each product in each week, and how many people come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from cli.sample.catalogue import Product
from cli.sample.climate import Weather
from cli.sample.geography import Region, Store
from cli.sample.happenings import Event, days_shared, shopping_shares
from cli.sample.streams import Floats, open_stream, wander

SMALL_STORE_SHARE = 0.42
_STEADINESS = {("large", "fast"): 60.0, ("small", "fast"): 40.0, ("large", "slow"): 28.0, ("small", "slow"): 22.0}
_CAMPAIGN_EXECUTED = 0.94
_EMPTY_SHELF = {("large", "fast"): 0.002, ("small", "fast"): 0.004, ("large", "slow"): 0.01, ("small", "slow"): 0.025}
_TYPICAL_SHOPPERS = {"large": 9000, "small": 2600}
_RETURN_SHARES = {"damaged": 0.0011, "expired": 0.0009, "quality": 0.0005}


@dataclass(frozen=True)
class Sales:
    """A region's sales: arrays of shape (weeks, stores, products), and shoppers of shape (weeks, stores)."""

    units: NDArray[np.int64]
    dollars: Floats
    shoppers: NDArray[np.int64]
    returned: dict[str, NDArray[np.int64]]
    """Returned units by reason."""
    is_open: NDArray[np.bool_]
    """Of shape (weeks, stores)."""


@dataclass(frozen=True)
class Market:
    """What a region's demand depends on: where, what, and what happens when."""

    seed: int
    region: Region
    stores: Sequence[Store]
    products: Sequence[Product]
    weather: Weather
    """By week, of shape (weeks, ZIPs)."""
    events: Sequence[Event]
    first_monday: date

    @property
    def weeks(self) -> int:
        """How many weeks are simulated."""
        return len(self.weather.high)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Weeks, stores, products."""
        return self.weeks, len(self.stores), len(self.products)

    def normal(self, kind: str, *width: int) -> Floats:
        """Standard normal noise of shape (weeks, *width), the same for the same kind."""
        return open_stream(self.seed, "demand", self.region.name, kind).standard_normal((self.weeks, *width))

    def fixed(self, kind: str, *shape: int) -> Floats:
        """Standard normal draws that do not depend on time."""
        return open_stream(self.seed, "fixed", self.region.name, kind).standard_normal(shape)


def simulate_sales(market: Market, opening_weeks: NDArray[np.int64]) -> Sales:
    """Draw a region's sales; `opening_weeks` has for each store the first week in which it is open."""
    traffic = _traffic(market)
    discount = _discounts(market)
    expected = np.exp(_log_demand(market, traffic, discount))
    units = _draw_units(market, expected)
    is_open = np.arange(market.weeks)[:, None] >= opening_weeks
    units = np.where(is_open[:, :, None], units, 0)
    usual = np.array([_TYPICAL_SHOPPERS[store.store_format] * store.size for store in market.stores])
    counted = np.exp(traffic + 0.03 * market.normal("count", len(market.stores)))
    return Sales(
        units, np.round(units * _prices(market, discount)[:, None, :], 2), np.rint(usual * counted).astype(np.int64),
        _draw_returns(market, units), is_open,
    )  # fmt: skip


def _traffic(market: Market) -> Floats:
    """Logarithm of how busy each store is against its usual, of shape (weeks, stores)."""
    stores = len(market.stores)
    rain = market.weather.rain[:, _zip_places(market)]
    festivals = [event for event in market.events if event.kind == "festival"]
    festival = days_shared(festivals, market.first_monday, market.weeks)
    season = 0.03 * np.sin(2 * np.pi * (_day_of_year(market) - 90) / 365.25)
    local = wander(market.normal("traffic", stores), 0.93, 0.12)
    regional = wander(market.normal("economy", 1), 0.985, 0.08)
    busy: Floats = local + regional + (season + 0.22 * festival)[:, None] - 0.0008 * rain
    return busy


def _log_demand(market: Market, traffic: Floats, discount: Floats) -> Floats:
    """Logarithm of the expected weekly units, of shape (weeks, stores, products)."""
    products = market.products
    small = np.array([store.store_format == "small" for store in market.stores])
    slow = np.array([product.mover == "slow" for product in products])
    size = np.log([store.size for store in market.stores]) + np.log(SMALL_STORE_SHARE) * small
    taste = np.log(market.region.specialty_taste) * (small[:, None] & slow)
    assortment = 0.25 * market.fixed("assortment", len(market.stores), len(products))
    level = size[:, None] + np.log([product.units for product in products]) + assortment + taste

    years = np.arange(market.weeks)[:, None] * 7 / 365.25
    fashion = wander(market.normal("fashion", len(products)), 0.992, 0.2)
    trend = years * np.array([product.trend for product in products]) + fashion
    shelf = wander(market.normal("shelf", len(market.stores), len(products)), 0.94, 0.10)
    demand: Floats = level + trend[:, None, :] + shelf + 0.9 * traffic[:, :, None]
    demand += _weather_effect(market) * np.where(small, 1.15, 0.95)[None, :, None]
    demand += _holiday_effect(market)[:, None, :] + _promotion_effect(market, discount, small)
    return demand


def _weather_effect(market: Market) -> Floats:
    """Of shape (weeks, stores, products)."""
    places = _zip_places(market)
    high, rain = market.weather.high[:, places, None], market.weather.rain[:, places, None]
    heat, cold, wet = (np.array([getattr(p, kind) for p in market.products]) for kind in ("heat", "cold", "rain"))
    response = np.exp(0.15 * market.fixed("weather response", len(market.products)))
    degrees = heat * np.clip(high - 20, 0, 15) + cold * np.clip(12 - high, 0, 18)
    effect: Floats = response * (degrees + wet * np.minimum(rain, 80) / 10)
    return effect


def _holiday_effect(market: Market) -> Floats:
    """Of shape (weeks, products); a holiday's effect falls on the weeks in which people shop for it."""
    effect = np.zeros((market.weeks, len(market.products)))
    holidays = [event for event in market.events if event.kind == "holiday"]
    for name in sorted({event.name for event in holidays}):
        share = shopping_shares((e for e in holidays if e.name == name), market.first_monday, market.weeks)
        strength = np.array([product.holidays.get(name, 0.0) for product in market.products])
        local = np.exp(0.2 * market.fixed(f"holiday {name}", len(market.products)))
        effect += share[:, None] * strength * local
    return effect


def _promotion_effect(market: Market, discount: Floats, small: NDArray[np.bool_]) -> Floats:
    """Of shape (weeks, stores, products): a lift, weaker soon after another one, and a dip once pantries are full."""
    elasticity = np.array([product.elasticity for product in market.products])
    elasticity = elasticity * np.exp(0.15 * market.fixed("elasticity", len(market.products)))
    before = np.vstack([np.zeros((1, discount.shape[1])), discount[:-1]])
    recent = np.maximum(before, np.vstack([np.zeros((2, discount.shape[1])), discount[:-2]]))
    lift: Floats = -np.log1p(-discount / 100) * elasticity * np.where(recent > 0, 0.8, 1.0)
    dip = -0.006 * before * (discount == 0)
    executed = open_stream(market.seed, "execution", market.region.name).random(market.shape) < _CAMPAIGN_EXECUTED
    strength = np.where(small, 0.85, 1.05)[None, :, None] * executed
    effect: Floats = lift[:, None, :] * strength + dip[:, None, :]
    return effect


def _draw_units(market: Market, expected: Floats) -> NDArray[np.int64]:
    """Whole units: negative binomial around what is expected, and now and then nothing because the shelf was empty."""
    kinds = [[(store.store_format, product.mover) for product in market.products] for store in market.stores]
    specialty = np.array([[kind == ("small", "slow") for kind in row] for row in kinds])
    steadiness = np.array([[_STEADINESS[kind] for kind in row] for row in kinds])
    steadiness = np.where(specialty, steadiness * market.region.steadiness, steadiness)
    mood = open_stream(market.seed, "mood", market.region.name).gamma(steadiness, 1 / steadiness, market.shape)
    units = open_stream(market.seed, "units", market.region.name).poisson(expected * mood)
    empty_shares = np.array([[_EMPTY_SHELF[kind] for kind in row] for row in kinds])
    empty = open_stream(market.seed, "shelves", market.region.name).random(market.shape) < empty_shares
    return np.where(empty, 0, units)


def _draw_returns(market: Market, units: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Units brought back in the week after they were shipped, by reason; slow movers expire more often."""
    sold = np.concatenate([np.zeros((1, *units.shape[1:]), dtype=np.int64), units[:-1]])
    slow = np.array([product.mover == "slow" for product in market.products])
    return {
        reason: open_stream(market.seed, "returns", market.region.name, reason).poisson(
            sold * share * np.where(slow & (reason == "expired"), 4.0, 1.0)
        )
        for reason, share in _RETURN_SHARES.items()
    }


def _discounts(market: Market) -> Floats:
    """Discount in per cent, weighted with the share of the week in which it holds, of shape (weeks, products)."""
    result = np.zeros((market.weeks, len(market.products)))
    for place, product in enumerate(market.products):
        for event in market.events:
            if event.product_id == product.product_id and event.discount is not None:
                share = days_shared([event], market.first_monday, market.weeks)
                result[:, place] = np.maximum(result[:, place], share * event.discount)
    return result


def _prices(market: Market, discount: Floats) -> Floats:
    """Dollars per unit, of shape (weeks, products): a list price that rises each January, less the promotion."""
    mondays = [market.first_monday + timedelta(weeks=week) for week in range(market.weeks)]
    years = np.array([monday.year - market.first_monday.year for monday in mondays])
    listed = np.array([product.price for product in market.products]) * 1.025 ** years[:, None]
    prices: Floats = np.round(listed, 2) * (1 - discount / 100)
    return prices


def _zip_places(market: Market) -> list[int]:
    return [market.region.zips.index(store.zip) for store in market.stores]


def _day_of_year(market: Market) -> NDArray[np.int64]:
    return np.array([(market.first_monday + timedelta(weeks=w)).timetuple().tm_yday for w in range(market.weeks)])
