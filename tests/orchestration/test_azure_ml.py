"""What Azure ML says reaches whoever has to know it, and what it refuses stops nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.azure_ml_standin.faults import ERROR_TEXT
from bench.azure_ml_standin.tokens import StandInCredential
from shared import wiring
from shared.domain.runs import RunKind
from tests.orchestration.real_workspace import RealWorkspace

pytestmark = pytest.mark.filterwarnings("ignore:The `(context|ordered)`")


@pytest.fixture
def make_workspace(headrace):
    def make(credential=None):
        wiring.fleets.put({"tiny": replace(wiring.fleets()["tiny"], attempts=1)})
        return RealWorkspace(headrace.host, wiring.lake(), credential)

    return make


@pytest.fixture
def workspace(make_workspace):
    made = make_workspace()
    yield made
    assert made.standin.violations == []


@pytest.fixture
def told(monkeypatch):
    """What callers were told."""
    messages = []
    monkeypatch.setattr("shared.adapters.callbacks.post_callback", lambda *given: messages.append(given[1]))
    return messages


def reasons(cells, region):
    """Why the ensembles of a region are as they are."""
    found = {cell["reason"] for cell in cells.values() if cell["region"] == region and cell["mover"]}
    assert found
    return found


def test_a_week_goes_through_a_workspace_one_job_per_shard(headrace, workspace):
    run = workspace.do_week()

    assert (run["status"], run["output"]["passed"], run["output"]["fallback"]) == ("Completed", 12, 0)
    assert {told["name"] for told in run["runs"]} == set(workspace.jobs)
    assert len(workspace.jobs) == 4
    assert {job.asked["jobType"] for job in workspace.jobs.values()} == {"Command"}


def test_a_failed_jobs_own_words_reach_the_run_its_cells_the_status_and_the_caller(headrace, workspace, told):
    workspace.wrong = lambda name: ERROR_TEXT if name.startswith("train") and "texas" in name else None
    run = workspace.do_week(callBackUri="https://hooks.example.org/1")

    (failed,) = [one for one in run["runs"] if one["state"] == "failed"]
    assert ERROR_TEXT in failed["error"] and "see https://ml.azure.com/runs/" in failed["error"]
    assert reasons(headrace.cells(), "texas") == {failed["error"]}
    assert {one["reason"] for one in run["output"]["not_passed"] if one["state"] == "failed"} == {failed["error"]}
    ((message),) = told
    assert message["output"]["not_passed"] == run["output"]["not_passed"]


def test_a_region_whose_job_fails_is_forecast_by_its_average_and_the_others_go_on(headrace, workspace):
    workspace.wrong = lambda name: ERROR_TEXT if name.startswith("train") and "texas" in name else None
    workspace.do_week()
    cells = headrace.cells()

    assert {cell["role"] for cell in cells.values() if cell["region"] == "texas" and cell["mover"]} == {"baseline"}
    assert {cell["role"] for cell in cells.values() if cell["region"] == "florida" and cell["mover"]} == {"champion"}


def deny(standin):
    standin.workspace.denied.add("jobs/write")


def lose_compute(standin):
    standin.workspace.computes = {"other": 4}


def reach_quota(standin):
    standin.workspace.quota_reached = True


def rename(standin):
    standin.workspace.name = "elsewhere"


def lose_image(standin):
    """Delete what was registered while whoever registered it still takes it for there."""
    list_versions = standin.workspace.assets
    for key in [key for key in list_versions if key[0] == "codes"]:
        del list_versions[key]


@pytest.mark.parametrize(
    ("happens", "words", "remedy"),
    [
        (deny, "does not have authorization to perform action", "role AzureML Data Scientist"),
        (lose_compute, "The compute 'headrace' was not found", "HEADRACE_ML_COMPUTE"),
        (reach_quota, "exceed the quota of the cluster's VM family", "ask for more quota"),
        (rename, "workspaces/forecasts' under resource group 'headrace' was not found", "the workspace in HEADRACE_ML"),
        (lose_image, "Code training:1 not found", "doctor --azure-ml"),
    ],
)
def test_what_azure_refuses_ends_the_runs_with_its_words_and_what_to_do(headrace, workspace, happens, words, remedy):
    happens(workspace.standin)
    run = workspace.do_week()

    assert run["status"] == "Completed"
    assert run["runs"] and workspace.jobs == {}
    for one in run["runs"]:
        assert one["state"] == "failed"
        assert words in one["error"] and remedy in one["error"]
    assert all(words in reason for region in ("texas", "florida") for reason in reasons(headrace.cells(), region))


def test_an_expired_credential_ends_the_runs_with_the_services_words(headrace, make_workspace):
    workspace = make_workspace(StandInCredential(lifetime=-60))
    run = workspace.do_week()

    assert {one["state"] for one in run["runs"]} == {"failed"}
    for one in run["runs"]:
        assert "The access token expiry UTC time" in one["error"] and "sign in again" in one["error"]


def test_what_azure_refuses_one_region_the_others_are_granted(headrace, workspace):
    put = workspace.standin._jobs.put

    def refuse_texas(request, name):
        workspace.standin.workspace.quota_reached = "texas" in name
        return put(request, name)

    workspace.standin._routes = [
        (method, pattern, refuse_texas if handle == put else handle)
        for method, pattern, handle in workspace.standin._routes
    ]
    workspace.do_week()
    cells = headrace.cells()

    assert all("quota" in reason for reason in reasons(cells, "texas"))
    assert {cell["state"] for cell in cells.values() if cell["region"] == "florida"} == {"passed"}
    assert all("florida" in name for name in workspace.jobs)


def test_health_tells_that_the_workspace_does_not_answer(headrace, workspace):
    before = headrace.host.get("/api/health").json()["ports"]["ml"]
    rename(workspace.standin)
    answer = headrace.host.get("/api/health")

    assert (before, answer.status, answer.json()["ports"]["ml"]) == (True, 503, False)


@pytest.mark.parametrize(("movers", "in_parts"), [(50, False), (51, True)])
def test_the_shards_of_a_fleet_of_more_than_two_hundred_models_are_done_in_parts(headrace, movers, in_parts):
    names = tuple(f"m{number}" for number in range(movers))
    wiring.fleets.put({"tiny": replace(wiring.fleets()["tiny"], movers=names)})
    headrace.host.post("/api/start/train", {"fleet": "tiny", "week": "2026W47"})
    headrace.host.run()

    specs = headrace.backend.runs_of(RunKind.TRAIN)
    assert [len(spec.segments) for spec in specs] == [2 * movers] * 2
    assert {spec.in_parts for spec in specs} == {in_parts}
