"""The sources of public data on their real files, where they are at hand: every row accounted for, known facts kept."""

from pathlib import Path

import polars as pl
import pytest

from conditioners.registry import get_source

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not beside this checkout")


@pytest.fixture(name="take")
def _take(run):
    def take(source, pattern):
        """Condition one real file; its figures have to add up."""
        (path,) = DATA.glob(pattern)
        result = run(get_source(source), path.read_bytes(), f"{source}/{path.name}")
        summary = result.summary
        assert summary.rows_in == summary.rows_out + summary.rows_quarantined + summary.rows_duplicate
        return summary, pl.read_csv(result.accepted.encode(), infer_schema=False), result.rejects

    return take


@pytest.mark.parametrize(("station", "rows"), [("USW00014922", 4238), ("USW00094728", 4140)])
def test_a_station_of_ghcn_is_conditioned_to_the_last_row_in_the_units_of_each_element(take, station, rows):
    summary, table, _ = take("ghcn_daily", f"weather/ghcn-daily/{station}.csv")

    assert (summary.rows_in, summary.rows_out) == (rows, rows)
    assert set(table["station"]) == {station}
    snow = table.filter(pl.col("element") == "SNOW")["value"]
    assert snow.str.ends_with(".0").all(), "snow comes in whole millimetres"
    hottest = table.filter(pl.col("element") == "TMAX")["value"].cast(pl.Float64).max()
    assert 25 < hottest < 45, "degrees, not tenths of them"


@pytest.mark.parametrize("station", ["USW00014922", "USW00094728"])
def test_snow_is_whole_millimetres_for_as_tenths_it_would_be_heavier_than_ice(take, station):
    days: dict[str, dict[str, float]] = {}
    _, table, _ = take("ghcn_daily", f"weather/ghcn-daily/{station}.csv")
    for day, element, value in table.select("date", "element", "value").iter_rows():
        days.setdefault(day, {})[element] = float(value)
    falls = [each for each in days.values() if each["TMAX"] < 0 and each["PRCP"] > 0 and each.get("SNOW", 0) > 50]
    depth, water = (sum(each[name] for each in falls) for name in ("SNOW", "PRCP"))

    assert len(falls) >= 4
    assert 10 < depth / water < 20, "fresh snow is some ten to twenty times its water"
    fallen = {each["SNOW"] for each in days.values() if each.get("SNOW")}
    assert all(any(abs(mm - tenths * 2.54) <= 0.5 for tenths in range(1, 200)) for mm in fallen)


def test_temperatures_of_soil_and_of_several_days_come_in_tenths_as_others_do(run):
    elements = ("SN32", "SX03", "MDTN", "MDTX", "MDEV", "MDSF", "WDF5")
    text = "".join(f"USC00305801,20240101,{element},-178,,,7,\n" for element in elements)
    result = run(get_source("ghcn_daily"), text.encode(), "ghcn_daily/2024.csv")

    values = [row.split(",")[3] for row in result.rows]
    assert values == ["-17.8"] * 5 + ["-178.0"] * 2


@pytest.mark.parametrize("year", ["1901", "1902"])
def test_a_year_of_isd_is_conditioned_to_the_last_observation(take, year):
    summary, table, _ = take("isd_hourly", f"weather/isd-fixed-width/{year}.gz")

    assert summary.rows_in == summary.rows_out == 6565
    assert (summary.first_day, summary.last_day) == (f"{year}-01-01", f"{year}-12-31")
    assert table["observed_at"].str.ends_with("Z").all()
    assert table["air_temperature_c"].drop_nulls().cast(pl.Float64).max() < 40, "the sentinel is no temperature"
    assert table["cloud_cover_oktas"].null_count() < table.height / 10, "read from the groups behind the record"


@pytest.mark.parametrize("kind", ["", "_hourly"])
def test_forecasts_of_the_weather_service_are_conditioned_to_the_last_period(take, kind):
    summary, table, _ = take("nws_forecast", f"weather/nws-json/gridpoints_forecast{kind}_us.json")

    assert summary.rows_in == summary.rows_out == 2
    assert table["starts_at"].str.ends_with("Z").all()
    assert set(table["wind_unit"]) == {"mph"}


def test_the_hours_and_days_of_open_meteo_are_conditioned_to_the_last_one(take):
    summary, table, _ = take("open_meteo", "weather/open_meteo_forecast.json")

    assert summary.rows_in == summary.rows_out == 192 + 8
    assert table["interval"].to_list() == ["hour"] * 192 + ["day"] * 8
    assert set(table["temperature_unit"]) == {"°F"}


def test_all_months_of_retail_invoices_are_conditioned_to_the_last_line_with_their_returns(take):
    months = sorted(path.name for path in (DATA / "sales/online-retail").glob("*.zip"))
    taken = [take("retail_invoices", f"sales/online-retail/{month}")[:2] for month in months]
    kinds = pl.concat(table["kind"] for _, table in taken).value_counts().sort("kind").rows()

    assert sum(summary.rows_in for summary, _ in taken) == sum(summary.rows_out for summary, _ in taken) == 320_705
    assert kinds == [("adjustment", 3), ("return", 5847), ("sale", 314_855)]


def test_the_promotions_are_conditioned_to_the_last_row(take):
    summary, table, _ = take("promotions", "shoppers-promotions/complete-journey/promotions_sample.csv.gz")

    assert summary.rows_in == summary.rows_out == summary.distinct_keys == 360_535
    assert (summary.columns["week"].min, summary.columns["week"].max) == ("1", "53")
    assert table["mailer"].n_unique() == 11


def test_stores_that_lost_the_zero_of_their_zip_code_are_told_and_the_others_kept(take):
    summary, table, rejects = take("stores", "stores/bestbuy_stores.json")

    assert (summary.rows_in, summary.rows_out, summary.rejects) == (1565, 1546, {"zip bad_format": 19})
    assert all(reject["path"].startswith("$[") for reject in rejects)
    assert table["zip"].str.contains(r"^\d{5}(-\d{4})?$").all()


def test_store_openings_fall_into_the_century_they_were_in(take):
    summary, table, _ = take("stores", "stores/walmart_store_openings_1962_2006.csv")

    assert summary.rows_in == summary.rows_out == 2992
    assert (summary.first_day, summary.last_day) == ("1962-07-01", "2006-01-31")
    assert table["store_format"].value_counts().sort("count").rows() == [("small", 1046), ("large", 1946)]


def test_the_demographics_are_conditioned_to_the_last_zip_code_with_leading_zeros(take):
    summary, table, _ = take("zip_demographics", "shoppers-promotions/zip_demographics.csv")

    assert summary.rows_in == summary.rows_out == summary.distinct_keys == 33_120
    assert table["zip"].str.starts_with("0").sum() > 1000
    assert summary.columns["median_rent"].nulls == 5629


def test_a_file_whose_state_has_another_label_is_told_so_though_a_dialect_takes_it_from_folders(run):
    result = run(get_source("usda_food"), b"date,staat,category,dollars,units,volume\n2021-01-03,Ohio,Dairy,1,2,3\n")

    assert (
        "takes a column from; where the file has that column itself, its label is no declared one"
        in result.outcome.reason
    )
