"""The gates: what data may be trained on, which models may serve, and which forecasts may be published."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.fleets import ScoringGate, TrainingGate


@dataclass(frozen=True)
class Metrics:
    """How a model did on held-out rows; every figure is None when no row allows it.

    mape and wape are shares (0.2 is 20 %); rmse and bias are in units of the target; coverage is the share of
    rows whose actual is not zero, on which mape rests; rmse_zero is over the rows whose actual is zero.
    """

    rows: int
    coverage: float
    mape: float | None
    wape: float | None
    bias: float | None
    rmse: float | None
    rmse_zero: float | None


@dataclass(frozen=True)
class Verdict:
    """A gate's answer with its reason in words for people."""

    passed: bool
    reason: str


def judge_model(candidate: Metrics, baseline: Metrics, champion: Metrics | None, gate: TrainingGate) -> Verdict:
    """Say whether a candidate may serve. All three are measured on identical held-out rows."""
    # Each comparison asks for what must hold: NaN, which a run's results may bring, then never lets a model pass.
    if candidate.mape is None or not math.isfinite(candidate.mape):
        return Verdict(False, "no held-out row with sales to measure it on")
    if not candidate.coverage >= gate.min_coverage:
        return Verdict(False, f"{candidate.coverage:.0%} of held-out rows had sales, {gate.min_coverage:.0%} needed")
    if not candidate.mape <= gate.max_mape:
        return Verdict(False, f"MAPE {candidate.mape:.1%} is above {gate.max_mape:.0%}")
    if baseline.mape is not None and not candidate.mape < baseline.mape:
        return Verdict(False, f"MAPE {candidate.mape:.1%} is no better than the baseline's {baseline.mape:.1%}")
    if champion is not None and champion.mape is not None and not candidate.mape < champion.mape:
        return Verdict(False, f"MAPE {candidate.mape:.1%} is no better than the champion's {champion.mape:.1%}")
    return Verdict(True, f"MAPE {candidate.mape:.1%} beats the baseline" + (" and the champion" if champion else ""))


def judge_forecast(
    values: Iterable[float], *, expected_rows: int, largest_of_last_year: float, gate: ScoringGate
) -> Verdict:
    """Say whether one segment's forecast may be published; values and largest are in units of the target."""
    forecast = list(values)
    if len(forecast) < gate.min_rows_share * expected_rows:
        return Verdict(False, f"{len(forecast)} rows forecast, {expected_rows} expected")
    if not all(math.isfinite(value) and value >= 0 for value in forecast):
        return Verdict(False, "a forecast is negative or not a number")
    highest = max(forecast, default=0.0)
    if not highest <= gate.max_times_history * largest_of_last_year:  # so that NaN refuses
        limit = f"{gate.max_times_history:g} times the last year's largest week, {largest_of_last_year:.0f}"
        return Verdict(False, f"forecast {highest:.0f} is more than {limit}")
    return Verdict(True, f"{len(forecast)} rows within bounds")
