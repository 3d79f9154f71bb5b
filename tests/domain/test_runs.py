"""Runs: one name for the same work, a fingerprint for all it depends on, and states that end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.blob_names import check_path
from shared.domain.runs import RunKind, RunSpec, RunState, name_run

WORK = {
    "root": "weekly-demand-2026W47",
    "dataset_version": "d" * 64,
    "code_version": "c" * 64,
    "attempt": 1,
    "segments": ("texas-large-slow", "texas-large-fast"),
    "models": {"texas-large-slow": "demand/texas-large-slow/0123"},
}
SPEC = RunSpec(
    name="train-demand-2026w47-texas-0123456789ab",
    kind=RunKind.TRAIN,
    fleet="demand",
    week="2026W47",
    shard="texas",
    instance_id="train-demand-2026W47-1-texas-1-watch",
    dataset_version="d" * 64,
    code_version="c" * 64,
    attempt=1,
    segments=("texas-large-slow",),
    models={},
    job={"schema": 1, "settings": {"seed": 7}},
)
OTHER_WORK = [
    {"kind": RunKind.SCORE},
    {"fleet": "supply"},
    {"week": "2026W48"},
    {"shard": "gulf"},
    {"dataset_version": "e" * 64},
    {"code_version": "e" * 64},
    {"attempt": 2},
]


def name(kind=RunKind.TRAIN, fleet="demand", week="2026W47", shard="texas", **changes):
    return name_run(kind, fleet, week, shard, **{**WORK, **changes})


def test_the_same_work_has_the_same_name_and_it_says_what_it_is():
    assert name() == name(models=dict(WORK["models"]))
    assert name().startswith("train-demand-2026w47-texas-")


@pytest.mark.parametrize(
    "changes",
    [
        *OTHER_WORK,
        {"root": "train-demand-2026W47"},
        {"segments": ("texas-large-slow",)},
        {"models": {}},
        {"models": {"texas-large-slow": "demand/texas-large-slow/4567"}},
    ],
)
def test_other_work_has_another_name(changes):
    assert name(**changes) != name()


def test_a_name_is_one_lower_case_step_of_a_path():
    assert check_path(name()) == name().lower()
    assert "/" not in name()


@pytest.mark.parametrize(
    "changes",
    [
        *OTHER_WORK,
        {"segments": ("texas-large-fast",)},
        {"models": {"texas-large-slow": "x"}},
        {"job": {"schema": 1, "settings": {"seed": 8}}},
    ],
)
def test_whatever_a_run_depends_on_changes_its_fingerprint(changes):
    assert replace(SPEC, **changes).fingerprint != SPEC.fingerprint


@pytest.mark.parametrize("changes", [{"name": "another"}, {"instance_id": "another"}, {"in_parts": True}])
def test_who_asked_for_a_run_what_it_is_called_and_on_how_many_machines_it_is_done_does_not(changes):
    assert replace(SPEC, **changes).fingerprint == SPEC.fingerprint


def test_completed_failed_and_canceled_are_the_ends():
    assert {state for state in RunState if state.is_terminal} == {
        RunState.COMPLETED,
        RunState.FAILED,
        RunState.CANCELED,
    }
