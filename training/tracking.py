"""Tracking in MLflow, when the environment names where: the run itself as the parent, each segment as a child."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.job import Job

ADDRESS_VARIABLES = ("MLFLOW_TRACKING_URI", "MLFLOW_RUN_ID")


class Tracker:
    """Reports to the tracking store. A store that fails costs a run its record there, never its models."""

    def __init__(self, job: Job, is_on: bool) -> None:
        """A tracker that is off does nothing."""
        self._job = job
        self._is_on = is_on
        self.error: str | None = None
        """What went wrong with the store; nothing more is sent to it then."""

    def record_segment(self, result: Mapping[str, Any], choices: Mapping[str, Any], model: Path) -> str | None:
        """Keep a trained segment as a child run; returns its id, or None when it is not tracked."""
        run_id: str | None = None
        with self._reporting():
            if self._is_on:
                run_id = self._log_child(result, choices, model)
        return run_id

    def record_run(self, results: Mapping[str, Any]) -> None:
        """Keep the whole run's settings and results with the parent."""
        with self._reporting():
            if self._is_on:
                import mlflow

                mlflow.log_params({"week": self._job.week, "shard": self._job.shard, **asdict(self._job.settings)})
                mlflow.log_metrics(_count_states(results))
                mlflow.log_dict(dict(results), "results.json")

    def _log_child(self, result: Mapping[str, Any], choices: Mapping[str, Any], model: Path) -> str:
        import mlflow

        with mlflow.start_run(run_name=result["id"], nested=True) as child:
            mlflow.set_tags({**_tags(self._job), "headrace.segment": result["id"]})
            mlflow.log_params(dict(choices))
            mlflow.log_metrics(_flatten_metrics(result))
            mlflow.log_artifacts(str(model), "model")
        return str(child.info.run_id)

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            self.error = f"not tracked: {type(error).__name__}: {error}"
            self._is_on = False


@contextmanager
def open_tracker(job: Job) -> Iterator[Tracker]:
    """Attach to the run that the environment names, or start one where it names a store only.

    Without either variable nothing is tracked. Addresses are never set here.
    """
    tracker = Tracker(job, any(os.environ.get(name) for name in ADDRESS_VARIABLES))
    with tracker._reporting():
        if tracker._is_on:
            import mlflow

            mlflow.start_run(run_name=None if os.environ.get("MLFLOW_RUN_ID") else job.run)
            mlflow.set_tags(_tags(job))
    try:
        yield tracker
    except BaseException:
        _end_run("FAILED")
        raise
    _end_run("FINISHED")


def _end_run(status: str) -> None:
    mlflow = sys.modules.get("mlflow")
    if mlflow is not None and mlflow.active_run() is not None:
        try:
            mlflow.end_run(status)
        except Exception:
            traceback.print_exc(file=sys.stderr)


def _tags(job: Job) -> dict[str, str]:
    names = ("run", "kind", "fleet", "week", "shard", "code_version", "dataset_version")
    return {f"headrace.{name}": getattr(job, name) for name in names}


def _flatten_metrics(result: Mapping[str, Any]) -> dict[str, float]:
    """`mape`, `baseline_mape`, `lasso_mape` and so on, without those that are undefined."""
    groups = {"": result["metrics"], "baseline_": result["baseline_metrics"], "champion_": result["champion_metrics"]}
    groups |= {f"{member}_": metrics for member, metrics in result["members"].items()}
    named = {f"{prefix}{name}": value for prefix, metrics in groups.items() for name, value in (metrics or {}).items()}
    return {name: float(value) for name, value in named.items() if value is not None}


def _count_states(results: Mapping[str, Any]) -> dict[str, float]:
    states = [segment["status"] for segment in results["segments"]]
    return {f"segments_{state}": float(states.count(state)) for state in sorted(set(states))}
