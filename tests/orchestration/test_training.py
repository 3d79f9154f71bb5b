"""Training: one region's trouble stays its own, only passing models serve, and nothing is done twice."""

from __future__ import annotations

from shared.domain.runs import RunKind, RunState


def test_a_failed_run_is_tried_once_more_and_then_its_cells_fail_with_the_backends_words(headrace):
    headrace.backend.script.run_state = lambda spec: (
        RunState.FAILED if spec.shard == "texas" and spec.kind is RunKind.TRAIN else RunState.COMPLETED
    )
    headrace.start()

    cells = headrace.cells()
    texas = [cell for cell in cells.values() if cell["region"] == "texas" and cell["mover"]]
    assert [(cell["state"], cell["reason"]) for cell in texas] == [("failed", "the node was lost")] * 4
    assert {cell["role"] for cell in texas} == {"baseline"}
    assert {cell["state"] for cell in cells.values() if cell["region"] == "florida"} == {"passed"}
    attempts = [spec.attempt for spec in headrace.backend.runs_of(RunKind.TRAIN) if spec.shard == "texas"]
    assert attempts == [1, 2]


def test_a_retry_trains_only_the_segments_that_failed(headrace):
    headrace.backend.script.segment_error = lambda segment, attempt: (
        "diverged" if segment == "texas-small-slow" and attempt == 1 else None
    )
    headrace.start()

    retried = [spec.segments for spec in headrace.backend.runs_of(RunKind.TRAIN) if spec.attempt == 2]
    assert retried == [("texas-small-slow",)]
    assert headrace.cells()["texas-small-slow"]["state"] == "passed"


def test_one_failing_segment_does_not_hide_its_siblings(headrace):
    headrace.backend.script.segment_error = lambda segment, _: "diverged" if segment == "texas-small-slow" else None
    headrace.start()

    cells = headrace.cells()
    assert (cells["texas-small-slow"]["state"], cells["texas-small-slow"]["reason"]) == ("failed", "diverged")
    assert [cells[f"texas-{rest}"]["state"] for rest in ("large-slow", "large-fast", "small-fast")] == ["passed"] * 3


def test_a_model_that_is_not_good_enough_is_refused_and_the_average_serves(headrace):
    headrace.backend.script.mape = lambda segment: 0.46 if segment == "texas-small-slow" else 0.2
    headrace.start()

    cell = headrace.cells()["texas-small-slow"]
    assert (cell["state"], cell["role"], cell["fallback"]) == ("refused", "baseline", True)
    assert cell["reason"] == "MAPE 46.0% is above 45%"
    assert cell["champion"] is None


def test_a_model_that_is_no_better_than_the_average_is_refused(headrace):
    headrace.backend.script.baseline_mape = 0.2
    headrace.start()

    cells = [cell for cell in headrace.cells().values() if cell["mover"]]
    assert {cell["state"] for cell in cells} == {"refused"}
    assert headrace.registry.champions == {}


def test_a_champion_stays_when_the_next_weeks_candidate_is_no_better(headrace):
    headrace.start()
    before = headrace.cells()["texas-large-fast"]["champion"]
    headrace.start(week="2026W46")

    cell = headrace.cells("2026W46")["texas-large-fast"]
    assert (cell["state"], cell["champion"], cell["role"]) == ("refused", before, "champion")
    assert "no better than the champion's" in cell["reason"]


def test_a_better_candidate_takes_the_champions_place(headrace):
    headrace.start()
    before = headrace.cells()["texas-large-fast"]["champion"]
    headrace.backend.script.mape = lambda segment: 0.1
    headrace.start(week="2026W46")

    cell = headrace.cells("2026W46")["texas-large-fast"]
    assert cell["champion"] != before
    assert headrace.registry.champions["tiny-texas-large-fast"] == "2"


def test_a_champion_is_measured_beside_the_candidate(headrace):
    headrace.start()
    headrace.start(week="2026W46")

    (second,) = [
        spec for spec in headrace.backend.runs_of(RunKind.TRAIN) if spec.week == "2026W46" and spec.shard == "texas"
    ]
    assert set(second.job["models"].values()) == {"champion"}
    assert set(second.models) == set(second.segments)


def test_a_fault_in_one_region_is_noted_there_and_the_others_go_on(headrace):
    headrace.backend.script.refuses_to_submit = lambda spec: spec.shard == "texas" and spec.kind is RunKind.TRAIN
    instance = headrace.start()

    cells = headrace.cells()
    texas = [cell for cell in cells.values() if cell["region"] == "texas" and cell["mover"]]
    assert headrace.run(instance)["status"] == "Completed"
    assert {cell["state"] for cell in texas} == {"failed"}
    assert "no way to submit texas" in texas[0]["reason"]
    assert {cell["state"] for cell in cells.values() if cell["region"] == "florida"} == {"passed"}


def test_a_rerun_adopts_what_is_done_and_trains_only_the_rest(headrace):
    headrace.backend.script.refuses_to_submit = lambda spec: spec.shard == "texas" and spec.kind is RunKind.TRAIN
    instance = headrace.start()
    done = {spec.name for spec in headrace.backend.runs_of(RunKind.TRAIN)}
    headrace.backend.script.refuses_to_submit = lambda spec: False
    answer = headrace.host.post(f"/api/runs/{instance}/rerun", {"reason": "the quota was raised"})
    headrace.settle()

    assert answer.json()["attempt"] == 2
    new = [spec.shard for spec in headrace.backend.runs_of(RunKind.TRAIN) if spec.name not in done]
    assert new == ["texas"]
    assert {cell["state"] for cell in headrace.cells().values()} == {"passed"}


def test_a_run_past_its_deadline_is_canceled_and_its_cells_fail(headrace):
    headrace.backend.script.looks = 10_000
    headrace.start()

    assert headrace.backend.canceled
    texas = headrace.cells()["texas-large-fast"]
    assert (texas["state"], texas["reason"]) == ("failed", "canceled: deadline")
