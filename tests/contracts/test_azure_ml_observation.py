"""Jobs are looked at in batches, told in our words, given up late, and ended when asked."""

from datetime import timedelta

import pytest

from bench.azure_ml_standin.clocks import WaitingClock
from bench.azure_ml_standin.faults import ERROR_TEXT
from bench.azure_ml_standin.messages import refuse
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.workspaces import make_backend
from shared.adapters.azure_ml.observing import state_of
from shared.adapters.folder_lake import FolderLake
from shared.domain.runs import RunState
from shared.ports import BlobMissing


@pytest.fixture
def standin():
    made = StandIn(clock=WaitingClock())
    yield made
    assert made.violations == []


@pytest.fixture
def lake(tmp_path):
    return FolderLake(tmp_path / "lake")


@pytest.fixture
def backend(standin, lake):
    return make_backend(standin, lake)


def add_job(standin, name, *life, error=None, **asked):
    job = standin.workspace.add_job(
        name,
        {"jobType": "Command", "command": "x", "environmentId": "e", "experimentName": "headrace", **asked},
        life=list(life),
    )
    job.error = error
    return job


def test_seven_hundred_runs_are_looked_at_in_eight_requests(standin, backend):
    names = [f"run-{number}" for number in range(714)]
    for name in names:
        add_job(standin, name, (0, "Running"))
    backend.observe([])
    standin.requests.clear()

    statuses = backend.observe(names)

    assert [status.name for status in statuses] == names
    assert standin.requests["History.get_many"] == 8
    assert sum(standin.requests.values()) <= 9  # and once where run history is


def test_without_runs_only_the_workspace_is_asked_whether_it_answers(standin, backend):
    assert backend.observe([]) == []

    assert standin.requests == {"Places.get_workspace": 1}


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("NotStarted", RunState.QUEUED), ("Scheduled", RunState.QUEUED), ("Starting", RunState.QUEUED),
        ("Provisioning", RunState.QUEUED), ("Preparing", RunState.QUEUED), ("Queued", RunState.QUEUED),
        ("Unapproved", RunState.QUEUED), ("Running", RunState.RUNNING), ("Finalizing", RunState.RUNNING),
        ("CancelRequested", RunState.RUNNING), ("NotResponding", RunState.RUNNING), ("Paused", RunState.RUNNING),
        ("Pausing", RunState.RUNNING), ("Unknown", RunState.RUNNING), ("Somersaulting", RunState.RUNNING),
        ("Completed", RunState.COMPLETED), ("Failed", RunState.FAILED), ("failed", RunState.FAILED),
        ("Canceled", RunState.CANCELED),
    ],
)  # fmt: skip
def test_only_three_states_are_final_and_an_unknown_one_is_waited_for(name, state):
    assert state_of(name) is state


def test_states_may_come_in_any_order(standin, backend):
    add_job(standin, "run", (0, "Running"), (10, "Queued"), (20, "Running"), (30, "Preparing"), (40, "Completed"))
    told = []

    for _ in range(5):
        told.append(str(backend.observe(["run"])[0].state))
        standin.workspace.clock.sleep(10)

    assert told == ["running", "queued", "running", "queued", "completed"]


def test_a_failed_job_tells_its_own_error_and_where_to_look(standin, backend):
    add_job(standin, "run", (0, "Failed"), error=ERROR_TEXT)

    (status,) = backend.observe(["run"])

    assert status.state is RunState.FAILED
    assert status.error.startswith(
        f"UserError / UserTrainingScriptFailed: {ERROR_TEXT}; see https://ml.azure.com/runs/"
    )
    assert "/workspaces/forecasts" in status.error


def test_an_error_that_a_batch_leaves_out_is_fetched_once_from_the_runs_details(standin, backend, monkeypatch):
    add_job(standin, "run", (0, "Failed"), error=ERROR_TEXT)
    describe = standin._history.describe
    monkeypatch.setattr(standin._history, "describe", lambda job: {**describe(job), "error": None})

    (status,) = backend.observe(["run"])

    assert ERROR_TEXT in status.error
    assert standin.requests["History.details"] == 1


