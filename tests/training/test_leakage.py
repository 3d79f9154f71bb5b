"""No feature of a week knows anything that was not known on the Sunday before it."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.sample.business import simulate
from shared.domain.weeks import IsoWeek
from tests.training.small_world import tables_of
from training.features import build_features
from training.job import Cell

KNOWN_ON = {
    "shipments": "week_start", "shoppers": "week_start", "returns": "week_start", "weather": "date",
    "weather_forecast": "issued_date", "events": "announced_date",
}  # fmt: skip
CHANGEABLE = {
    "shipments": ("units", "dollars"), "shoppers": ("shoppers",), "returns": ("units",), "weather": ("value",),
    "weather_forecast": ("tmax_c", "tmin_c", "precipitation_mm"), "events": ("discount_percent",),
}  # fmt: skip
COLUMNS = [(table, column) for table, columns in CHANGEABLE.items() for column in columns]
WEEK = IsoWeek.parse("2021W20")
CELL = Cell("texas-large-slow", "texas", "large", "slow")


def make_features(tables):
    table = build_features(tables, CELL, np.datetime64(WEEK.monday, "D"), 8)
    return {
        name: (table.past.weeks, table.past.stores, table.past.products, values)
        for name, values in [
            *zip(table.names, table.past.values.T, strict=True),
            ("usual level", table.past.level),
            ("historical average", table.past.baseline),
        ]
    }


@pytest.fixture(scope="module")
def small():
    business = simulate(3, WEEK, ["texas"], stores_per_format=2, products_per_mover=2, first_week=str(WEEK.plus(-70)))
    tables = tables_of(business)
    return tables, make_features(tables)


def assert_same_until(monday, before, after):
    """Features of rows up to the week of `monday` are the same to the last bit."""
    until = np.datetime64(monday, "D")
    for name, (weeks, stores, products, values) in before.items():
        chosen = weeks <= until
        if name not in after:
            # The occasion is unheard of once its announcement is gone; until then it was all zeros.
            assert not values[chosen].any(), name
            continue
        other_weeks, other_stores, other_products, other_values = after[name]
        others = other_weeks <= until
        assert (other_weeks[others] == weeks[chosen]).all() and (other_stores[others] == stores[chosen]).all()
        assert (other_products[others] == products[chosen]).all()
        assert other_values[others].tobytes() == values[chosen].tobytes(), name


weeks_ago = st.integers(min_value=1, max_value=66)


@settings(max_examples=25, deadline=None)
@given(where=st.sampled_from(COLUMNS), ago=weeks_ago, factor=st.floats(0.1, 5.0), shift=st.floats(0.5, 30.0))
def test_changing_what_became_known_later_changes_no_feature(small, where, ago, factor, shift):
    tables, before = small
    table, column = where
    monday = WEEK.plus(-ago).monday
    is_later = pl.col(KNOWN_ON[table]) >= monday
    changed = getattr(tables, table).with_columns(
        pl.when(is_later).then(pl.col(column) * factor + shift).otherwise(pl.col(column)).clip(0, 99).alias(column)
        if column == "discount_percent"
        else pl.when(is_later).then(pl.col(column) * factor + shift).otherwise(pl.col(column)).alias(column)
    )

    assert_same_until(monday, before, make_features(replace(tables, **{table: changed})))


@settings(max_examples=15, deadline=None)
@given(table=st.sampled_from([name for name in KNOWN_ON if name != "shipments"]), ago=weeks_ago)
def test_deleting_what_became_known_later_changes_no_feature(small, table, ago):
    tables, before = small
    monday = WEEK.plus(-ago).monday
    kept = getattr(tables, table).filter(pl.col(KNOWN_ON[table]) < monday)

    assert_same_until(monday, before, make_features(replace(tables, **{table: kept})))


@settings(max_examples=15, deadline=None)
@given(
    ago=weeks_ago,
    start=st.integers(-30, 60),
    length=st.integers(0, 20),
    kind=st.sampled_from(["promotion", "festival"]),
)
def test_an_event_announced_later_changes_no_feature_even_if_it_was_held_before(small, ago, start, length, kind):
    tables, before = small
    monday = WEEK.plus(-ago).monday
    first = monday + timedelta(days=start)
    late = pl.DataFrame(
        [("late", kind, "Harvest fair", None, None, first, first + timedelta(days=length), 30.0, monday)],
        schema=tables.events.schema,
        orient="row",
    )

    assert_same_until(monday, before, make_features(replace(tables, events=pl.concat([tables.events, late]))))


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_changing_what_was_known_does_change_features(small, table, column):
    """Otherwise the tests above would pass for features that look at nothing."""
    tables, before = small
    monday = WEEK.plus(-6).monday
    changed = getattr(tables, table).with_columns(
        pl.when(pl.col(KNOWN_ON[table]) < monday).then(pl.col(column) * 0.5).otherwise(pl.col(column)).alias(column)
    )

    with pytest.raises(AssertionError):
        assert_same_until(monday, before, make_features(replace(tables, **{table: changed})))


def test_a_forecast_issued_within_the_week_is_not_used_for_it(small):
    tables, before = small
    monday = WEEK.plus(-4).monday
    fresh = tables.weather_forecast.filter(pl.col("date") >= monday).with_columns(
        pl.lit(monday).alias("issued_date"), pl.lit(45.0).alias("tmax_c")
    )
    after = make_features(replace(tables, weather_forecast=pl.concat([tables.weather_forecast, fresh])))

    assert_same_until(monday, before, after)


def test_reading_leaves_out_what_was_announced_after_the_forecast_date(business, tmp_path):
    from cli.sample.standard_csv import write_tables
    from training.tables import read_tables

    write_tables(business, tmp_path)
    as_of = date(2020, 6, 7)
    tables = read_tables(tmp_path, ["texas"], as_of)

    for name, column in KNOWN_ON.items():
        assert getattr(tables, name)[column].max() <= as_of
    assert tables.shipments["week_start"].max() == date(2020, 6, 1)
    assert tables.events["start_date"].max() > as_of
