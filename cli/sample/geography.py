"""Where the sample business sells: its regions with their climates and tastes, and the stores in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cli.sample.streams import open_stream

FORMATS = ("large", "small")


@dataclass(frozen=True)
class Region:
    """One sales region: its climate (degrees Celsius, share of wet days) and how much it buys."""

    name: str
    number: int
    mean_high: float
    seasonal_swing: float
    wet_days: float
    size: float
    specialty_taste: float
    """How much of the usual amount of slow movers its small stores sell."""
    steadiness: float
    """How predictable those sales are; 1 is usual, less is noisier."""
    zips: tuple[str, str]


_KNOWN = {
    "new-england": (14.5, 13.5, 0.35, 1.0, 1.0, 1.0, ("02108", "03101")),
    "mid-atlantic": (17.0, 13.0, 0.33, 1.3, 1.0, 1.0, ("10001", "19103")),
    "capital": (19.0, 12.5, 0.31, 1.0, 1.0, 1.0, ("20001", "21201")),
    "carolinas": (22.0, 10.0, 0.30, 1.0, 1.0, 1.0, ("27601", "29201")),
    "southeast": (24.0, 9.0, 0.31, 1.1, 1.0, 1.0, ("30303", "35203")),
    "florida": (28.0, 5.5, 0.36, 1.2, 1.0, 1.0, ("33101", "32801")),
    "great-lakes": (14.0, 14.5, 0.37, 1.1, 1.0, 1.0, ("48226", "53202")),
    "ohio-valley": (17.5, 13.0, 0.36, 0.9, 1.0, 1.0, ("45202", "40202")),
    "midwest": (15.5, 15.0, 0.32, 1.2, 1.0, 1.0, ("60601", "63101")),
    "plains": (16.0, 15.0, 0.26, 0.8, 0.045, 1.0, ("68102", "57104")),
    "gulf": (26.0, 7.5, 0.31, 0.9, 1.0, 1.0, ("70112", "39201")),
    "texas": (26.5, 9.5, 0.22, 1.4, 1.0, 1.0, ("75201", "77002")),
    "mountain": (17.0, 13.5, 0.22, 0.8, 0.4, 0.15, ("80202", "84101")),
    "pacific": (20.0, 6.5, 0.20, 1.4, 1.0, 1.0, ("94102", "98101")),
}  # fmt: skip


@dataclass(frozen=True)
class Store:
    """One store; `opened` is the share of the simulated past that went by before its doors opened."""

    store_id: str
    region: str
    store_format: str
    zip: str
    size: float
    opened: float


def describe_region(name: str, number: int) -> Region:
    """The facts of a region; one that is not among the known ones gets a climate drawn from its name."""
    if name in _KNOWN:
        return Region(name, list(_KNOWN).index(name) + 1, *_KNOWN[name])
    stream = open_stream(0, "region", name)
    first_zip = int(stream.integers(1000, 99000))
    return Region(
        name, len(_KNOWN) + 1 + number, stream.uniform(13, 27), stream.uniform(6, 15), stream.uniform(0.2, 0.4),
        stream.uniform(0.8, 1.4), 1.0, 1.0, (f"{first_zip:05d}", f"{first_zip + 1:05d}"),
    )  # fmt: skip


def describe_regions(names: Sequence[str]) -> list[Region]:
    """The facts of several regions, in order."""
    return [describe_region(name, number) for number, name in enumerate(names)]


def open_stores(seed: int, region: Region, per_format: int) -> list[Store]:
    """A region's stores, the large ones first; about one in eight opened after the records begin."""
    stream = open_stream(seed, "stores", region.name)
    sizes = region.size * np.exp(stream.normal(0, 0.22, size=2 * per_format))
    newcomer = stream.random(2 * per_format) < 0.125
    opened = np.where(newcomer, stream.uniform(0.1, 0.6, 2 * per_format), 0.0)
    return [
        Store(
            f"{region.number * 1000 + 10 + 7 * place:05d}", region.name, FORMATS[place // per_format],
            region.zips[place % 2], float(sizes[place]), float(opened[place]),
        )
        for place in range(2 * per_format)
    ]  # fmt: skip
