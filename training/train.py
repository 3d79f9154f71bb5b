"""A training run: features, LASSOs, the shard's networks together, ensembles measured on held-out weeks, saved."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.attempts import Attempts
from training.baseline import historical_average
from training.ensemble import Trainee, frame_of
from training.features import build_features
from training.job import Cell, Job
from training.lasso import LassoFit
from training.metrics import Metrics, measure
from training.model import Ensemble
from training.network import train_networks
from training.outputs import Progress
from training.panel import build_panel
from training.saving import load_forecasts, save_model
from training.tables import SegmentError, Tables, read_tables
from training.tracking import Tracker

ON_SALE_WEEKS = 8
"""A product is on sale in a store that has shipped it, or counted zero, in this many weeks."""


def train(job: Job, inputs: Path, out: Path, tracker: Tracker) -> dict[str, Any]:
    """Train every segment of a job and write the models; returns what results.json is to say."""
    progress, attempts = Progress(out), Attempts()
    progress.tell("reading tables", 0, 1)
    tables = read_tables(inputs / "tables", _regions(job), job.as_of)
    trainees = _prepare_all(job, tables, attempts, progress)
    lassos = _fit_lassos(trainees, attempts, progress)
    networks = _train_networks({name: trainees[name] for name in lassos}, job, attempts, progress)
    results = []
    for place, cell in enumerate(job.segments):
        progress.tell("measuring and saving models", place, len(job.segments))
        finish = _Finish(job, cell, inputs, out, tracker)
        members = (trainees.get(cell.id), lassos.get(cell.id), networks.get(cell.id))
        result = attempts.make(cell.id, finish.run, *members)
        results.append(result or {"id": cell.id, "status": "failed", "error": attempts.failures[cell.id]})
    for result in results:
        result["seconds"] = round(attempts.seconds[result["id"]], 2)
    progress.tell("measuring baselines", 0, len(job.baselines))
    return {"segments": results, "baselines": [_measure_baseline(job, tables, cell) for cell in job.baselines]}


def _regions(job: Job) -> list[str]:
    return sorted({cell.region for cell in (*job.segments, *job.baselines)})


def _prepare_all(job: Job, tables: Tables, attempts: Attempts, progress: Progress) -> dict[str, Trainee]:
    trainees = {}
    for place, cell in enumerate(job.segments):
        progress.tell("making features", place, len(job.segments))
        trainee = attempts.make(cell.id, _prepare, job, tables, cell)
        if trainee is not None:
            trainees[cell.id] = trainee
    return trainees


def _prepare(job: Job, tables: Tables, cell: Cell) -> Trainee:
    monday = np.datetime64(job.monday, "D")
    return Trainee(cell.id, build_features(tables, cell, monday, ON_SALE_WEEKS), monday, job.settings)


def _fit_lassos(trainees: Mapping[str, Trainee], attempts: Attempts, progress: Progress) -> dict[str, LassoFit]:
    fits = {}
    for place, (name, trainee) in enumerate(trainees.items()):
        progress.tell("fitting LASSOs", place, len(trainees))
        fit = attempts.make(name, trainee.fit_lasso)
        if fit is not None:
            fits[name] = fit
    return fits


def _train_networks(
    trainees: Mapping[str, Trainee], job: Job, attempts: Attempts, progress: Progress
) -> dict[str, dict[str, Any]]:
    """All networks at once; the time is shared out evenly."""
    if not trainees:
        return {}
    progress.tell("training networks", 0, len(trainees))
    started = time.monotonic()
    trained = train_networks([trainee.task() for trainee in trainees.values()], job.settings.epochs)
    for name in trainees:
        attempts.spend(name, (time.monotonic() - started) / len(trainees))
    return dict(zip(trainees, trained, strict=True))


@dataclass(frozen=True)
class _Finish:
    """The last steps of one segment, once its members are trained."""

    job: Job
    cell: Cell
    inputs: Path
    out: Path
    tracker: Tracker

    def run(self, trainee: Trainee, lasso: LassoFit, networks: dict[str, Any]) -> dict[str, Any]:
        """Mix, measure on the held-out rows, save, track."""
        ensemble = trainee.mix(lasso, networks)
        held_out = trainee.split.held_out
        forecasts = ensemble.forecast(frame_of(trainee.names, held_out))
        metrics = {name: measure(held_out.actual, values).to_json() for name, values in forecasts.items()}
        model = self.out / "models" / self.cell.id
        save_model(ensemble, model, segment_id=self.cell.id, as_of=self.job.as_of)
        result = {
            "id": self.cell.id, "status": "trained", "model": f"models/{self.cell.id}", "mlflow_run_id": None,
            "trained_rows": len(trainee.split.learning), "metrics": metrics.pop("ensemble"),
            "baseline_metrics": measure(held_out.actual, held_out.baseline).to_json(),
            **self._measure_champion(trainee), "members": metrics,
        }  # fmt: skip
        result["mlflow_run_id"] = self.tracker.record_segment(result, _choices(lasso, ensemble, trainee), model)
        return result

    def _measure_champion(self, trainee: Trainee) -> dict[str, Any]:
        """The champion on the very rows on which the candidate is measured; null when there is none to measure."""
        if self.cell.id not in self.job.models:
            return {"champion_metrics": None}
        held_out = trainee.split.held_out
        try:
            forecasts = load_forecasts(self.inputs / "models" / self.cell.id, frame_of(trainee.names, held_out))
        except SegmentError as error:
            return {"champion_metrics": None, "champion_error": str(error)}
        return {"champion_metrics": measure(held_out.actual, forecasts).to_json()}


def _choices(lasso: LassoFit, ensemble: Ensemble, trainee: Trainee) -> dict[str, Any]:
    """What was chosen on the validation weeks, for the tracking store."""
    return {
        "lasso_penalty": lasso.penalty, "network_share": ensemble.network_share,
        "features": len(ensemble.features), "trained_rows": len(trainee.split.learning),
    }  # fmt: skip


def _measure_baseline(job: Job, tables: Tables, cell: Cell) -> dict[str, Any]:
    """A whole format's historical average on the held-out weeks."""
    attempts = Attempts()
    metrics = attempts.make(cell.id, _baseline_metrics, job, tables, cell)
    if metrics is None:
        return {"id": cell.id, "status": "failed", "error": attempts.failures[cell.id]}
    return {"id": cell.id, "status": "trained", "metrics": metrics.to_json()}


def _baseline_metrics(job: Job, tables: Tables, cell: Cell) -> Metrics:
    tables.check(cell.region, cell.store_format, None)
    panel = build_panel(tables.shipments, cell.region, cell.store_format, None, job.monday)
    held_out = slice(-1 - job.settings.holdout_weeks, -1)
    actual, forecast = panel.units[held_out], historical_average(panel)[held_out]
    known = ~np.isnan(actual)
    if not known.any():
        raise SegmentError(f"no shipments in the last {job.settings.holdout_weeks} weeks, which are held out")
    return measure(actual[known], forecast[known])
