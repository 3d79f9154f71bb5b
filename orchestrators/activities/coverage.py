"""How much history each region has in a dataset, as the data gate asks."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

from shared.domain.datasets import Coverage, Member, content_path
from shared.domain.fleets import Fleet
from shared.domain.weeks import IsoWeek
from shared.ports import Lake

if TYPE_CHECKING:
    from shared.ledger.book import Ledger


def measure_coverage(lake: Lake, ledger: Ledger, dataset_version: str, fleet: Fleet) -> dict[str, Coverage]:
    """The weeks that each region has rows for, over all files of the target's source."""
    weeks: dict[str, set[str]] = {}
    for member in ledger.datasets.read_dataset(dataset_version).members:
        if member.source == fleet.target_source:
            for region, found in _weeks_by_region(lake, member).items():
                weeks.setdefault(region, set()).update(found)
    return {
        region: Coverage(region, len(found), IsoWeek.of(date.fromisoformat(max(found))))
        for region, found in weeks.items()
        if found
    }


def _weeks_by_region(lake: Lake, member: Member) -> dict[str, list[str]]:
    import polars as pl

    with lake.open_read("datasets", content_path(member.sha256)) as stream:
        table = pl.read_csv(io.BytesIO(stream.read()), columns=["region", "week_start"], infer_schema=False)
    grouped = table.drop_nulls().group_by("region").agg(pl.col("week_start").unique())
    return dict(grouped.iter_rows())
