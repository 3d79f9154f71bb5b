"""The made-up business: the same every time, keyed, and without knowledge of the future."""

from datetime import timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cli.sample.business import simulate
from shared.domain.weeks import IsoWeek
from tests.training.small_world import FIRST_WEEK, REGIONS, WEEK

TABLES = ("shipments", "weather", "weather_forecast", "shoppers", "events", "returns", "actuals")
COLUMNS = {
    "shipments": ["week_start", "region", "store_id", "store_format", "product_id", "mover", "units", "dollars"],
    "weather": ["date", "zip", "element", "value"],
    "weather_forecast": ["issued_date", "date", "zip", "tmax_c", "tmin_c", "precipitation_mm"],
    "shoppers": ["week_start", "region", "store_id", "zip", "store_format", "shoppers"],
    "events": ["event_id", "kind", "name", "region", "product_id", "start_date", "end_date", "discount_percent",
               "announced_date"],
    "returns": ["week_start", "region", "store_id", "product_id", "units", "reason"],
}  # fmt: skip
KEYS = {
    "shipments": ["week_start", "store_id", "product_id"], "weather": ["date", "zip", "element"],
    "weather_forecast": ["issued_date", "date", "zip"], "shoppers": ["week_start", "store_id"], "events": ["event_id"],
    "returns": ["week_start", "store_id", "product_id", "reason"],
}  # fmt: skip
SMALL = {"stores_per_format": 2, "products_per_mover": 2, "first_week": FIRST_WEEK}


def simulate_small(seed=11, week=WEEK, regions=REGIONS):
    return simulate(seed, IsoWeek.parse(week), regions, **SMALL)


def test_the_same_seed_gives_the_same_tables_and_another_gives_others(business):
    again, other = simulate_small(), simulate_small(seed=12)

    for table in TABLES:
        assert_frame_equal(getattr(again, table), getattr(business, table))
    assert not other.shipments["units"].equals(business.shipments["units"])


@pytest.mark.parametrize("table", COLUMNS)
def test_tables_have_the_canonical_columns_and_unique_keys(business, table):
    frame = getattr(business, table)

    assert frame.columns == COLUMNS[table]
    assert not frame.is_empty()
    assert not frame.select(pl.struct(KEYS[table]).is_duplicated().any()).item()
    nullable = {"region", "product_id", "discount_percent"} if table == "events" else set()
    assert not any(frame[column].null_count() for column in set(frame.columns) - nullable)


def test_nothing_is_known_after_the_forecast_date_but_forecasts_and_announcements(business):
    as_of = business.week.monday - timedelta(days=1)

    assert business.shipments["week_start"].max() == business.shoppers["week_start"].max() == as_of - timedelta(days=6)
    assert business.weather["date"].max() == as_of
    assert business.returns["week_start"].max() < as_of
    assert business.weather_forecast["issued_date"].max() == as_of
    assert business.weather_forecast["date"].max() == as_of + timedelta(days=7)
    assert business.events["announced_date"].max() <= as_of
    assert business.events["start_date"].max() > as_of + timedelta(days=14)


def test_each_forecast_is_issued_on_the_sunday_before_its_week(business):
    lead = business.weather_forecast.select((pl.col("date") - pl.col("issued_date")).dt.total_days())
    days = business.weather_forecast["issued_date"].dt.weekday().unique().to_list()

    assert (lead.min().item(), lead.max().item(), days) == (1, 7, [7])


def test_events_are_announced_before_they_start_and_only_promotions_have_discounts(business):
    events = business.events

    assert (events["announced_date"] < events["start_date"]).all()
    assert (events["start_date"] <= events["end_date"]).all()
    assert set(events["kind"]) == {"holiday", "festival", "promotion"}
    assert events.filter((pl.col("kind") == "promotion") != pl.col("discount_percent").is_not_null()).is_empty()


def test_a_later_week_only_appends_to_the_tables(business):
    later = simulate_small(week="2021W21")

    assert_frame_equal(later.shipments.filter(pl.col("week_start") < business.week.monday), business.shipments)
    assert_frame_equal(later.shipments.filter(pl.col("week_start") == business.week.monday), business.actuals)
    assert_frame_equal(later.weather.filter(pl.col("date") < business.week.monday), business.weather)
    assert_frame_equal(
        later.weather_forecast.filter(pl.col("issued_date") < business.week.monday), business.weather_forecast
    )
    assert_frame_equal(later.returns.filter(pl.col("week_start") < business.week.monday), business.returns)
    assert set(business.events["event_id"]) <= set(later.events["event_id"])


def test_a_region_is_the_same_whichever_others_are_asked_for(business):
    alone = simulate_small(regions=["texas"])

    assert_frame_equal(alone.shipments, business.shipments.filter(pl.col("region") == "texas"))


def test_slow_movers_have_weeks_without_sales_and_sell_less(business):
    by_mover = business.shipments.group_by("mover").agg(pl.col("units").mean(), zeros=(pl.col("units") == 0).sum())
    sales = {row["mover"]: row for row in by_mover.to_dicts()}

    assert sales["slow"]["zeros"] > 0
    assert sales["slow"]["units"] < 0.5 * sales["fast"]["units"]


def test_a_promotion_lifts_the_sales_of_its_product(business):
    promotions = business.events.filter((pl.col("kind") == "promotion") & (pl.col("discount_percent") >= 20))
    promoted = promotions.select("region", "product_id", week_start=pl.col("start_date").dt.truncate("1w")).unique()
    sales = business.shipments.filter(pl.col("units") > 0).with_columns(
        (pl.col("units") / pl.col("units").mean().over("store_id", "product_id")).alias("ratio")
    )
    during = sales.join(promoted, on=["region", "product_id", "week_start"], how="semi")["ratio"].mean()

    assert during > 1.3 * sales["ratio"].mean()


def test_a_region_nobody_has_heard_of_gets_a_business_too():
    business = simulate_small(regions=["texas", "atlantis"])

    assert set(business.shipments["region"]) == {"texas", "atlantis"}
    assert business.shoppers["zip"].n_unique() == 4


def test_a_first_week_that_is_not_before_the_forecast_week_is_an_error():
    with pytest.raises(ValueError, match="must be before"):
        simulate(1, IsoWeek.parse("2021W20"), ["texas"], first_week="2021W20")


def test_written_as_standard_csv_it_reads_back_unchanged(business, inputs):
    from tests.training.small_world import AS_OF
    from training.tables import read_tables

    tables = read_tables(inputs / "tables", REGIONS, AS_OF)

    assert tables.problems == ()
    keys = KEYS["shipments"]
    assert_frame_equal(
        tables.shipments.sort(keys), business.shipments.with_columns(pl.col("units").cast(pl.Float64)).sort(keys)
    )
    assert len(tables.weather_forecast) == len(business.weather_forecast)
