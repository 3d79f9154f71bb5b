"""The metrics, by hand."""

import numpy as np
import pytest

from training.metrics import measure


def test_metrics_agree_with_a_case_worked_by_hand():
    metrics = measure(np.array([10.0, 20.0, 0.0, 40.0]), np.array([12.0, 15.0, 3.0, 40.0]))

    assert metrics.rows == 4
    assert metrics.coverage == 0.75
    assert metrics.mape == pytest.approx((0.2 + 0.25 + 0.0) / 3)
    assert metrics.wape == pytest.approx((2 + 5 + 3 + 0) / 70)
    assert metrics.bias == pytest.approx((2 - 5 + 3 + 0) / 4)
    assert metrics.rmse == pytest.approx(((4 + 25 + 9 + 0) / 4) ** 0.5)
    assert metrics.rmse_zero == pytest.approx(3.0)


def test_rows_without_sales_leave_mape_and_wape_undefined_but_not_the_rest():
    metrics = measure(np.zeros(3), np.array([0.0, 3.0, 4.0]))

    assert (metrics.coverage, metrics.mape, metrics.wape) == (0.0, None, None)
    assert metrics.rmse_zero == metrics.rmse == pytest.approx((25 / 3) ** 0.5)


def test_rows_that_all_had_sales_leave_the_error_on_zeros_undefined():
    assert measure(np.array([2.0]), np.array([1.0])).rmse_zero is None


def test_no_rows_leave_every_figure_undefined():
    metrics = measure(np.array([]), np.array([]))

    assert metrics.to_json() == {
        "rows": 0, "coverage": 0.0, "mape": None, "wape": None, "bias": None, "rmse": None, "rmse_zero": None,
    }  # fmt: skip


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_forecast_that_is_not_a_number_is_an_error_and_not_a_figure(wrong):
    with pytest.raises(ValueError, match="finite"):
        measure(np.array([1.0]), np.array([wrong]))
