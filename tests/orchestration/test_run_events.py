"""Events of Azure ML's jobs: hints that save waiting, from a stand-in workspace through Event Grid's webhook."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestrators.run_events import read_run_event
from shared import wiring
from tests.orchestration.workspace import ENDS, WEBHOOK, deliver

REGION = "train-tiny-2026W47-1-texas"
WATCHER = f"{REGION}-1-watch"


def states(headrace):
    """What the ledger holds of a region's runs, by shard."""
    return {run["shard"]: run["state"] for run in headrace.run(REGION)["runs"]}


def event_of(azure, shard, state="Completed", **changes):
    """The event that tells of a job's state."""
    (name,) = [name for name in azure.standin.workspace.jobs if f"-{shard}-" in name]
    data = {"experimentId": "1", "experimentName": "headrace", "runId": name, "runTags": {}, "runStatus": state}
    return {
        "id": "1",
        "topic": azure.standin.workspace.path,
        "subject": f"experiments/1/runs/{name}",
        "eventType": "Microsoft.MachineLearningServices.RunStatusChanged",
        "eventTime": "2026-11-15T06:00:00Z",
        "dataVersion": "",
        "data": {**data, **changes},
    }


def test_with_events_each_end_is_noticed_within_two_seconds(headrace, azure):
    passed = 0
    for shard, ended in sorted(ENDS.items(), key=lambda end: end[1]):
        azure.go_on_with_events(hours=(ended + 2 - passed) / 3600)
        passed = ended + 2

        assert states(headrace)[shard] == "completed"


def test_the_last_end_wakes_the_watcher_at_once(headrace, azure):
    azure.go_on_with_events(hours=1_402 / 3600)

    assert headrace.host.status(WATCHER)["output"] == {"completed": 4}
    assert headrace.host.status(REGION)["runtimeStatus"] == "Completed"


def test_ends_before_the_last_do_not_wake_the_watcher(headrace, azure):
    headrace.host.run_for(seconds=702)
    waits = headrace.host.status(WATCHER)["customStatus"]["waits_for"]
    deliver(headrace.host, [event_of(azure, "texas-large-slow")])

    assert states(headrace)["texas-large-slow"] == "completed"
    assert headrace.host.status(WATCHER)["customStatus"]["waits_for"] == waits


def test_without_events_the_timer_finds_each_end(headrace, azure):
    headrace.host.run_for(seconds=1_400 + 300)

    assert headrace.host.status(WATCHER)["output"] == {"completed": 4}


def test_a_lost_event_costs_time_and_no_more(headrace, azure):
    headrace.host.run_for(seconds=1_010)
    deliver(headrace.host, [event_of(azure, shard) for shard in ENDS if shard != "texas-large-slow"])
    headrace.host.run_for(seconds=690)

    assert headrace.host.status(WATCHER)["output"] == {"completed": 4}


def test_an_event_that_comes_twice_or_late_changes_nothing(headrace, azure):
    azure.go_on_with_events(hours=1)
    told = headrace.host.status("train-tiny-2026W47", with_history=True)
    looks = azure.observations
    answers = [deliver(headrace.host, [event_of(azure, "texas-large-slow")] * 3).status for _ in range(2)]

    assert answers == [202, 202]
    assert headrace.host.status("train-tiny-2026W47", with_history=True) == told
    assert azure.observations == looks


def test_an_event_that_comes_before_the_end_is_not_believed(headrace, azure):
    headrace.host.run_for(seconds=300)
    for shard in ENDS:
        deliver(headrace.host, [event_of(azure, shard)])

    assert set(states(headrace).values()) == {"running"}
    azure.go_on_with_events(hours=1)
    assert headrace.host.status(WATCHER)["output"] == {"completed": 4}


def test_an_event_that_lies_about_the_end_is_corrected_by_the_job(headrace, azure):
    headrace.host.run_for(seconds=702)
    deliver(headrace.host, [event_of(azure, "texas-large-slow", state="Failed")])

    assert states(headrace)["texas-large-slow"] == "completed"


def test_a_running_job_s_event_is_passed_over(headrace, azure):
    looks = azure.observations
    deliver(headrace.host, [event_of(azure, shard, state="Running") for shard in ENDS])

    assert azure.observations == looks


