"""The historical average, by hand."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.training.small_world import shipments_of
from training.baseline import historical_average
from training.panel import build_panel

MONDAY = date(2024, 6, 3)


def average_of(rows, monday=MONDAY):
    """The forecast of `monday` from (weeks ago, store, product, units)."""
    written = [
        ((monday - timedelta(weeks=ago)).isoformat(), store, product, units) for ago, store, product, units in rows
    ]
    panel = build_panel(shipments_of(written), "r", "large", "fast", monday)
    return dict(zip(zip(panel.stores, panel.products, strict=True), historical_average(panel)[-1], strict=True))


def test_the_same_week_and_its_neighbours_of_three_years_are_averaged():
    rows = [(51, "s", "p", 1), (52, "s", "p", 2), (53, "s", "p", 6), (104, "s", "p", 10), (157, "s", "p", 11)]
    unused = [(1, "s", "p", 900), (50, "s", "p", 900), (54, "s", "p", 900), (158, "s", "p", 900)]

    assert average_of(rows + unused)["s", "p"] == pytest.approx((1 + 2 + 6 + 10 + 11) / 5)


def test_a_week_without_sales_counts_as_zero():
    assert average_of([(51, "s", "p", 0), (52, "s", "p", 4), (1, "s", "p", 9)])["s", "p"] == pytest.approx(2.0)


def test_a_series_younger_than_a_year_gets_the_mean_of_its_last_eight_weeks():
    rows = [(ago, "s", "p", ago) for ago in range(1, 12)]

    assert average_of(rows)["s", "p"] == pytest.approx(np.mean(range(1, 9)))


def test_a_store_that_paused_gets_the_mean_of_the_product_in_other_stores():
    rows = [(30, "paused", "p", 500), (1, "a", "p", 10), (2, "b", "p", 30), (1, "a", "q", 700)]

    assert average_of(rows)["paused", "p"] == pytest.approx(20.0)


def test_the_forecast_week_and_later_do_not_enter_the_average():
    rows = [(52, "s", "p", 4), (1, "s", "p", 8)]

    assert average_of([*rows, (0, "s", "p", 999)]) == average_of(rows)
