"""Special events of the sample business: holidays everywhere, festivals in regions, promotions of products."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from cli.sample.catalogue import Product
from cli.sample.geography import Region
from cli.sample.streams import Floats, open_stream

_FESTIVALS = (("Harvest fair", 265), ("Street food days", 160), ("Winter market", 345), ("River festival", 205))
_DISCOUNTS = (10.0, 15.0, 20.0, 25.0, 33.0, 40.0)
_DISCOUNT_SHARES = (0.15, 0.2, 0.25, 0.2, 0.12, 0.08)
_SHOPPING_AHEAD = (0.08, 0.22, 0.26, 0.18, 0.12, 0.08, 0.04, 0.02)
"""Share of the shopping for a holiday that is done on the day itself, the day before, and so on."""
_STARTS_PER_WEEK = {"fast": 0.13, "slow": 0.07}


@dataclass(frozen=True)
class Event:
    """One special event, with its last day included."""

    event_id: str
    kind: str
    name: str
    region: str | None
    product_id: str | None
    start: date
    end: date
    discount: float | None
    """Per cent off the price."""
    announced: date


def list_holidays(first: date, last: date) -> list[Event]:
    """Public holidays, and other days for which people shop, that fall between two days; known a year ahead."""
    found = []
    for year in range(first.year, last.year + 1):
        for name, day in _holidays_of(year).items():
            if first <= day <= last:
                key = f"H-{year}-{name.lower().replace(' ', '-').replace(chr(39), '')}"
                found.append(Event(key, "holiday", name, None, None, day, day, None, date(year - 1, 1, 2)))
    return found


def list_festivals(seed: int, region: Region, first: date, last: date) -> list[Event]:
    """Two festivals a year in a region, on dates that move, announced two to five months ahead."""
    found = []
    chosen = open_stream(seed, "festivals", region.name).choice(len(_FESTIVALS), size=2, replace=False)
    for year in range(first.year, last.year + 1):
        for name, usual in (_FESTIVALS[number] for number in sorted(chosen)):
            stream = open_stream(seed, "festival", region.name, name, str(year))
            start = date(year, 1, 1) + timedelta(days=usual + int(stream.integers(-12, 13)))
            end = start + timedelta(days=int(stream.integers(2, 9)))
            key = f"F-{year}-{region.name}-{name.lower().replace(' ', '-')}"
            announced = start - timedelta(days=int(stream.integers(60, 150)))
            if first <= start <= last:
                found.append(Event(key, "festival", name, region.name, None, start, end, None, announced))
    return found


def list_promotions(
    seed: int, region: Region, products: Sequence[Product], first_monday: date, weeks: int
) -> list[Event]:
    """Price promotions of each product in a region. Most are planned weeks ahead; some start at short notice."""
    return [
        event for product in products for event in _promotions_of(seed, region, product, first_monday, weeks)
    ]  # fmt: skip


def _promotions_of(seed: int, region: Region, product: Product, first_monday: date, weeks: int) -> Iterator[Event]:
    draws = open_stream(seed, "promotions", region.name, product.product_id).random((weeks, 5))
    busy_until = -1
    for week, (begins, how_long, how_much, notice, hasty) in enumerate(draws):
        if week <= busy_until or begins >= _STARTS_PER_WEEK[product.mover]:
            continue
        length = 1 + int(how_long > 0.55) + int(how_long > 0.9)
        busy_until = week + length
        start = first_monday + timedelta(weeks=week, days=3 if hasty < 0.12 else 0)
        announced = start - timedelta(days=1 + int(3 * notice) if hasty < 0.12 else 10 + int(50 * notice))
        discount = _DISCOUNTS[int(np.searchsorted(np.cumsum(_DISCOUNT_SHARES), how_much * 0.999))]
        end = first_monday + timedelta(weeks=week + length, days=-1)
        key = f"P-{region.number:02d}-{product.product_id}-{week:04d}"
        name = f"{product.name} {discount:.0f}% off"
        yield Event(key, "promotion", name, region.name, product.product_id, start, end, discount, announced)


def days_shared(events: Iterable[Event], first_monday: date, weeks: int) -> Floats:
    """For each week, the share of its days on which one of the events falls."""
    covered = np.zeros(7 * weeks)
    for event in events:
        covered[max((event.start - first_monday).days, 0) : max((event.end - first_monday).days + 1, 0)] = 1.0
    shares: Floats = covered.reshape(weeks, 7).mean(axis=1)
    return shares


def shopping_shares(holidays: Iterable[Event], first_monday: date, weeks: int) -> Floats:
    """For each week, the share of the shopping for one of the holidays that is done in it.

    Most is done two days before, little on the day itself.
    """
    done = np.zeros(7 * weeks)
    for holiday in holidays:
        last = (holiday.end - first_monday).days
        for ahead, share in enumerate(_SHOPPING_AHEAD):
            if 0 <= last - ahead < len(done):
                done[last - ahead] += share
    shares: Floats = done.reshape(weeks, 7).sum(axis=1)
    return shares


def _holidays_of(year: int) -> dict[str, date]:
    return {
        "New Year's Day": date(year, 1, 1),
        "Super Bowl": _nth_weekday(year, 2, 6, 2 if year >= 2022 else 1),
        "Easter Sunday": _easter(year),
        "Memorial Day": _nth_weekday(year, 6, 0, 1) - timedelta(days=7),
        "Independence Day": date(year, 7, 4),
        "Labor Day": _nth_weekday(year, 9, 0, 1),
        "Halloween": date(year, 10, 31),
        "Thanksgiving": _nth_weekday(year, 11, 3, 4),
        "Christmas Day": date(year, 12, 25),
    }


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _easter(year: int) -> date:
    """Western Easter by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
