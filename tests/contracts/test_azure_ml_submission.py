"""A run becomes exactly one job, whatever happens between asking for it and hearing of it."""

from datetime import timedelta
from typing import get_args

import pytest

from bench.azure_ml_standin.clocks import WaitingClock
from bench.azure_ml_standin.faults import Faults, JobFault, RequestFault
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.state import QUIET_LIFE
from bench.azure_ml_standin.storm import count, make_spec, run_storm
from bench.azure_ml_standin.workspaces import add_code, make_backend
from shared.adapters.folder_lake import FolderLake
from shared.domain.runs import RunState
from shared.ports import RunConflict

# azure-ai-ml uses what marshmallow, below it, will drop one day.
pytestmark = pytest.mark.filterwarnings("ignore:The `(context|ordered)`")


@pytest.fixture(autouse=True)
def away_from_git(tmp_path, monkeypatch):
    """azure-ai-ml asks git four questions per job; outside a repository it asks one."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def make_standin(tmp_path):
    made = []

    def make(**options):
        standin = StandIn(clock=WaitingClock(), **options)
        add_code(standin)
        made.append(standin)
        return standin

    yield make
    for standin in made:
        assert standin.violations == []


@pytest.fixture
def lake(tmp_path):
    return FolderLake(tmp_path / "lake")


def test_a_run_is_one_job_with_all_that_it_stands_on(make_standin, lake):
    standin = make_standin()
    spec = make_spec(models={"r0-large-fast": "demand/r0-large-fast/0011"})

    (status,) = make_backend(standin, lake).submit([spec])

    asked = standin.workspace.jobs[spec.name].asked
    assert (status.name, status.state) == (spec.name, RunState.QUEUED)
    assert asked["codeId"].endswith("/codes/training/versions/1")
    assert "/environments/headrace-training/versions/" in asked["environmentId"]
    assert asked["inputs"]["dataset"]["uri"].endswith(f"/data/headrace-dataset/versions/{'d' * 64}")
    assert asked["inputs"]["models"]["uri"] == "azureml://datastores/headrace_models/paths/"
    assert asked["outputs"]["out"]["uri"] == f"azureml://datastores/headrace_runs/paths/{spec.name}/out/"
    assert asked["environmentVariables"] == {"HEADRACE_FINGERPRINT": spec.fingerprint}
    assert asked["tags"] == {
        "headrace.kind": "train",
        "headrace.fleet": "demand",
        "headrace.week": "2026W47",
        "headrace.shard": "r0",
        "headrace.instance_id": spec.instance_id,
        "headrace.dataset_version": "d" * 64,
        "headrace.code_version": "c" * 64,
        "headrace.fingerprint": spec.fingerprint,
        "headrace.attempt": "1",
        "headrace.environment": "dev",
        "headrace.segments": "r0-large-fast,r0-large-slow",
    }


def test_a_job_costs_one_request_once_its_code_and_data_are_known(make_standin, lake):
    standin = make_standin()
    backend = make_backend(standin, lake)
    backend.submit([make_spec(0)])
    standin.requests.clear()

    backend.submit([make_spec(number) for number in range(1, 11)])

    assert standin.requests == {"Jobs.put": 10}


def test_the_dataset_is_registered_as_its_manifest_under_its_version(make_standin, lake):
    standin = make_standin()

    make_backend(standin, lake).submit([make_spec()])

    data = standin.workspace.assets["data", "headrace-dataset", "d" * 64].resource["properties"]
    assert data["dataType"] == "uri_file"
    assert data["dataUri"] == f"azureml://datastores/headrace_datasets/paths/manifests/{'d' * 64}.json"


def test_asking_again_adopts_the_job_that_is_there(make_standin, lake):
    standin = make_standin()
    make_backend(standin, lake).submit([make_spec()])
    standin.workspace.clock.sleep(100)

    (status,) = make_backend(standin, lake).submit([make_spec()])

    assert status.state is RunState.RUNNING
    assert len(standin.workspace.jobs) == 1


def test_a_job_that_the_service_will_not_change_is_adopted_by_its_fingerprint(make_standin, lake):
    standin = make_standin()
    backend = make_backend(standin, lake)
    backend.submit([make_spec()])
    # as when the service has filled in or normalised a field: the same work no longer looks the same to it
    standin.workspace.jobs[make_spec().name].asked["limits"] = {"jobLimitsType": "Command", "timeout": "P2D"}

    (status,) = backend.submit([make_spec()])

    assert status.state is RunState.QUEUED
    assert len(standin.workspace.jobs) == 1


def test_other_work_under_a_name_that_is_taken_is_a_conflict(make_standin, lake):
    standin = make_standin()
    backend = make_backend(standin, lake)
    backend.submit([make_spec()])
    tags = dict(standin.workspace.jobs[make_spec().name].tags)

    with pytest.raises(RunConflict):
        backend.submit([make_spec(week="2026W48")])

    assert standin.workspace.jobs[make_spec().name].tags == tags


def test_a_crash_between_the_job_and_our_hearing_of_it_ends_in_one_job(make_standin, lake):
    standin = make_standin()
    backend = make_backend(standin, lake)
    backend.submit([make_spec(0)])

    class Crash(BaseException):
        pass

    def crash(job):
        raise Crash

    standin.on_new_job = crash
    with pytest.raises(Crash):
        backend.submit([make_spec(1)])
    standin.on_new_job = lambda job: None
    make_backend(standin, lake).submit([make_spec(1)])

    assert len(standin.workspace.jobs) == 2


def test_throttled_requests_wait_as_long_as_they_are_asked_to(make_standin, lake):
    faults = Faults(requests={"throttle": 0.3}, seed=1)
    standin = make_standin(faults=faults)

    make_backend(standin, lake).submit([make_spec(number) for number in range(40)])

    assert len(standin.workspace.jobs) == 40
    assert faults.done["throttle"] > 10
    assert faults.impatient == 0


def test_writes_keep_to_five_a_second(make_standin, lake):
    standin = make_standin()
    backend = make_backend(standin, lake)
    backend.submit([make_spec(0)])
    before = standin.workspace.clock.now()

    backend.submit([make_spec(number) for number in range(1, 101)])

    assert standin.workspace.clock.now() - before >= timedelta(seconds=95 / 5)
    assert standin.limits.refused == 0


def test_a_thousand_runs_through_every_fault_are_a_thousand_jobs_and_each_end_is_noticed(tmp_path):
    standin, told = run_storm(tmp_path, runs=1_000, share=0.05, seed=20261121)
    counted = count(standin, told)

    assert sorted(standin.workspace.jobs) == sorted(told) == sorted(make_spec(number).name for number in range(1_000))
    assert counted["ends_told_wrong"] == 0
    assert (counted["requests_before_their_time"], standin.violations) == (0, [])
    faults = counted["faults"]
    assert all(faults[fault] > 20 for fault in (*get_args(RequestFault), *get_args(JobFault)))
    assert (counted["told_their_own_error"], counted["told_as_lost"]) == (faults["fail"], faults["vanish"])


def test_a_run_of_many_models_is_a_pipeline_with_a_parallel_step(make_standin, lake):
    standin = make_standin()
    segments = tuple(f"r{number}-large-fast" for number in range(714))
    spec = make_spec(segments=segments, in_parts=True)

    make_backend(standin, lake).submit([spec])

    asked = standin.workspace.jobs[spec.name].asked
    assert asked["jobType"] == "Pipeline"
    assert asked["jobs"]["parts"]["type"] == "parallel"
    assert asked["settings"]["force_rerun"] is True
    parts = [blob.path for blob in lake.list("runs", f"{spec.name}/in-{spec.fingerprint[:12]}/parts/")]
    assert len(parts) == 29
    assert all(len(value) <= 1_000 for value in asked["tags"].values())
    assert len(asked["tags"]) <= 50


@pytest.mark.parametrize(
    ("segments", "in_parts", "kind"), [(25, True, "Command"), (26, True, "Pipeline"), (200, False, "Command")]
)
def test_only_a_run_that_is_to_be_done_in_parts_and_has_several_is_a_pipeline(
    make_standin, lake, segments, in_parts, kind
):
    standin = make_standin()
    spec = make_spec(segments=tuple(f"r{number}-large-fast" for number in range(segments)), in_parts=in_parts)
    make_backend(standin, lake).submit([spec])

    assert standin.workspace.jobs[spec.name].asked["jobType"] == kind


def test_a_pipeline_is_adopted_and_defended_like_a_job(make_standin, lake):
    standin = make_standin()
    backend = make_backend(standin, lake)
    spec = make_spec(segments=tuple(f"r{number}-large-fast" for number in range(201)), in_parts=True)
    backend.submit([spec])

    backend.submit([spec])
    with pytest.raises(RunConflict):
        backend.submit([make_spec(segments=spec.segments, week="2026W48", in_parts=True)])

    assert len(standin.workspace.jobs) == 1


def test_each_part_of_a_large_run_holds_its_own_segments_and_no_baseline_twice():
    from shared.adapters.azure_ml.staging import cut_job

    segments = [
        {"id": f"{region}-{mover}", "region": region, "store_format": "large", "mover": mover}
        for region in ("a", "b") for mover in ("fast", "slow", "still")
    ]  # fmt: skip
    baselines = [{"id": f"{region}-baseline", "region": region, "store_format": "large"} for region in ("a", "b")]
    job = {"week": "w", "segments": segments, "baselines": baselines, "models": {"a-fast": "champion"}}

    parts = list(cut_job(job, size=2))

    assert [[cell["id"] for cell in part["segments"]] for part in parts] == [
        ["a-fast", "a-slow"], ["a-still", "b-fast"], ["b-slow", "b-still"],
    ]  # fmt: skip
    assert [[cell["id"] for cell in part["baselines"]] for part in parts] == [["a-baseline"], ["b-baseline"], []]
    assert [part["models"] for part in parts] == [{"a-fast": "champion"}, {}, {}]
    assert all(part["week"] == "w" for part in parts)


def test_the_life_of_a_quiet_job_is_told_in_our_words(make_standin, lake):
    standin = make_standin()
    backend = make_backend(standin, lake)
    backend.submit([make_spec()])
    name, told = make_spec().name, []

    for moment, _ in QUIET_LIFE:
        standin.workspace.clock.sleep(moment - sum(told_for for told_for, _ in told))
        told.append((moment - sum(told_for for told_for, _ in told), backend.observe([name])[0].state))

    assert [state for _, state in told] == ["queued", "queued", "queued", "running", "running", "completed"]
