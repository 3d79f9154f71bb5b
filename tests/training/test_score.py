"""A scoring run: which model serves, and what is written."""

import csv
import shutil

import pytest

from tests.training.small_world import make_job
from training.__main__ import run

HEADER = ["week_start", "region", "store_id", "store_format", "product_id", "mover", "forecast_units", "baseline_units"]


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@pytest.fixture(scope="module")
def scored(trained, inputs, tmp_path_factory):
    """Texas scored with a champion, a last good model, none, and one that is broken."""
    folder = tmp_path_factory.mktemp("scoring")
    (folder / "tables").symlink_to(inputs / "tables")
    (folder / "models").mkdir()
    for name in ("texas-large-slow", "texas-large-fast"):
        shutil.copytree(trained[1] / "models" / name, folder / "models" / name)  # bytecode may come beside its code
    (folder / "models" / "texas-small-slow").mkdir()
    roles = {"texas-large-slow": "champion", "texas-large-fast": "last-good", "texas-small-slow": "champion"}
    job = make_job("score", regions=("texas",), models=roles)
    return {segment["id"]: segment for segment in run(job, folder, folder)["segments"]}, folder


def test_each_segment_is_forecast_by_the_model_that_came_with_it_or_else_the_baseline(scored):
    segments, _ = scored

    assert "error" not in segments["texas-large-slow"]
    assert {name: segment["role"] for name, segment in segments.items()} == {
        "texas-large-slow": "champion", "texas-large-fast": "last-good",
        "texas-small-slow": "baseline", "texas-small-fast": "baseline",
    }  # fmt: skip
    assert segments["texas-small-slow"]["error"].startswith("the model cannot be used")
    assert "error" not in segments["texas-small-fast"]


def test_predictions_hold_every_store_and_product_once_in_order(scored, business):
    segments, folder = scored
    actuals = business.actuals.rows(named=True)
    for name, segment in segments.items():
        header, *rows = read_rows(folder / segment["predictions"])
        keys = [(row[2], row[4]) for row in rows]

        assert header == HEADER
        assert keys == sorted(keys)
        assert set(keys) == {
            (row["store_id"], row["product_id"])
            for row in actuals
            if name == f"{row['region']}-{row['store_format']}-{row['mover']}"
        }
        assert segment["rows"] == segment["expected_rows"] == len(rows)


def test_forecasts_are_fixed_decimals_of_the_forecast_week_and_not_the_baseline(scored):
    segments, folder = scored
    _, *rows = read_rows(folder / segments["texas-large-slow"]["predictions"])

    assert {row[0] for row in rows} == {"2021-05-17"}
    assert all(number == f"{float(number):.2f}" and float(number) >= 0 for row in rows for number in row[6:])
    assert any(row[6] != row[7] for row in rows)


def test_a_segment_on_the_baseline_forecasts_the_historical_average(scored):
    segments, folder = scored
    _, *rows = read_rows(folder / segments["texas-small-fast"]["predictions"])

    assert rows and all(row[6] == row[7] for row in rows)


def test_the_largest_week_of_the_last_year_is_told(scored, business):
    import polars as pl

    year = business.shipments.filter(
        (pl.col("region") == "texas") & (pl.col("store_format") == "large") & (pl.col("mover") == "slow")
        & (pl.col("week_start") >= business.week.plus(-52).monday)
    )  # fmt: skip

    assert scored[0]["texas-large-slow"]["largest_of_last_year"] == year["units"].max()


def test_a_segment_with_nothing_on_sale_fails_and_the_others_are_scored(inputs, tmp_path):
    job = make_job("score", regions=("atlantis", "texas"), cells=[("large", "slow")])
    atlantis, texas = run(job, inputs, tmp_path)["segments"]

    assert atlantis == {
        "id": "atlantis-large-slow",
        "status": "failed",
        "error": "there are no shipments of atlantis, large, slow",
    }
    assert texas["status"] == "scored"


def test_the_same_scoring_gives_the_same_bytes(scored, inputs, tmp_path):
    job = make_job("score", regions=("texas",), cells=[("small", "fast")])
    run(job, inputs, tmp_path)
    path = "predictions/texas-small-fast.csv"

    assert (tmp_path / path).read_bytes() == (scored[1] / path).read_bytes()
