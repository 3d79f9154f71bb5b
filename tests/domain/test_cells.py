"""The cells of a fleet: each has a state and a reason, and the sums that people ask for first."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from shared.domain.cells import Cell, CellState, count_states, decide_state, mape_by_region, median_mape
from shared.domain.gates import Verdict

PASSED, REFUSED = Verdict(True, "beats the baseline"), Verdict(False, "MAPE 50.0% is above 45%")
NO_DATA, DATA = Verdict(False, "no rows of texas"), Verdict(True, "200 weeks")
CELL = Cell(
    id="texas-large-slow",
    region="texas",
    store_format="large",
    mover="slow",
    state=CellState.PASSED,
    reason=None,
    mape=0.2,
    baseline_mape=0.4,
    champion="a" * 64,
    trained_at="2026-11-16T05:00:00+00:00",
    age_days=1,
    stale=False,
    role="champion",
    forecast_path="2026W47/demand/texas-large-slow.csv",
)


@pytest.mark.parametrize(
    ("status", "training", "data", "state", "reason"),
    [
        (None, None, None, CellState.WAITING, None),
        (None, None, DATA, CellState.WAITING, None),
        (None, None, NO_DATA, CellState.REFUSED, "no rows of texas"),
        ("failed", None, DATA, CellState.FAILED, "out of memory"),
        ("failed", PASSED, DATA, CellState.FAILED, "out of memory"),
        ("trained", PASSED, DATA, CellState.PASSED, "beats the baseline"),
        ("trained", REFUSED, DATA, CellState.REFUSED, "MAPE 50.0% is above 45%"),
        ("trained", None, DATA, CellState.WAITING, None),
        ("trained", PASSED, NO_DATA, CellState.REFUSED, "no rows of texas"),
        (None, PASSED, None, CellState.PASSED, "beats the baseline"),
    ],
)
def test_a_cell_is_what_its_latest_result_and_the_gates_say(status, training, data, state, reason):
    assert decide_state(status, "out of memory", training, data, is_ensemble=True) == (state, reason)


def test_a_trained_baseline_needs_no_verdict_and_a_trained_ensemble_does():
    assert decide_state("trained", None, None, DATA, is_ensemble=False) == (CellState.PASSED, None)
    assert decide_state("trained", None, None, DATA, is_ensemble=True) == (CellState.WAITING, None)


def test_every_combination_has_a_state():
    verdicts = [(None, PASSED, REFUSED), (None, DATA, NO_DATA)]
    for status, training, data, is_ensemble in product((None, "trained", "failed"), *verdicts, (True, False)):
        state, _ = decide_state(status, "error", training, data, is_ensemble=is_ensemble)
        assert isinstance(state, CellState)


def test_every_state_is_counted_even_when_no_cell_is_in_it():
    cells = [CELL, replace(CELL, state=CellState.FAILED), replace(CELL, state=CellState.FAILED)]

    assert count_states(cells) == {"waiting": 0, "passed": 1, "refused": 0, "failed": 2}
    assert count_states([]) == {"waiting": 0, "passed": 0, "refused": 0, "failed": 0}


def test_a_baseline_is_no_ensemble_and_does_not_count_in_the_median():
    baseline = replace(CELL, mover=None, mape=9.0)

    assert not baseline.is_ensemble
    assert median_mape([CELL, baseline, replace(CELL, mape=0.4, baseline_mape=0.6)]) == pytest.approx((0.3, 0.5))


def test_a_cell_that_was_not_measured_does_not_count_in_the_median():
    assert median_mape([CELL, replace(CELL, mape=None, baseline_mape=0.9)]) == (0.2, 0.4)
    assert median_mape([replace(CELL, mape=None)]) == (None, None)
    assert median_mape([]) == (None, None)


def test_the_medians_are_told_for_each_region_in_the_order_of_the_cells():
    cells = [
        CELL,
        replace(CELL, region="gulf", mape=0.1),
        replace(CELL, mape=0.4),
        replace(CELL, region="ohio", mape=None),
    ]

    assert list(mape_by_region(cells).items()) == [
        ("texas", (pytest.approx(0.3), 0.4)),
        ("gulf", (0.1, 0.4)),
        ("ohio", (None, None)),
    ]


@pytest.mark.parametrize(
    ("role", "on_fallback"), [("champion", False), ("last-good", True), ("baseline", True), (None, False)]
)
def test_a_cell_is_on_fallback_when_something_other_than_a_champion_forecast_it(role, on_fallback):
    assert replace(CELL, role=role).on_fallback is on_fallback
