"""Real files, where they are at hand beside the checkout: the USDA workbook, the orange-juice weeks, the variants."""

from pathlib import Path

import polars as pl
import pytest

from conditioners.registry import get_source

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not beside this checkout")


def test_the_usda_workbook_is_conditioned_to_the_last_row(run):
    (path,) = (DATA / "sales/usda-ers").glob("*.xlsx")
    result = run(get_source("usda_food"), path.read_bytes(), f"usda_food/{path.name}")
    table = pl.read_csv(result.accepted.encode())

    assert result.summary.rows_in == result.summary.rows_out == table.height == 55_341
    assert table.columns == ["date", "state", "category", "dollars", "units", "volume"]
    assert (result.summary.first_day, result.summary.last_day) == ("2019-10-06", "2021-12-26")
    assert table["dollars"].dtype == table["volume"].dtype == pl.Int64


def test_the_orange_juice_weeks_are_conditioned_to_the_last_row(run):
    (path,) = (DATA / "sales/orange-juice").glob("*.zip")
    result = run(get_source("orange_juice"), path.read_bytes(), f"orange_juice/{path.name}")

    assert result.summary.rows_in == result.summary.rows_out == 84_183
    assert len(result.summary.members) == 96


@pytest.mark.parametrize("number", ["01", "02", "04", "06", "08", "09", "12", "13"])
def test_every_dialect_of_the_variants_gives_the_canonical_bytes(run, number):
    (path,) = (DATA / "variants").glob(f"{number}_*")
    result = run(get_source("usda_food"), path.read_bytes(), f"usda_food/{path.name}")

    assert result.accepted.encode() == (DATA / "variants/CANONICAL.csv").read_bytes()
    assert result.summary.rows_quarantined == 0