CHANGED = "Microsoft.MachineLearningServices.RunStatusChanged"
COMPLETED = "Microsoft.MachineLearningServices.RunCompleted"
MALFORMED = [
    {},
    {"eventType": CHANGED},
    {"eventType": CHANGED, "data": [1], "subject": "x" * 10_000},
    {"eventType": CHANGED, "data": {"runStatus": {"a": 1}, "runId": "x"}},
    {"eventType": COMPLETED, "data": "text", "subject": {"a": 1}},
    {"eventType": [COMPLETED], "data": {"runId": ["x"]}, "subject": None},
    {"eventType": "Microsoft.MachineLearningServices.ModelRegistered", "data": {"runId": "x"}},
    {"specversion": "1.0", "type": COMPLETED, "data": {"runId": {}}},
    *(
        {"eventType": COMPLETED, "data": {"runId": name}, "subject": f"experiments/1/runs/{name}"}
        for name in ("../../x", "x" * 300, "", 7, {"a": 1}, "train-' or 1=1 --", "somebody-elses")
    ),
]


def test_events_that_are_malformed_or_of_runs_that_are_not_ours_are_passed_over(headrace, azure):
    looks = azure.observations
    answers = [deliver(headrace.host, [event]).status for event in MALFORMED]

    assert answers == [202] * len(MALFORMED)
    assert azure.observations == looks


@pytest.mark.parametrize("event", MALFORMED[:-1], ids=range(len(MALFORMED) - 1))
def test_nothing_malformed_is_taken_for_the_name_of_a_run(event):
    kind = event.get("eventType") or event.get("type")

    assert read_run_event(kind, event.get("subject"), event.get("data")) is None


def test_an_event_in_the_cloud_events_schema_and_in_other_letters_is_understood(headrace, azure):
    headrace.host.run_for(seconds=702)
    told = event_of(azure, "texas-large-slow")
    data = {"RunId": told["data"]["runId"], "RunStatus": "completed"}
    deliver(headrace.host, [{"specversion": "1.0", "id": "1", "source": "x", "type": CHANGED, "data": data}])

    assert states(headrace)["texas-large-slow"] == "completed"


def test_a_look_that_fails_has_event_grid_deliver_the_event_again(headrace, azure):
    headrace.host.run_for(seconds=702)
    azure.is_down = True
    refused = deliver(headrace.host, [event_of(azure, "texas-large-slow")])
    azure.is_down = False
    taken = deliver(headrace.host, [event_of(azure, "texas-large-slow")])

    assert (refused.status, taken.status) == (500, 202)
    assert states(headrace)["texas-large-slow"] == "completed"


def test_the_subscription_is_confirmed_when_event_grid_asks(headrace):
    asked = {"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {"validationCode": "1234"}}
    answer = headrace.host.post(WEBHOOK, json.dumps([asked]).encode())

    assert (answer.status, answer.json()) == (200, {"validationResponse": "1234"})


def test_nobody_without_the_key_is_heard(start_headrace):
    host = start_headrace(enable_auth=True).host

    assert host.post(WEBHOOK, b"[]").status == 401
    assert host.post(f"{WEBHOOK}&code=guessed", b"[]").status == 401


def test_a_failed_jobs_own_words_reach_the_run_the_cell_and_whoever_asks(headrace, azure):
    words = "the loss became NaN in week 2026W12"
    for name, job in azure.standin.workspace.jobs.items():
        if "texas-small-fast" in name:
            job.moments[-1], job.error = (job.moments[-1][0], "Failed"), words
    azure.go_on_with_events(hours=1)

    (run,) = [run for run in headrace.run(REGION)["runs"] if run["shard"] == "texas-small-fast"]
    assert run["state"] == "failed"
    assert words in run["error"]
    assert "see https://ml.azure.com/runs/" in run["error"]
    assert words in headrace.cells()["texas-small-fast"]["reason"]
    assert headrace.cells()["texas-large-fast"]["state"] == "passed"


def test_an_adopted_runs_event_wakes_the_instance_that_waits_for_it_now(headrace, azure):
    (spec, *_) = azure.specs.values()
    wiring.ledger().runs.record_submitted(replace(spec, instance_id="train-tiny-2026W47-2-texas-1-watch"), wiring.now())

    assert wiring.ledger().runs.read_run(spec.name)["instance_id"] == "train-tiny-2026W47-2-texas-1-watch"
    assert wiring.ledger().runs.read_run(spec.name)["state"] == "queued"
