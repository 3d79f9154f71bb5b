"""Real public data: conditioned by their sources and learned from by the training code, where the data is at hand."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from shared.domain.weeks import IsoWeek

SALES = Path(__file__).resolve().parents[3] / "shared" / "data" / "sales"
USDA = SALES / "usda-ers" / "StateAndCategory_to_2021-12-26.xlsx"
ORANGE_JUICE = SALES / "orange-juice" / "yx_weeks_040_135.zip"
USDA_ROWS, ORANGE_JUICE_ROWS = 55_341, 84_183
MEASURED = ("mape", "wape", "coverage")

needs_data = pytest.mark.skipif(not SALES.is_dir(), reason="../shared/data is not there")


@needs_data
def test_the_usda_workbook_is_conditioned_and_forecast(product, tmp_path):
    table = condition(product, "usda_food", USDA, tmp_path, USDA_ROWS)
    states = table.filter(pl.col("state").is_in(["Texas", "Florida"]))
    fast = pl.col("units").cast(pl.Float64).mean().over("state", "category") > 5e6
    shipments = states.select(
        week_start=pl.col("date").str.to_date() - pl.duration(days=6),
        region=pl.col("state").str.to_lowercase(),
        store_id=pl.lit("00001"),
        store_format=pl.lit("large"),
        product_id=pl.col("category"),
        mover=pl.when(fast).then(pl.lit("fast")).otherwise(pl.lit("slow")),
        units=pl.col("units").cast(pl.Int64) // 1000,
        dollars=pl.col("dollars"),
    )
    results = train(shipments, tmp_path, date(2021, 12, 27))

    assert_trained(results, 4)
    # Two years of smooth sales: the average is hard to beat, and both are far inside the gate.
    assert all(segment["metrics"]["mape"] < 0.2 for segment in results["segments"])


@needs_data
def test_the_orange_juice_weeks_are_conditioned_and_forecast(product, tmp_path):
    table = condition(product, "orange_juice", ORANGE_JUICE, tmp_path, ORANGE_JUICE_ROWS)
    few = table.filter(pl.col("store").cast(pl.Int32) < 40).with_columns(pl.col("week").cast(pl.Int32))
    shipments = few.select(
        week_start=pl.lit(date(1989, 9, 11)) + pl.duration(days=7) * (pl.col("week") - 1),
        region=pl.lit("chicago"),
        store_id=pl.col("store").str.zfill(5),
        store_format=pl.lit("large"),
        product_id=pl.col("brand"),
        mover=pl.when(pl.col("brand").cast(pl.Int32) <= 5).then(pl.lit("fast")).otherwise(pl.lit("slow")),
        units=(pl.col("logmove").cast(pl.Float64).exp() / 64).round().cast(pl.Int64),
        dollars=pl.lit("0.00"),
    )
    results = train(shipments, tmp_path, date(1989, 9, 11) + timedelta(weeks=135))

    assert_trained(results, 2)
    for segment in results["segments"]:
        assert segment["metrics"]["mape"] < segment["baseline_metrics"]["mape"]


def condition(product, source: str, file: Path, folder: Path, rows: int) -> pl.DataFrame:
    done = product.run("condition", source, str(file), "--out", str(folder / "conditioned"), "--json")
    summary = json.loads(done.stdout)
    assert (done.returncode, summary["rows_in"], summary["rows_out"]) == (0, rows, rows)
    return pl.read_csv(summary["output"], infer_schema=False)


def train(shipments: pl.DataFrame, folder: Path, monday: date) -> dict:
    (folder / "inputs/tables/shipments").mkdir(parents=True)
    shipments.write_csv(folder / "inputs/tables/shipments/all.csv")
    segments = shipments.select("region", "store_format", "mover").unique().sort(pl.all()).to_dicts()
    baselines = shipments.select("region", "store_format").unique().sort(pl.all()).to_dicts()
    job = {
        "schema": 1,
        "kind": "train",
        "run": "real",
        "fleet": "real",
        "week": str(IsoWeek.of(monday)),
        "shard": "all",
        "as_of": (monday - timedelta(days=1)).isoformat(),
        "code_version": "c",
        "dataset_version": "d",
        "segments": [{"id": "-".join(cell.values()), **cell} for cell in segments],
        "baselines": [{"id": "-".join([*cell.values(), "baseline"]), **cell} for cell in baselines],
        "models": {},
        "settings": {"target": "units", "holdout_weeks": 12, "seed": 1},
    }
    (folder / "job.json").write_text(json.dumps(job))
    places = ["--job", folder / "job.json", "--inputs", folder / "inputs", "--out", folder / "out"]
    command = [sys.executable, "-m", "training", *map(str, places)]
    done = subprocess.run(command, cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "out/results.json").read_text())


def assert_trained(results: dict, segments: int) -> None:
    assert [segment["status"] for segment in results["segments"]] == ["trained"] * segments
    for segment in results["segments"]:
        assert all(segment["metrics"][name] is not None for name in MEASURED)
