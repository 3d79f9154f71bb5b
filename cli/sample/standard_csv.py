"""Writes the sample business as the conditioned tables of docs/tables.md, past the raw files and their conditioning."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cli.sample.business import Business

TABLES = ("shipments", "weather", "weather_forecast", "shoppers", "events", "returns")
_PLACES = {"dollars": 2, "value": 1, "tmax_c": 1, "tmin_c": 1, "precipitation_mm": 1, "discount_percent": 1}


def write_tables(business: Business, folder: Path) -> None:
    """Write `folder/<table>/<region or all>.csv`, as a training job finds them under `--inputs`/tables."""
    for table in TABLES:
        frame: pl.DataFrame = getattr(business, table)
        (folder / table).mkdir(parents=True, exist_ok=True)
        is_by_region = "region" in frame.columns and table != "events"
        parts = frame.partition_by("region", as_dict=True) if is_by_region else {("all",): frame}
        for (name, *_), part in parts.items():
            _as_text(part).write_csv(folder / table / f"{name}.csv", line_terminator="\n")


def _as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Decimals with their fixed number of places."""
    decimals = [column for column in _PLACES if column in frame.columns]
    return frame.with_columns(
        frame[column].map_elements(f"{{:.{_PLACES[column]}f}}".format, return_dtype=pl.String) for column in decimals
    )
