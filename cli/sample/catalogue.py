"""What the sample business sells: products, and how buyers of each respond to weather, price and holidays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from cli.sample.streams import open_stream


@dataclass(frozen=True)
class Product:
    """One product. Effects are in logarithms of the weekly units."""

    product_id: str
    name: str
    mover: str
    units: float
    """A usual week in a large store."""
    price: float
    heat: float
    """Effect of each degree Celsius that the week's highs are above 20."""
    cold: float
    """Effect of each degree that they are below 12."""
    rain: float
    """Effect of each 10 mm of the week's rain."""
    elasticity: float
    trend: float
    """Effect of each year."""
    holidays: Mapping[str, float] = field(default_factory=dict)


_FAST = (
    Product("001204", "Cola 12-pack", "fast", 190, 6.49, 0.022, 0.0, -0.010, 2.9, 0.01,
            {"Independence Day": 0.45, "Memorial Day": 0.3, "Labor Day": 0.25, "Super Bowl": 0.3}),
    Product("001310", "Orange juice", "fast", 150, 4.29, -0.004, 0.010, 0.006, 3.3, -0.02,
            {"New Year's Day": 0.15, "Easter Sunday": 0.2, "Christmas Day": 0.15}),
    Product("002077", "Frozen pizza", "fast", 120, 5.99, -0.006, 0.014, 0.022, 2.4, 0.03,
            {"Super Bowl": 0.45, "Thanksgiving": -0.25, "Halloween": 0.2, "New Year's Day": 0.2}),
    Product("002219", "Potato chips", "fast", 160, 3.79, 0.012, 0.0, -0.004, 2.6, 0.0,
            {"Super Bowl": 0.5, "Independence Day": 0.4, "Memorial Day": 0.25, "Labor Day": 0.25}),
    Product("003105", "Greek yogurt", "fast", 140, 1.29, 0.004, -0.003, 0.0, 2.2, 0.04,
            {"New Year's Day": 0.25, "Christmas Day": -0.15}),
    Product("003342", "Sandwich bread", "fast", 210, 2.99, 0.0, 0.006, 0.014, 1.5, -0.01,
            {"Thanksgiving": 0.1, "Memorial Day": 0.15}),
)  # fmt: skip
_SLOW = (
    Product("047013", "Barbecue sauce", "slow", 28, 3.49, 0.042, 0.0, -0.020, 2.4, 0.02,
            {"Independence Day": 0.7, "Memorial Day": 0.55, "Labor Day": 0.5, "Thanksgiving": -0.2}),
    Product("051120", "Chicken broth", "slow", 30, 2.79, -0.006, 0.032, 0.015, 2.2, 0.0,
            {"Thanksgiving": 1.0, "Christmas Day": 0.6, "Easter Sunday": 0.2}),
    Product("058301", "Drinking chocolate", "slow", 26, 4.99, -0.012, 0.045, 0.020, 2.0, -0.01,
            {"Christmas Day": 0.7, "Thanksgiving": 0.35, "Halloween": 0.25}),
    Product("060218", "Maple syrup", "slow", 24, 8.99, 0.0, 0.020, 0.008, 1.8, 0.03,
            {"Christmas Day": 0.4, "Easter Sunday": 0.3}),
    Product("064555", "Rice crackers", "slow", 26, 3.29, 0.0, 0.0, 0.0, 1.7, 0.05, {"New Year's Day": 0.3}),
    Product("071906", "Iced tea mix", "slow", 27, 5.49, 0.050, 0.0, -0.012, 2.1, 0.01, {"Independence Day": 0.4}),
)  # fmt: skip


def list_products(per_mover: int) -> list[Product]:
    """As many fast and slow movers as asked for, the fast ones first; beyond twelve they are variants of the first."""
    return [_variant(line, place) for line in (_FAST, _SLOW) for place in range(per_mover)]


def _variant(line: tuple[Product, ...], place: int) -> Product:
    original = line[place % len(line)]
    copy = place // len(line)
    if copy == 0:
        return original
    stream = open_stream(copy, "product", original.product_id)
    return replace(
        original,
        product_id=f"{int(original.product_id) + 100_000 * copy:06d}",
        name=f"{original.name} no. {copy + 1}",
        units=original.units * float(np.exp(stream.normal(-0.2, 0.2))),
        price=round(original.price * (1 + 0.1 * copy), 2),
    )
