"""A run that is done in parts, as the steps of a pipeline, comes to what it comes to as one job."""

import json
import shutil
import time
from pathlib import Path

import pytest

from bench.azure_ml_standin.clocks import WaitingClock
from bench.azure_ml_standin.executor import Executor
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.storage import Storage
from bench.azure_ml_standin.workspaces import make_backend
from shared.adapters.blob_lake import BlobLake
from shared.domain.runs import RunKind, RunSpec, RunState
from tests.contracts.backends import DATASET, put_dataset

pytestmark = pytest.mark.filterwarnings("ignore:The `(context|ordered)`")
PROJECT = Path(__file__).resolve().parents[2]
BROUGHT = ("__init__.py", "job.py", "layout.py", "merge.py", "outputs.py", "parts.py")
PATIENCE = 120


@pytest.fixture
def backend(account, tmp_path, monkeypatch):
    """A workspace that executes jobs, on a storage account; of the training code only the training is not real."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PROJECT / "ml_jobs", tmp_path / "ml_jobs")
    (tmp_path / "training").mkdir()
    for name in BROUGHT:
        shutil.copy(PROJECT / "training" / name, tmp_path / "training")
    shutil.copy(PROJECT / "tests" / "contracts" / "tiny_training.py", tmp_path / "training" / "__main__.py")
    lake = BlobLake(account.url, account.key)
    put_dataset(lake)
    standin = StandIn(clock=WaitingClock(), storage=Storage(account.url, account.name, account.key))
    executor = Executor(standin, lake)
    yield make_backend(standin, lake, project=tmp_path)
    executor.close()
    assert standin.violations == []


def describe(name, movers, *, in_parts):
    cells = [{"id": f"texas-large-{mover}", "region": "texas", "store_format": "large", "mover": mover}
             for mover in movers]  # fmt: skip
    work = {
        "fleet": "demand",
        "week": "2026W47",
        "shard": "texas",
        "dataset_version": DATASET,
        "code_version": "c" * 64,
    }
    job = {
        "schema": 1,
        "kind": "train",
        "run": "train-demand",
        "as_of": "2026-11-15",
        "segments": cells,
        "baselines": [{"id": "texas-large-baseline", "region": "texas", "store_format": "large"}],
        "models": {},
        "settings": {"target": "units"},
        **work,
    }
    return RunSpec(
        name=name, kind=RunKind.TRAIN, instance_id="watch", attempt=1, segments=tuple(cell["id"] for cell in cells),
        models={}, job=job, in_parts=in_parts, **work,
    )  # fmt: skip


def end_of(backend, spec):
    backend.submit([spec])
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        (status,) = backend.observe([spec.name])
        if status.state.is_terminal:
            return status
        time.sleep(0.05)
    raise AssertionError(f"not within {PATIENCE} s")


def results_of(backend, spec):
    status = end_of(backend, spec)
    assert status.state is RunState.COMPLETED, status.error
    with backend.open_output(spec.name, "results.json") as stream:
        return json.load(stream)


def models_of(backend, spec):
    paths = [path for path in backend.list_outputs(spec.name) if path.startswith("models/")]
    told = {}
    for path in paths:
        with backend.open_output(spec.name, path) as stream:
            told[path] = stream.read()
    return told


def test_a_run_in_parts_comes_to_what_one_job_comes_to(backend):
    movers = [f"m{number}" for number in range(60)]
    whole, parts = describe("whole", movers, in_parts=False), describe("parts", movers, in_parts=True)
    results = results_of(backend, parts)

    assert results == results_of(backend, whole)
    assert [told["id"] for told in results["segments"]] == list(parts.segments)
    assert results["segments"][0]["tables"] == ["a.csv"]
    assert models_of(backend, parts) == models_of(backend, whole)


def test_a_part_that_crashes_tells_why_for_its_segments_and_the_others_go_on(backend):
    movers = [f"m{number}" for number in range(59)]
    spec = describe("crash", [*movers, "crash"], in_parts=True)
    told = {cell["id"]: cell for cell in results_of(backend, spec)["segments"]}

    assert {told[segment]["status"] for segment in spec.segments[:50]} == {"trained"}
    for segment in spec.segments[50:]:
        assert told[segment]["status"] == "failed"
        assert "no model converges on a Tuesday" in told[segment]["error"]
    assert len(models_of(backend, spec)) == 50


def test_a_pipeline_whose_data_is_missing_fails_with_the_reason(backend):
    spec = describe("lacking", [f"m{number}" for number in range(30)], in_parts=True)
    lacking = RunSpec(**{**vars(spec), "dataset_version": "e" * 64})

    status = end_of(backend, lacking)

    assert status.state is RunState.FAILED
    assert "e" * 64 in status.error
