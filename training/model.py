"""A segment's trained ensemble: how it forecasts, with NumPy alone. MLflow saves this file with each model.

The file imports nothing else of this package, so that a saved model runs wherever MLflow, NumPy and pandas are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ARRAYS, FACTS = "arrays.npz", "facts.json"
LEVEL, STORE, PRODUCT = "level", "store_id", "product_id"
FURTHEST = 5.0
"""Features beyond five standard deviations of the training rows count as five."""


@dataclass(frozen=True)
class Ensemble:
    """A LASSO and networks with embeddings, each forecasting how far log(1 + units) is from its usual level."""

    features: Sequence[str]
    stores: Sequence[str]
    products: Sequence[str]
    network_share: float
    """The networks' weight in the mean of the two members."""
    arrays: Mapping[str, Floats]
    """Scaling (mean, scale, lowest, highest), the LASSO's coefficients (lasso_*) and the networks' (network_*)."""

    def forecast(self, frame: pd.DataFrame) -> dict[str, Floats]:
        """Forecast units, of shape (rows,), by `lasso`, `network` and `ensemble`.

        The frame has the feature columns and store_id and product_id. Raises KeyError for a column that is not there.
        """
        values = standardise(frame[list(self.features)].to_numpy(dtype=np.float64), self.arrays)
        stores, products = places_of(frame[STORE], self.stores), places_of(frame[PRODUCT], self.products)
        level = frame[LEVEL].to_numpy(dtype=np.float64)
        lasso = run_lasso(self.arrays, values, stores, products)
        network = run_networks(self.arrays, values, stores, products)
        mixed = self.network_share * network + (1 - self.network_share) * lasso
        lowest, highest = self.arrays["lowest"], self.arrays["highest"]
        return {
            name: np.maximum(np.expm1(level + np.clip(residual, lowest, highest)), 0.0)
            for name, residual in (("lasso", lasso), ("network", network), ("ensemble", mixed))
        }

    def save(self, folder: Path) -> None:
        """Write the arrays and the facts; the same ensemble gives the same bytes."""
        facts = {name: getattr(self, name) for name in ("features", "stores", "products", "network_share")}
        (folder / FACTS).write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        np.savez(folder / ARRAYS, allow_pickle=False, **self.arrays)


def load_ensemble(arrays: Path, facts: Path) -> Ensemble:
    """Read what `save` wrote; no code is run by it."""
    with np.load(arrays, allow_pickle=False) as stored:
        return Ensemble(**json.loads(facts.read_text(encoding="utf-8")), arrays=dict(stored))


def standardise(values: Floats, arrays: Mapping[str, Floats]) -> Floats:
    """Features in standard deviations from their mean; what is not known is the mean, outliers are cut off."""
    scaled = (values - arrays["mean"]) / arrays["scale"]
    return np.clip(np.nan_to_num(scaled, nan=0.0), -FURTHEST, FURTHEST)


def places_of(names: Iterable[str], known: Sequence[str]) -> NDArray[np.intp]:
    """Each name's place in the tables of its kind, counted from one; zero is for a name never seen in training."""
    places = {name: place for place, name in enumerate(known, start=1)}
    return np.array([places.get(str(name), 0) for name in names], dtype=np.intp)


def run_lasso(
    arrays: Mapping[str, Floats], values: Floats, stores: NDArray[np.intp], products: NDArray[np.intp]
) -> Floats:
    """Of shape (rows,): a line common to all products, and what stores and products add to height and slopes."""
    slopes = arrays["lasso_slopes"] + arrays["lasso_product_slopes"][products]
    heights = arrays["lasso_height"] + arrays["lasso_stores"][stores] + arrays["lasso_products"][products]
    forecasts: Floats = (values * slopes).sum(axis=1) + heights
    return forecasts


def run_networks(
    arrays: Mapping[str, Floats], values: Floats, stores: NDArray[np.intp], products: NDArray[np.intp]
) -> Floats:
    """Of shape (rows,): the mean over networks; their arrays have shape (networks, …)."""
    total = np.zeros(len(values))
    networks = len(arrays["network_stores"])
    for place in range(networks):
        weights = {name[8:]: array[place] for name, array in arrays.items() if name.startswith("network_")}
        embedded = [values, weights["stores"][stores], weights["products"][products]]
        hidden = np.concatenate(embedded, axis=1)
        for layer in ("1", "2"):
            hidden = _silu(hidden @ weights[f"w{layer}"] + weights[f"b{layer}"])
        total += (hidden @ weights["w3"] + weights["b3"])[:, 0]
    return total / networks


def _silu(values: Floats) -> Floats:
    return values / (1.0 + np.exp(-values))


class ServedEnsemble(PythonModel):
    """What MLflow loads: a frame of features in, forecast units out."""

    def load_context(self, context: Any) -> None:
        """Read the ensemble's files, which MLflow keeps with this code."""
        self.ensemble = load_ensemble(Path(context.artifacts["arrays"]), Path(context.artifacts["facts"]))

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> Floats:
        """Forecast units of shape (rows,)."""
        return self.ensemble.forecast(model_input)["ensemble"]


set_model(ServedEnsemble())