def test_a_failed_job_without_any_error_says_so(standin, backend):
    add_job(standin, "run", (0, "Failed"))

    (status,) = backend.observe(["run"])

    assert status.error.startswith("Azure ML says Failed and no more; see https://ml.azure.com/runs/run")


def test_a_job_that_nobody_knows_is_lost(standin, backend):
    (status,) = backend.observe(["gone"])

    assert (status.state, status.error) == (RunState.FAILED, "the workspace knows no such job; it was lost")


def test_a_job_that_run_history_does_not_know_yet_is_asked_of_the_workspace(standin, backend, monkeypatch):
    add_job(standin, "run", (0, "Starting"))
    monkeypatch.setattr(standin._history, "describe", lambda job: None)
    hide = standin._history.get_many

    def know_nothing(request, experiment):
        reply = hide(request, experiment)
        reply.body["runs"] = {}
        return reply

    standin._routes = [
        (method, pattern, know_nothing if handle == hide else handle) for method, pattern, handle in standin._routes
    ]

    (status,) = backend.observe(["run"])

    assert status.state is RunState.QUEUED
    assert standin.requests["Jobs.get"] == 1


def test_where_run_history_answers_no_batches_each_job_is_asked_for(standin, backend):
    for name in ("one", "two"):
        add_job(standin, name, (0, "Failed"), error=ERROR_TEXT)
    batch = standin._history.get_many
    refused = []

    def refuse_batches(request, experiment):
        refused.append(request)
        raise refuse(405, "UserError", "method not allowed")

    standin._routes = [
        (method, pattern, refuse_batches if handle == batch else handle) for method, pattern, handle in standin._routes
    ]

    statuses = backend.observe(["one", "two"])

    assert refused
    assert [ERROR_TEXT in status.error for status in statuses] == [True, True]


def test_a_run_that_does_not_respond_is_waited_for_and_may_come_back(standin, backend):
    add_job(standin, "run", (0, "Running"), (100, "NotResponding"), (900, "Running"), (1_000, "Completed"))
    told = []

    for _ in range(11):
        told.append(str(backend.observe(["run"])[0].state))
        standin.workspace.clock.sleep(100)

    assert told == ["running"] * 10 + ["completed"]


def test_a_run_that_does_not_respond_for_too_long_is_given_up_and_ended(standin, backend):
    add_job(standin, "run", (0, "Running"), (100, "NotResponding"))
    standin.workspace.clock.sleep(timedelta(minutes=25).total_seconds())

    (status,) = backend.observe(["run"])

    assert status.state is RunState.FAILED
    assert status.error.startswith("it has not responded since 2026-01-05T00:01:40")
    assert standin.workspace.jobs["run"].status(standin.workspace.clock.now()) == "Canceled"


def test_a_job_that_somebody_else_ended_is_canceled(standin, backend):
    add_job(standin, "run", (0, "Running"), (10, "Canceled"))
    standin.workspace.clock.sleep(20)

    (status,) = backend.observe(["run"])

    assert status.state is RunState.CANCELED
    assert status.error.startswith("Azure ML says Canceled")


def test_a_job_is_ended_when_asked(standin, backend):
    add_job(standin, "run", (0, "Running"))

    backend.cancel(["run"])

    assert backend.observe(["run"])[0].state is RunState.CANCELED


def test_ending_what_has_ended_or_is_unknown_is_fine(standin, backend):
    add_job(standin, "done", (0, "Completed"))

    backend.cancel(["done", "unknown"])

    assert backend.observe(["done"])[0].state is RunState.COMPLETED


def test_outputs_are_read_from_the_lake(lake, backend):
    for path in ("run/out/results.json", "run/out/models/a/MLmodel", "run/in-1/job.json", "run-2/out/results.json"):
        with lake.open_write("runs", path) as writer:
            writer.write(path.encode())
            writer.commit()

    assert sorted(backend.list_outputs("run")) == ["models/a/MLmodel", "results.json"]
    with backend.open_output("run", "results.json") as stream:
        assert stream.read() == b"run/out/results.json"


def test_an_output_that_is_not_there_is_missing(backend):
    assert backend.list_outputs("run") == []
    with pytest.raises(BlobMissing), backend.open_output("run", "results.json"):
        pass
