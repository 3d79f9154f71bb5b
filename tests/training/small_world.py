"""Small made-up inputs for the tests of training: a few stores, two regions, 120 weeks."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl

from training.job import Job, parse_job
from training.tables import Tables

WEEK, AS_OF, FIRST_WEEK = "2021W20", date(2021, 5, 16), "2019W05"
REGIONS = ("texas", "new-england")
CELLS = [(store_format, mover) for store_format in ("large", "small") for mover in ("slow", "fast")]


def job_document(kind="train", regions=REGIONS, cells=CELLS, **changes):
    """A whole job as JSON would hold it."""
    return {
        "schema": 1, "kind": kind, "run": f"{kind}-test", "fleet": "test", "week": WEEK, "shard": "test",
        "as_of": AS_OF.isoformat(), "code_version": "code-1", "dataset_version": "data-1",
        "segments": [
            {"id": f"{region}-{store_format}-{mover}", "region": region, "store_format": store_format, "mover": mover}
            for region in regions for store_format, mover in cells
        ],
        "baselines": [
            {"id": f"{region}-{store_format}-baseline", "region": region, "store_format": store_format}
            for region in regions for store_format in sorted({cell[0] for cell in cells})
        ],
        "models": {}, "settings": {"target": "units", "holdout_weeks": 10, "seed": 5}, **changes,
    }  # fmt: skip


def make_job(kind="train", **changes) -> Job:
    return parse_job(job_document(kind, **changes))


def write_job(path: Path, kind="train", **changes) -> Path:
    path.write_text(json.dumps(job_document(kind, **changes)), encoding="utf-8")
    return path


def tables_of(business) -> Tables:
    """A made-up business as training has it once it is read."""
    frames = {
        name: getattr(business, name).with_columns(
            pl.col(column).cast(pl.Float64)
            for column in ("units", "shoppers")
            if column in getattr(business, name).columns
        )
        for name in ("shipments", "shoppers", "returns", "events", "weather", "weather_forecast")
    }
    return Tables(**frames)


def shipments_of(rows) -> pl.DataFrame:
    """Shipments from (week_start, store_id, product_id, units), all of one segment."""
    return pl.DataFrame(
        [
            (date.fromisoformat(week), "r", store, "large", product, "fast", float(units), None)
            for week, store, product, units in rows
        ],
        schema={
            "week_start": pl.Date, "region": pl.String, "store_id": pl.String, "store_format": pl.String,
            "product_id": pl.String, "mover": pl.String, "units": pl.Float64, "dollars": pl.Float64,
        },
        orient="row",
    )  # fmt: skip
