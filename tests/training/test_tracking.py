"""Tracking in MLflow: a parent run for the shard, a child for each segment, and nothing when nothing is asked for."""

import pytest

from tests.training.small_world import CELLS, make_job
from training.__main__ import run

# MLflow uses what SQLAlchemy 2.1 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")
VARIABLES = ("MLFLOW_TRACKING_URI", "MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID")
TWO = {"regions": ("texas",), "cells": CELLS[:2]}


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store as whoever starts runs prepares it: an experiment and an open run, named in the environment."""
    import mlflow

    address = f"sqlite:///{tmp_path / 'mlflow.db'}"
    client = mlflow.MlflowClient(address)
    experiment = client.create_experiment("test", (tmp_path / "artifacts").as_uri())
    parent = client.create_run(experiment, run_name="shard")
    for name, value in zip(VARIABLES, (address, parent.info.run_id, experiment), strict=True):
        monkeypatch.setenv(name, value)
    return client, experiment, parent.info.run_id


def test_a_parent_for_the_shard_and_a_child_for_each_segment(store, inputs, tmp_path):
    import mlflow

    client, experiment, parent_id = store
    results = run(make_job(**TWO), inputs, tmp_path / "out")
    parent = client.get_run(parent_id)
    children = {run.info.run_id: run for run in client.search_runs([experiment]) if run.info.run_id != parent_id}

    assert parent.info.status == "FINISHED"
    assert parent.data.tags["headrace.dataset_version"] == "data-1"
    assert parent.data.metrics["segments_trained"] == 2
    assert set(children) == {segment["mlflow_run_id"] for segment in results["segments"]}
    for segment in results["segments"]:
        child = children[segment["mlflow_run_id"]]
        assert child.data.tags["mlflow.parentRunId"] == parent_id
        assert child.data.metrics["mape"] == segment["metrics"]["mape"]
        assert child.data.metrics["baseline_mape"] == segment["baseline_metrics"]["mape"]
        assert child.data.params["network_share"]
        assert mlflow.pyfunc.load_model(f"runs:/{child.info.run_id}/model")
    assert "tracking_error" not in results


def test_without_variables_nothing_is_tracked(inputs, tmp_path, monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    results = run(make_job(regions=("texas",), cells=CELLS[:1]), inputs, tmp_path / "out")

    assert results["segments"][0]["mlflow_run_id"] is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_a_store_that_fails_costs_the_record_and_not_the_models(inputs, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nowhere://at-all")
    monkeypatch.delenv("MLFLOW_RUN_ID", raising=False)
    results = run(make_job(**TWO), inputs, tmp_path / "out")

    assert [segment["status"] for segment in results["segments"]] == ["trained", "trained"]
    assert [segment["mlflow_run_id"] for segment in results["segments"]] == [None, None]
    assert results["tracking_error"].startswith("not tracked: ")
    assert "Traceback" in capsys.readouterr().err
