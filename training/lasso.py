"""The LASSO: a linear regression of log sales that keeps only the features that earn their place."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
PENALTIES = np.geomspace(0.05, 0.0002, 14)
MAX_OWN_SLOPES = 8
"""With more products than this, they share their slopes and differ in height only."""


@dataclass(frozen=True)
class LassoRows:
    """Standardised features of shape (rows, features), places of stores and products from one on, and the target."""

    values: Floats
    stores: Places
    products: Places
    target: Floats

    def take(self, chosen: NDArray[np.bool_]) -> LassoRows:
        """Some of the rows."""
        return LassoRows(self.values[chosen], self.stores[chosen], self.products[chosen], self.target[chosen])


@dataclass(frozen=True)
class LassoFit:
    """A fitted LASSO."""

    coefficients: dict[str, Floats]
    """As training.model reads them."""
    forecasts: Floats
    """Of the validation rows, by the fit that has not seen them."""
    penalty: float


def fit_lasso(
    rows: LassoRows, is_training: NDArray[np.bool_], stores: int, products: int, error: Callable[[Floats], float]
) -> LassoFit:
    """Choose the penalty on the rows that are not for training, then fit all of them with it.

    `error` judges forecasts of the rows that are not for training.
    """
    design = _design(rows, stores, products)
    heights, slopes = _fit_path(design[is_training], rows.target[is_training], PENALTIES)
    forecasts = design[~is_training] @ slopes + heights
    best = int(np.argmin([error(forecasts[:, place]) for place in range(len(PENALTIES))]))
    height, slope = _fit_path(design, rows.target, PENALTIES[: best + 1])
    coefficients = _unpack(slope[:, -1], height[-1], rows.values.shape[1], stores, products)
    return LassoFit(coefficients, forecasts[:, best], float(PENALTIES[best]))


def _fit_path(design: Floats, target: Floats, penalties: Floats) -> tuple[Floats, Floats]:
    """Intercepts of shape (penalties,) and coefficients of shape (columns, penalties)."""
    from sklearn.linear_model import lasso_path

    centre, mean = design.mean(axis=0), float(target.mean())
    centred = np.asfortranarray(design - centre)
    with warnings.catch_warnings():
        # A fit that stops a little early is judged on the validation rows like any other.
        warnings.filterwarnings("ignore", message="Objective did not converge")
        _, slopes, _ = lasso_path(centred, target - mean, alphas=penalties, precompute=True, max_iter=2000, tol=2e-3)
    return mean - centre @ slopes, slopes


def _design(rows: LassoRows, stores: int, products: int) -> Floats:
    """Features, indicators of store and product, and (with few products) each product's features apart."""
    parts = [rows.values, np.eye(stores + 1)[rows.stores][:, 1:], np.eye(products + 1)[rows.products][:, 1:]]
    if 1 < products <= MAX_OWN_SLOPES:
        parts += [rows.values * (rows.products == place)[:, None] for place in range(1, products + 1)]
    return np.concatenate(parts, axis=1)


def _unpack(slopes: Floats, height: float, features: int, stores: int, products: int) -> dict[str, Floats]:
    ends = np.cumsum([features, stores, products])
    common, by_store, by_product, own = np.split(slopes, ends)
    own_slopes = own.reshape(products, features) if own.size else np.zeros((products, features))
    return {
        "lasso_height": np.array(height),
        "lasso_slopes": common,
        "lasso_stores": np.concatenate([[0.0], by_store]),
        "lasso_products": np.concatenate([[0.0], by_product]),
        "lasso_product_slopes": np.concatenate([np.zeros((1, features)), own_slopes]),
    }
