"""How far forecasts were from what happened; docs/models.md has the formulas."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Metrics:
    """Figures over rows; each is None when no row allows it.

    mape and wape are shares (0.2 is 20 %); bias (forecast less actual), rmse and rmse_zero are in units of the target;
    coverage is the share of rows whose actual is not zero, over which mape is taken; rmse_zero is over the others.
    """

    rows: int
    coverage: float
    mape: float | None
    wape: float | None
    bias: float | None
    rmse: float | None
    rmse_zero: float | None

    def to_json(self) -> dict[str, float | int | None]:
        """As it stands in results.json."""
        return asdict(self)


def measure(actual: Floats, forecast: Floats) -> Metrics:
    """Compare forecasts with actuals of the same shape (rows,); raises ValueError when a value is not a number."""
    if actual.shape != forecast.shape:
        raise ValueError(f"{len(actual)} actuals but {len(forecast)} forecasts")
    if not (np.isfinite(actual).all() and np.isfinite(forecast).all()):
        raise ValueError("an actual or a forecast is not a finite number")
    error = forecast - actual
    sold = actual != 0
    total = float(np.abs(actual).sum())
    return Metrics(
        rows=len(actual),
        coverage=float(sold.mean()) if len(actual) else 0.0,
        mape=_mean(np.abs(error[sold]) / np.abs(actual[sold])),
        wape=float(np.abs(error).sum()) / total if total else None,
        bias=_mean(error),
        rmse=_root(_mean(error**2)),
        rmse_zero=_root(_mean(error[~sold] ** 2)),
    )


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if values.size else None


def _root(value: float | None) -> float | None:
    return None if value is None else float(np.sqrt(value))
