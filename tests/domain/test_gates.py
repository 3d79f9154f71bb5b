"""The gates, at their limits and beside them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.fleets import ScoringGate, TrainingGate
from shared.domain.gates import Metrics, Verdict, judge_forecast, judge_model

GATE = TrainingGate(max_mape=0.45, min_coverage=0.5)
SCORING = ScoringGate(max_times_history=10, min_rows_share=0.9)
ANY_NUMBER = st.sampled_from([0.0, 0.2, 0.3, 0.45, 0.5, 0.9, math.nan, math.inf, -math.inf]) | st.floats()
ANY_FIGURE = st.none() | ANY_NUMBER


def measured(mape, coverage=0.9):
    return Metrics(rows=100, coverage=coverage, mape=mape, wape=mape, bias=0.0, rmse=3.0, rmse_zero=1.0)


def test_a_model_better_than_the_average_passes_and_the_verdict_says_by_what():
    assert judge_model(measured(0.30), measured(0.31), None, GATE) == Verdict(True, "MAPE 30.0% beats the baseline")


def test_a_model_that_also_beats_the_champion_passes():
    verdict = judge_model(measured(0.20), measured(0.31), measured(0.21), GATE)

    assert verdict == Verdict(True, "MAPE 20.0% beats the baseline and the champion")


def test_exactly_at_the_highest_mape_a_model_passes():
    assert judge_model(measured(0.45), measured(0.5), None, GATE).passed


def test_just_above_the_highest_mape_it_is_refused():
    verdict = judge_model(measured(math.nextafter(0.45, 1)), measured(0.5), None, GATE)

    assert verdict == Verdict(False, "MAPE 45.0% is above 45%")


def test_exactly_as_good_as_the_average_is_refused():
    verdict = judge_model(measured(0.3), measured(0.3), None, GATE)

    assert verdict == Verdict(False, "MAPE 30.0% is no better than the baseline's 30.0%")


def test_exactly_as_good_as_the_champion_is_refused():
    verdict = judge_model(measured(0.3), measured(0.4), measured(0.3), GATE)

    assert verdict == Verdict(False, "MAPE 30.0% is no better than the champion's 30.0%")


def test_exactly_the_least_coverage_is_enough_and_less_is_not():
    assert judge_model(measured(0.3, coverage=0.5), measured(0.4), None, GATE).passed
    verdict = judge_model(measured(0.3, coverage=0.49), measured(0.4), None, GATE)

    assert verdict == Verdict(False, "49% of held-out rows had sales, 50% needed")


@pytest.mark.parametrize("mape", [None, math.nan, math.inf])
def test_a_model_that_could_not_be_measured_is_refused(mape):
    assert not judge_model(measured(mape), measured(0.4), None, GATE).passed


@given(ANY_FIGURE, ANY_FIGURE, ANY_FIGURE, ANY_NUMBER)
def test_no_figure_whatever_lets_a_model_pass_that_has_not_shown_to_be_better(own, baseline, champion, coverage):
    former = None if champion is None else measured(champion)
    verdict = judge_model(measured(own, coverage), measured(baseline), former, GATE)

    if verdict.passed:
        assert own <= GATE.max_mape
        assert coverage >= GATE.min_coverage
        assert baseline is None or own < baseline
        assert champion is None or own < champion


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_better_model_never_fares_worse(own, better_by, baseline):
    worse, better = measured(own), measured(own - min(better_by, own))

    if judge_model(worse, measured(baseline), None, GATE).passed:
        assert judge_model(better, measured(baseline), None, GATE).passed


def test_a_champion_that_could_not_be_measured_stands_in_nobodys_way():
    assert judge_model(measured(0.3), measured(0.4), measured(None), GATE).passed


def judge(values, expected_rows=10, largest=100.0, gate=SCORING):
    return judge_forecast(values, expected_rows=expected_rows, largest_of_last_year=largest, gate=gate)


def test_a_forecast_within_bounds_passes():
    assert judge([5.0] * 10) == Verdict(True, "10 rows within bounds")


def test_exactly_the_least_share_of_rows_is_enough_and_one_less_is_not():
    assert judge([5.0] * 9).passed
    assert judge([5.0] * 8) == Verdict(False, "8 rows forecast, 10 expected")


def test_exactly_the_highest_forecast_passes_and_one_above_is_refused():
    assert judge([1000.0] * 10).passed
    assert judge([5.0] * 9 + [1000.5]) == Verdict(
        False, "forecast 1000 is more than 10 times the last year's largest week, 100"
    )


@pytest.mark.parametrize("value", [-0.01, math.nan, math.inf, -math.inf])
def test_a_negative_or_infinite_forecast_is_refused(value):
    assert judge([5.0] * 9 + [value]) == Verdict(False, "a forecast is negative or not a number")


def test_a_history_that_is_not_a_number_lets_nothing_pass():
    assert not judge([5.0] * 10, largest=math.nan).passed


def test_nothing_but_zero_may_be_forecast_for_what_was_never_sold():
    assert judge([0.0] * 10, largest=0.0).passed
    assert not judge([0.1] * 10, largest=0.0).passed


@given(st.lists(ANY_NUMBER, max_size=20), st.integers(0, 20), ANY_NUMBER)
def test_no_forecast_passes_with_a_value_outside_its_bounds(values, expected_rows, largest):
    if judge(values, expected_rows, largest).passed:
        assert len(values) >= SCORING.min_rows_share * expected_rows
        assert all(0 <= value <= 10 * largest for value in values)


def test_a_stricter_gate_refuses_what_a_looser_one_lets_pass():
    strict = replace(SCORING, max_times_history=1)

    assert judge([500.0] * 10).passed
    assert not judge([500.0] * 10, gate=strict).passed
