"""One week twice: on this machine's processes, and in a workspace that executes jobs; both come to the same."""

import csv
import io
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bench.azure_ml_standin.workspaces  # noqa: F401  which imports azure-ai-ml without its warnings
from bench.azure_ml_standin import server
from bench.azure_ml_standin.executor import Executor
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.storage import Storage
from cli.sample.lake import drop_sample
from embedded_host.testing import start_host  # noqa: F401  a fixture
from shared import wiring
from shared.adapters.blob_lake import BlobLake
from shared.adapters.fleet_files import read_fleet
from shared.adapters.folder_lake import FolderLake
from shared.adapters.mlflow_store import CHAMPION, open_run, prepare_store
from shared.domain.fleets import DataGate
from shared.domain.weeks import IsoWeek
from tests.contracts import azurite

PROJECT = Path(__file__).resolve().parents[2]
WEEK, REGIONS = "2026W47", ("texas", "florida")
WANTED = {"fleet": "tiny", "week": WEEK, "segments": ["texas-large-fast", "florida-small-fast"]}
FORECAST_DAY = datetime(2026, 11, 15, 6, tzinfo=UTC)
PATIENCE = 240
pytestmark = [
    # azure-ai-ml and MLflow use what marshmallow and SQLAlchemy, below them, will drop one day.
    pytest.mark.filterwarnings("ignore:The `(context|ordered)`"),
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),
    pytest.mark.timeout(600),
]


@pytest.fixture
def do_week(tmp_path, monkeypatch, start_host):  # noqa: F811
    """Do the week with the settings of the moment; answers the app's host when it has ended."""
    demand = read_fleet(PROJECT / "fleets" / "demand.yaml")
    tiny = replace(demand, name="tiny", regions=REGIONS, data_gate=DataGate(min_weeks=8, max_age_weeks=1))

    def do(name, **settings):
        home = tmp_path / name
        for setting, value in {"HEADRACE_HOME": str(home), **settings}.items():
            monkeypatch.setenv(setting, value)
        wiring.forget()
        wiring.fleets.put({"tiny": tiny})
        host = start_host(PROJECT, state=tmp_path / f"{name}.db", start=FORECAST_DAY)
        monkeypatch.setattr(wiring, "now", host.virtual_clock.now)
        instance = host.post("/api/start/weekly", WANTED).json()["id"]
        host.run()
        settle(host, instance)
        return host, instance

    yield do
    wiring.forget()


def settle(host, instance):
    """Let a second of the app's time pass whenever a second has passed here, until the instance has ended."""
    end = time.monotonic() + PATIENCE
    while host.get(f"/api/runs/{instance}").json()["status"] in ("Pending", "Running"):
        assert time.monotonic() < end, host.get(f"/api/runs/{instance}").text
        time.sleep(0.25)
        host.run_for(seconds=10)


@contextmanager
def workspace_on(account, home_here):
    """A workspace on a storage account, served over HTTPS, whose jobs run as processes; gives settings of the app."""
    storage = Storage(account.url, account.name, account.key)
    standin, lake = StandIn(storage=storage), BlobLake(account.url, account.key)

    def join_tracking(job):
        names = ("fleet", "week", "shard", "instance_id", "dataset_version")
        tracking = open_run(home_here, {"name": job.name, **{name: job.tags[f"headrace.{name}"] for name in names}})
        return {**tracking, "JAX_COMPILATION_CACHE_DIR": str(home_here / "compiled")}

    executor = Executor(standin, lake, open_tracking=join_tracking)
    with server.serve(standin) as address:
        yield (
            standin,
            {
                "HEADRACE_LAKE": account.url,
                "HEADRACE_LAKE_KEY": account.key,
                "HEADRACE_ML": standin.workspace.address,
                "HEADRACE_ML_ENDPOINT": address,
                # as App Service tells an app of its managed identity
                "IDENTITY_ENDPOINT": f"{address}/msi/token",
                "IDENTITY_HEADER": "any",
            },
        )
    executor.close()


def test_a_week_in_a_workspace_comes_to_what_it_comes_to_on_this_machine(tmp_path, do_week):
    raw = FolderLake(tmp_path / "here" / "lake")
    drop_sample(raw, IsoWeek.parse(WEEK), 1, REGIONS, first_week="2025W44", stores_per_format=1)
    (tmp_path / "azurite").mkdir()
    here = outcome_of(*do_week("here"))
    champions_here = champions_in_store(tmp_path / "here")
    end_workers()
    with azurite.running(tmp_path / "azurite") as accounts:
        account = next(accounts)
        copy_raw(raw, BlobLake(account.url, account.key))
        with workspace_on(account, tmp_path / "here") as (standin, settings):
            host, instance = do_week("there", **settings)
            there = outcome_of(host, instance)

    assert there == here
    assert here["week"]["ensembles_passed"] >= 1 and here["forecasts"]
    assert champions_in(standin) == champions_here
    assert standin.violations == []
    assert_jobs_were_the_runs(standin, host, instance, tmp_path / "here")


def outcome_of(host, instance):
    """What a week came to, down to the digests of its models; only the times differ."""
    run = host.get(f"/api/runs/{instance}").json()
    assert run["status"] == "Completed", run["error"]
    assert [told["state"] for told in run["runs"]] == ["completed"] * 4, run["runs"]
    cells = host.get(f"/api/fleet/tiny?week={WEEK}").json()["cells"]
    return {
        "week": run["output"],
        "cells": [{name: value for name, value in cell.items() if name != "trained_at"} for cell in cells],
        "forecasts": dict(read_forecasts(wiring.lake())),
    }


def read_forecasts(lake):
    for blob in lake.list("predictions"):
        with lake.open_read("predictions", blob.path) as stream:
            yield blob.path, list(csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8")))


def champions_in_store(home):
    client = prepare_store(home)
    models = client.search_registered_models()
    versions = [version for model in models for version in client.search_model_versions(f"name='{model.name}'")]
    return sorted(version.name for version in versions if version.tags.get(CHAMPION) == "true")


def champions_in(standin):
    models = {name: asset for (kind, name, _), asset in standin.workspace.assets.items() if kind == "models"}
    tagged = {name: asset.resource["properties"]["tags"] for name, asset in models.items()}
    return sorted(name for name, tags in tagged.items() if tags.get(CHAMPION) == "true")


def assert_jobs_were_the_runs(standin, host, instance, tracking_home):
    """Each run was one job that logged to the tracking run it was given."""
    runs = {told["name"] for told in host.get(f"/api/runs/{instance}").json()["runs"]}
    assert set(standin.workspace.jobs) == runs
    client = prepare_store(tracking_home)
    (experiment,) = [found.experiment_id for found in client.search_experiments() if found.name == "tiny"]
    logged = client.search_runs([experiment], max_results=1_000)
    parents = {run.info.run_name: run.data.params for run in logged if run.info.run_name in runs}
    assert {name for name in parents if name.startswith("train")} == {name for name in runs if name.startswith("train")}
    assert all(params["week"] == WEEK for name, params in parents.items() if name.startswith("train"))


def copy_raw(source, target):
    for blob in source.list("raw"):
        with source.open_read("raw", blob.path) as stream, target.open_write("raw", blob.path) as writer:
            writer.write(stream.read())
            writer.commit()


def end_workers():
    for worker in wiring.ml_backend()._workers:
        worker.kill()
        worker.wait()
