"""The weather of the sample business: what it was each day, and what was forecast each Sunday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np

from cli.sample.geography import Region
from cli.sample.streams import Floats, open_stream, wander

WARMING_PER_DAY = 0.03 / 365.25


@dataclass(frozen=True)
class Weather:
    """Daily values of shape (days, zips): highs and lows in degrees Celsius, precipitation in millimetres."""

    high: Floats
    low: Floats
    rain: Floats

    def by_week(self) -> Weather:
        """The same as weekly mean highs and lows, and weekly sums of precipitation."""
        high, low, rain = (values.reshape(-1, 7, values.shape[1]) for values in (self.high, self.low, self.rain))
        return Weather(high.mean(axis=1), low.mean(axis=1), rain.sum(axis=1))


def make_weather(seed: int, region: Region, first_day: date, weeks: int) -> Weather:
    """The true weather of a region's ZIPs on each day of the weeks from a Monday on."""
    days, zips = 7 * weeks, len(region.zips)

    def noise(kind: str, width: int) -> Floats:
        return open_stream(seed, "weather", region.name, kind).standard_normal((days, width))

    day_of_year = first_day.timetuple().tm_yday + np.arange(days)
    season = -np.cos(2 * np.pi * (day_of_year - 20) / 365.25) * region.seasonal_swing
    spells = wander(noise("season", 1), 0.985, 1.8) + wander(noise("front", 1), 0.75, 3.2)
    local = wander(noise("local", zips), 0.6, 1.0) + np.linspace(-0.8, 0.8, zips)
    warming = WARMING_PER_DAY * np.arange(days)
    high = region.mean_high + (season + warming)[:, None] + spells + local
    wetness = wander(noise("wetness", 1), 0.6, 1.0) + 0.35 * noise("showers", zips)
    rain = _rain(open_stream(seed, "weather", region.name, "rain"), wetness, region.wet_days)
    spread = 9.5 - 2.5 * (rain > 0) + 0.8 * noise("spread", zips)
    return Weather(high - 1.2 * (rain > 0), high - np.maximum(spread, 2.0), rain)


def make_forecast(seed: int, region: Region, truth: Weather) -> Weather:
    """What was forecast on each Sunday for the seven days after it: the truth, blurred the more the further ahead."""
    days, zips = truth.high.shape
    lead = np.tile(np.arange(1, 8), days // 7)[:, None]

    def noise(kind: str) -> Floats:
        return open_stream(seed, "forecast", region.name, kind).standard_normal((days, zips))

    blur = 0.5 + 0.3 * lead
    high = truth.high + blur * noise("high")
    low = np.minimum(truth.low + blur * noise("low"), high - 1.0)
    missed = open_stream(seed, "forecast", region.name, "missed").random((days, zips)) < 0.03 * lead
    phantom = np.where(missed, np.exp(1.0 + 0.8 * noise("phantom")), 0.0)
    rain = np.where(missed & (truth.rain > 0), 0.0, truth.rain * np.exp(0.08 * lead * noise("rain")))
    return Weather(high, low, np.where(truth.rain > 0, rain, phantom))


def _rain(stream: np.random.Generator, wetness: Floats, wet_days: float) -> Floats:
    """Precipitation in millimetres: exponential amounts on the given share of days, those on which wetness is high."""
    threshold = NormalDist(0, (1 + 0.35**2) ** 0.5).inv_cdf(1 - wet_days)
    return np.where(wetness > threshold, stream.exponential(7.0, size=wetness.shape), 0.0)
