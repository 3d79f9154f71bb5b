"""The cells of a fleet: what is forecast by one model, and the baselines beside them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Segment:
    """One ensemble's share of the business: a region's stores of one format and their movers of one speed."""

    region: str
    store_format: str
    mover: str

    @property
    def id(self) -> str:
        """The segment's name in paths, tags and answers, such as `texas-large-fast`."""
        return f"{self.region}-{self.store_format}-{self.mover}"

    @property
    def baseline(self) -> Baseline:
        """The historical average that this segment is measured against and falls back on."""
        return Baseline(self.region, self.store_format)


@dataclass(frozen=True, order=True)
class Baseline:
    """One historical average: a region's stores of one format, slow and fast movers together."""

    region: str
    store_format: str

    @property
    def id(self) -> str:
        """The baseline's name in paths, tags and answers, such as `texas-large-baseline`."""
        return f"{self.region}-{self.store_format}-baseline"
