"""A scoring run: the forecast week's features, and from them the forecasts of whichever model serves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.attempts import Attempts
from training.ensemble import frame_of
from training.features import FeatureTable, Rows, build_features
from training.job import Cell, Job
from training.outputs import Progress, write_csv
from training.tables import SegmentError, Tables, read_tables

ON_SALE_WEEKS = 8
WEEKS_A_YEAR = 52
HEADER = (
    "week_start", "region", "store_id", "store_format", "product_id", "mover", "forecast_units", "baseline_units",
)  # fmt: skip


def score(job: Job, inputs: Path, out: Path) -> dict[str, Any]:
    """Forecast every segment of a job and write the predictions; returns what results.json is to say."""
    progress, attempts = Progress(out), Attempts()
    progress.tell("reading tables", 0, 1)
    tables = read_tables(inputs / "tables", sorted({cell.region for cell in job.segments}), job.as_of)
    (out / "predictions").mkdir(parents=True, exist_ok=True)
    results = []
    for place, cell in enumerate(job.segments):
        progress.tell("forecasting", place, len(job.segments))
        result = attempts.make(cell.id, _score_segment, job, tables, cell, inputs, out)
        results.append(result or {"id": cell.id, "status": "failed", "error": attempts.failures[cell.id]})
    return {"segments": results}


def _score_segment(job: Job, tables: Tables, cell: Cell, inputs: Path, out: Path) -> dict[str, Any]:
    table = build_features(tables, cell, np.datetime64(job.monday, "D"), ON_SALE_WEEKS)
    rows = table.future
    if len(rows) == 0:
        raise SegmentError(f"nothing is on sale: no shipments in the last {ON_SALE_WEEKS} weeks")
    forecasts, served = _forecast(job, cell, table, inputs)
    path = f"predictions/{cell.id}.csv"
    write_csv(out / path, HEADER, _lines(cell, rows, forecasts))
    year_ago = np.datetime64(job.monday, "D") - np.timedelta64(7 * WEEKS_A_YEAR, "D")
    last_year = table.past.actual[table.past.weeks >= year_ago]
    return {
        "id": cell.id, "status": "scored", **served, "rows": len(forecasts), "expected_rows": len(rows),
        "largest_of_last_year": float(last_year.max(initial=0.0)), "predictions": path,
    }  # fmt: skip


def _lines(cell: Cell, rows: Rows, forecasts: NDArray[np.float64]) -> Iterator[list[str]]:
    """The predictions in the order of HEADER."""
    for week, store, product, units, average in zip(
        rows.weeks, rows.stores, rows.products, forecasts, rows.baseline, strict=True
    ):
        names = [str(week), cell.region, str(store), cell.store_format, str(product), cell.mover or ""]
        yield [*names, f"{units:.2f}", f"{average:.2f}"]


def _forecast(job: Job, cell: Cell, table: FeatureTable, inputs: Path) -> tuple[NDArray[np.float64], dict[str, str]]:
    """Forecasts, and the role of what made them: the baseline where no model came, or where it cannot be used."""
    if cell.id not in job.models:
        return table.future.baseline, {"role": "baseline"}
    from training.saving import load_forecasts

    try:
        forecasts = load_forecasts(inputs / "models" / cell.id, frame_of(table.names, table.future))
    except SegmentError as error:
        return table.future.baseline, {"role": "baseline", "error": str(error)}
    return forecasts, {"role": job.models[cell.id]}
