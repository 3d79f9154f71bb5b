"""Terminating an orchestration ends its jobs, however Azure takes it and whatever was under way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrators.activities import runs
from shared import wiring
from shared.domain.runs import RunKind

FLEET = "train-tiny-2026W47"
REGION = f"{FLEET}-1-texas"
SWEEP = f"end-{FLEET}-1"


def terminate(headrace, instance=FLEET):
    answer = headrace.host.post(f"/api/runs/{instance}/terminate", {"reason": "wrong week"})
    headrace.host.run()
    return answer


def test_terminating_a_fleet_ends_its_jobs_and_what_is_below_it(headrace, azure):
    answer = terminate(headrace)

    assert answer.status == 202
    assert sorted(answer.json()["canceled_runs"]) == sorted(azure.statuses())
    assert set(azure.statuses().values()) == {"Canceled"}
    assert {(run["state"], run["error"]) for run in headrace.run(FLEET)["runs"]} == {
        ("canceled", "canceled: wrong week")
    }
    for instance in answer.json()["below"]:
        assert headrace.host.status(instance)["runtimeStatus"] == "Terminated"


def test_terminating_a_region_leaves_the_jobs_of_the_others_alone(headrace, azure):
    terminate(headrace, REGION)

    told = {"texas" if "texas" in name else "florida": state for name, state in azure.statuses().items()}
    assert told == {"texas": "Canceled", "florida": "Starting"}


def test_jobs_that_have_ended_already_stay_as_they_are(headrace, azure):
    headrace.host.run_for(seconds=710)
    terminate(headrace)

    ended = [state for name, state in azure.statuses().items() if "texas-large-slow" in name]
    assert ended == ["Completed"]
    headrace.settle(hours=1)
    assert headrace.host.status(SWEEP)["runtimeStatus"] == "Completed"


def test_jobs_are_ended_although_azure_refuses_for_a_while(headrace, azure):
    azure.is_down = True
    terminate(headrace)
    headrace.host.run_for(minutes=9)
    azure.is_down = False
    headrace.host.run_for(minutes=10)

    assert "Starting" not in azure.statuses().values()
    assert [state for state in azure.statuses().values() if state != "Canceled"] == []
    assert headrace.host.status(SWEEP)["runtimeStatus"] == "Completed"


def test_a_job_that_was_being_submitted_meanwhile_is_ended_too(headrace, azure):
    azure.cancel(list(azure.specs))
    terminate(headrace)
    (known, *_) = azure.specs.values()
    late = replace(known, name=f"{known.name}-late", shard="late")
    wiring.ledger().runs.record_submitted(late, wiring.now())
    azure.submit([late])
    headrace.host.run_for(minutes=5)

    assert azure.statuses()[late.name] == "Canceled"


def test_what_was_terminated_by_its_durable_link_is_ended_too(headrace, azure):
    children = [REGION, f"{REGION}-1-watch"]
    headrace.host.post(f"/runtime/webhooks/durabletask/instances/{FLEET}/terminate?reason=x")
    headrace.host.run()
    alive = [headrace.host.status(child)["runtimeStatus"] for child in children]
    headrace.host.run_for(minutes=6)

    assert alive == ["Running", "Running"]
    assert [headrace.host.status(child)["runtimeStatus"] for child in children] == ["Terminated"] * 2
    assert set(azure.statuses().values()) == {"Canceled"}


def test_what_a_region_submitted_before_its_work_stopped_is_ended_too(headrace, azure, monkeypatch):
    submit = azure.submit

    def submit_and_lose_the_answer(specs):
        for spec in specs[1:]:
            submit([spec])
        raise ConnectionError("no answer")

    monkeypatch.setattr(azure, "submit", submit_and_lose_the_answer)
    headrace.host.post("/api/start/train", {"fleet": "tiny", "week": "2026W46"})
    headrace.settle(hours=1)
    instance = "train-tiny-2026W46"
    mine = {name: state for name, state in azure.statuses().items() if "2026w46" in name.lower()}

    assert headrace.host.status(instance)["runtimeStatus"] == "Completed"
    assert mine
    assert set(mine.values()) == {"Canceled"}
    assert {run["state"] for run in headrace.run(instance)["runs"]} == {"canceled", "failed"}


def test_what_runs_is_no_orphan(headrace, azure):
    headrace.host.run_for(minutes=11)

    assert set(azure.statuses().values()) == {"Running"}


def test_terminating_twice_is_as_good_as_once(headrace, azure):
    terminate(headrace)
    headrace.host.run_for(minutes=10)
    second = terminate(headrace)

    assert (second.status, second.json()["canceled_runs"]) == (202, [])


def test_a_rerun_keeps_its_jobs_while_those_of_the_terminated_attempt_end(headrace, azure):
    terminate(headrace)
    headrace.host.post(f"/api/runs/{FLEET}/rerun", {"reason": "the right week after all"})
    headrace.settle(hours=2)

    first = set(azure.statuses().values())
    attempts = [spec.attempt for spec in azure.runs_of(RunKind.TRAIN)]
    assert sorted(attempts) == [1] * 8 + [2] * 8
    assert first == {"Canceled", "Completed"}
    assert headrace.host.status(FLEET)["output"]["passed"] == 12


def test_a_job_that_cannot_be_ended_keeps_no_other_alive(headrace, azure, monkeypatch):
    monkeypatch.setattr(runs, "SWEPT", 3)
    azure.unwilling.add("texas-large-slow")
    terminate(headrace)
    headrace.host.run_for(minutes=1)

    assert [name for name, state in azure.statuses().items() if state != "Canceled" and "large-slow" not in name] == []
    azure.unwilling.clear()
    headrace.host.run_for(minutes=5)
    assert set(azure.statuses().values()) == {"Canceled"}


@pytest.mark.parametrize("size", [1, 3, 8])
def test_any_number_of_jobs_is_ended_page_by_page(headrace, azure, monkeypatch, size):
    monkeypatch.setattr(runs, "SWEPT", size)
    terminate(headrace)

    assert set(azure.statuses().values()) == {"Canceled"}


def test_jobs_that_cannot_be_ended_are_told_with_what_is_in_the_way(headrace, azure):
    for job in azure.standin.workspace.jobs.values():
        del job.moments[-1]
    azure.standin.workspace.denied.add("jobs/write")
    terminate(headrace)
    headrace.host.run_for(hours=2)

    swept = headrace.host.status(SWEEP)
    assert swept["runtimeStatus"] == "Failed"
    assert "does not have authorization to perform action" in swept["output"]
    assert set(azure.statuses().values()) == {"Running"}
