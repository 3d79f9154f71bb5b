"""The LASSO: which features it keeps, and how its penalty is chosen."""

import numpy as np

from training.lasso import PENALTIES, LassoRows, fit_lasso
from training.model import run_lasso

FEATURES = 12


def make_rows(count=800, own_slopes=True):
    random = np.random.default_rng(4)
    values = random.standard_normal((count, FEATURES))
    stores, products = random.integers(1, 4, count), random.integers(1, 3, count)
    slope = np.where(products == 1, 0.5, -0.5 if own_slopes else 0.5)
    target = slope * values[:, 0] + 0.3 * values[:, 1] + 0.2 * (stores == 2) + 0.1 * random.standard_normal(count)
    return LassoRows(values, stores, products, target)


def fit(rows):
    is_training = np.arange(len(rows.target)) < 600
    seen = []

    def error(forecasts):
        seen.append(float(np.abs(forecasts - rows.target[~is_training]).mean()))
        return seen[-1]

    return fit_lasso(rows, is_training, 3, 2, error), seen


def test_it_finds_the_features_that_matter_and_drops_most_of_the_others():
    rows = make_rows()
    found, _ = fit(rows)
    slopes = found.coefficients["lasso_slopes"] + found.coefficients["lasso_product_slopes"][1:]

    np.testing.assert_allclose(slopes[:, 0], [0.5, -0.5], atol=0.05)
    np.testing.assert_allclose(slopes[:, 1], [0.3, 0.3], atol=0.05)
    assert (np.abs(slopes[:, 2:]) < 0.03).all()


def test_the_penalty_is_the_one_that_forecasts_the_validation_rows_best():
    found, errors = fit(make_rows())

    assert found.penalty == PENALTIES[int(np.argmin(errors))]
    assert len(errors) == len(PENALTIES)


def test_the_coefficients_forecast_what_was_fitted():
    rows = make_rows()
    found, _ = fit(rows)
    forecasts = run_lasso(found.coefficients, rows.values, rows.stores, rows.products)

    assert np.abs(forecasts - rows.target).mean() < 0.1


def test_the_forecasts_of_the_validation_rows_come_from_a_fit_that_has_not_seen_them():
    rows = make_rows()
    before, _ = fit(rows)
    target = rows.target.copy()
    target[600:] += 5.0
    changed = LassoRows(rows.values, rows.stores, rows.products, target)
    after = fit_lasso(changed, np.arange(800) < 600, 3, 2, lambda forecasts: 1.0 - float(before.penalty in forecasts))

    first = fit_lasso(rows, np.arange(800) < 600, 3, 2, lambda forecasts: 1.0)
    np.testing.assert_array_equal(after.forecasts, first.forecasts)
