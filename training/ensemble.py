"""From a segment's rows to its ensemble: what is trained on what, how the members are mixed, what is held out."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.features import FeatureTable, Rows
from training.job import Settings
from training.lasso import LassoFit, LassoRows, fit_lasso
from training.metrics import measure
from training.model import LEVEL, PRODUCT, STORE, Ensemble, places_of, run_networks, standardise
from training.network import Task
from training.tables import SegmentError

Floats = NDArray[np.float64]
MIN_WEEKS = 16
"""Weeks before the hold-out below which there is nothing to learn from."""
MIN_ROWS = 40
WARM_UP_WEEKS = 4
SHARES = np.linspace(0.2, 0.8, 7)
"""Networks' weights in the mixture that are tried."""
OUTLIER = 4.0
"""Residuals beyond so many robust standard deviations are cut to that before training: empty shelves are no trend."""


@dataclass(frozen=True)
class Split:
    """A segment's rows by what they serve for. The held-out ones are the latest and are only ever measured on."""

    learning: Rows
    """Training and validation weeks."""
    is_training: NDArray[np.bool_]
    """Which of the learning rows are for training; the others are the validation weeks after them."""
    held_out: Rows


def split_rows(past: Rows, monday: np.datetime64, settings: Settings) -> Split:
    """Divide rows by week; raises SegmentError when there are too few before the hold-out, or none in it."""
    held_from = monday - np.timedelta64(7 * settings.holdout_weeks, "D")
    held_out = past.take(past.weeks >= held_from)
    before = past.take(past.weeks < held_from)
    weeks = np.unique(before.weeks)
    if len(weeks) < MIN_WEEKS:
        raise SegmentError(f"{len(weeks)} weeks with shipments before the hold-out of {settings.holdout_weeks}, "
                           f"at least {MIN_WEEKS} are needed")  # fmt: skip
    if len(held_out) == 0:
        raise SegmentError(f"no shipments in the last {settings.holdout_weeks} weeks, which are held out")
    learning = before.take(before.weeks >= weeks[WARM_UP_WEEKS])
    validation_weeks = min(settings.validation_weeks, len(weeks) // 4)
    is_training = learning.weeks < weeks[-validation_weeks]
    if is_training.sum() < MIN_ROWS:
        raise SegmentError(f"{int(is_training.sum())} rows to train on, at least {MIN_ROWS} are needed")
    return Split(learning, is_training, held_out)


class Trainee:
    """One segment on its way: scaled rows, then the LASSO, then (trained elsewhere, with others) the networks."""

    def __init__(self, segment_id: str, table: FeatureTable, monday: np.datetime64, settings: Settings) -> None:
        """Split and scale; raises SegmentError when the rows do not allow it."""
        self.segment_id = segment_id
        self.names = list(table.names)
        self.split = split_rows(table.past, monday, settings)
        self.stores = sorted(set(map(str, self.split.learning.stores)))
        self.products = sorted(set(map(str, self.split.learning.products)))
        self.seed = zlib.crc32(f"{settings.seed}/{segment_id}".encode())
        target = np.log1p(self.split.learning.actual) - self.split.learning.level
        self.arrays = scale_of(self.split.learning.values[self.split.is_training]) | limits_of(target)
        self.rows = self._prepare(self.split.learning, target)

    def _prepare(self, rows: Rows, target: Floats) -> LassoRows:
        return LassoRows(
            standardise(rows.values, self.arrays),
            places_of(rows.stores, self.stores),
            places_of(rows.products, self.products),
            np.clip(target, self.arrays["lowest"], self.arrays["highest"]),
        )

    def fit_lasso(self) -> LassoFit:
        """The LASSO, its penalty chosen on the validation rows."""
        return fit_lasso(self.rows, self.split.is_training, len(self.stores), len(self.products), self._validate)

    def task(self) -> Task:
        """What the networks learn from: the training rows."""
        rows = self.rows.take(self.split.is_training)
        return Task(
            rows.values.astype(np.float32), rows.stores.astype(np.int32), rows.products.astype(np.int32),
            rows.target.astype(np.float32), len(self.stores), len(self.products), self.seed,
        )  # fmt: skip

    def mix(self, lasso: LassoFit, networks: Mapping[str, Floats]) -> Ensemble:
        """Put the members together in the proportion that does best on the validation rows."""
        checked = self.rows.take(~self.split.is_training)
        by_networks = run_networks(networks, checked.values, checked.stores, checked.products)
        if not np.isfinite(by_networks).all():
            raise SegmentError("the networks did not converge: they forecast something that is not a number")
        errors = [self._validate(share * by_networks + (1 - share) * lasso.forecasts) for share in SHARES]
        share = float(SHARES[int(np.argmin(errors))])
        return Ensemble(
            self.names, self.stores, self.products, share, {**self.arrays, **lasso.coefficients, **networks}
        )

    def _validate(self, residuals: Floats) -> float:
        """How far forecasts of the validation rows are off: MAPE, or where nothing was sold the mean log error."""
        rows = self._validation_rows
        residuals = np.clip(residuals, self.arrays["lowest"], self.arrays["highest"])
        logs = rows.level + residuals
        mape = measure(rows.actual, np.maximum(np.expm1(logs), 0.0)).mape
        return float(np.abs(np.log1p(rows.actual) - logs).mean()) if mape is None else mape

    @cached_property
    def _validation_rows(self) -> Rows:
        return self.split.learning.take(~self.split.is_training)


def scale_of(values: Floats) -> dict[str, Floats]:
    """Mean and standard deviation of each feature over rows where it is known; a constant one counts for nothing."""
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / count)
    return {"mean": mean, "scale": np.where(spread > 1e-9, spread, 1.0)}


def limits_of(target: Floats) -> dict[str, Floats]:
    """The residuals between which nearly all lie; beyond them nothing is learned or forecast."""
    middle = float(np.median(target))
    spread = max(1.4826 * float(np.median(np.abs(target - middle))), 0.1)
    return {"lowest": np.array(middle - OUTLIER * spread), "highest": np.array(middle + OUTLIER * spread)}


def frame_of(names: Sequence[str], rows: Rows) -> pd.DataFrame:
    """Rows as the frame that models read."""
    frame = pd.DataFrame(rows.values, columns=list(names))
    frame[LEVEL] = rows.level
    return frame.assign(**{STORE: rows.stores.astype(object), PRODUCT: rows.products.astype(object)})
