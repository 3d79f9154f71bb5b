"""The functions that do the work and answer for it: orchestrators, activities, timers and HTTP routes."""

from __future__ import annotations

from typing import Any

import azure.durable_functions as df
import azure.functions as func

from orchestrators import routes, starters
from orchestrators.activities import datasets, hints, ingest, runs, scoring, staleness, summaries, training
from orchestrators.end_runs import end_runs
from orchestrators.ingest import ingest as ingest_orchestrator
from orchestrators.run_events import read_run_event
from orchestrators.score_fleet import score_fleet, score_groups, score_region
from orchestrators.train_fleet import train_fleet, train_groups, train_region
from orchestrators.watch_runs import watch_runs
from orchestrators.weekly import weekly

bp = df.Blueprint()

ORCHESTRATORS = (
    ingest_orchestrator,
    train_fleet,
    train_groups,
    train_region,
    score_fleet,
    score_groups,
    score_region,
    watch_runs,
    end_runs,
    weekly,
)
ACTIVITIES = (
    ingest.find_drops,
    ingest.condition_drops,
    datasets.freeze_dataset,
    datasets.gate_dataset,
    training.plan_training,
    training.cut_training,
    training.submit_training,
    training.collect_training,
    training.gate_models,
    training.register_models,
    training.promote_models,
    runs.observe_runs,
    runs.cancel_runs,
    runs.find_survivors,
    runs.record_fault,
    scoring.plan_scoring,
    scoring.cut_scoring,
    scoring.submit_scoring,
    scoring.gate_forecasts,
    scoring.publish_forecasts,
    summaries.summarize_training,
    summaries.summarize_scoring,
    summaries.summarize_week,
    summaries.send_callback,
)
EVERY_DAY_AT_FIVE = "0 0 5 * * *"
EVERY_FIVE_MINUTES = "0 */5 * * * *"

for _orchestrator in ORCHESTRATORS:
    bp.orchestration_trigger(context_name="context")(_orchestrator)
for _activity in ACTIVITIES:
    bp.activity_trigger(input_name="order")(_activity)


@bp.function_name("retrain_stale")
@bp.timer_trigger(arg_name="timer", schedule=EVERY_DAY_AT_FIVE)
@bp.durable_client_input(client_name="client")
async def retrain_stale(timer: func.TimerRequest, client: Any) -> None:
    """Start a training of every fleet that serves a model which has become stale."""
    await staleness.retrain_stale_fleets(client)


@bp.function_name("end_orphans")
@bp.timer_trigger(arg_name="timer", schedule=EVERY_FIVE_MINUTES)
@bp.durable_client_input(client_name="client")
async def end_orphans(timer: func.TimerRequest, client: Any) -> None:
    """End the jobs of instances that ended without them: by their durable link, which sees to no job, or by a fault."""
    await starters.end_orphans(client)


@bp.function_name("notice_run")
@bp.event_grid_trigger(arg_name="event")
@bp.durable_client_input(client_name="client")
async def notice_run(event: func.EventGridEvent, client: Any) -> None:
    """Follow the hint that a job of the Azure ML workspace has ended; see docs/azure-ml.md."""
    kind = getattr(event, "event_type", None) or getattr(event, "type", None)  # the latter in CloudEvents
    run_name = read_run_event(kind, event.subject, event.get_json())
    if run_name is not None:
        await hints.follow_hint(client, run_name)


@bp.route(route="start/{pipeline}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def start_pipeline(req: func.HttpRequest, client: Any) -> func.HttpResponse:
    """Start a pipeline; see docs/http.md."""
    return await routes.start_pipeline(req, client)


@bp.route(route="runs", methods=["GET"])
@bp.durable_client_input(client_name="client")
async def list_runs(req: func.HttpRequest, client: Any) -> func.HttpResponse:
    """List the instances that were asked for, the newest first."""
    return await routes.list_runs(req, client)


@bp.route(route="runs/{id}", methods=["GET"])
@bp.durable_client_input(client_name="client")
async def show_run(req: func.HttpRequest, client: Any) -> func.HttpResponse:
    """Tell of one instance: its steps, timings, ML runs and error."""
    return await routes.show_run(req, client)


@bp.route(route="runs/{id}/{action}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def steer_run(req: func.HttpRequest, client: Any) -> func.HttpResponse:
    """Terminate, suspend, resume or rerun an instance."""
    return await routes.steer_run(req, client)


@bp.route(route="fleet/{fleet}", methods=["GET"])
async def show_fleet(req: func.HttpRequest) -> func.HttpResponse:
    """Tell of every cell of a fleet."""
    return await routes.show_fleet(req)


@bp.route(route="sources", methods=["GET"])
async def list_sources(req: func.HttpRequest) -> func.HttpResponse:
    """Tell what became of each source's files and rows."""
    return await routes.list_sources(req)


@bp.route(route="files", methods=["GET"])
async def list_files(req: func.HttpRequest) -> func.HttpResponse:
    """List raw files, the newest first."""
    return await routes.list_files(req)


@bp.route(route="files/{id}", methods=["GET"])
async def show_file(req: func.HttpRequest) -> func.HttpResponse:
    """Tell one raw file's story."""
    return await routes.show_file(req)


@bp.route(route="health", methods=["GET"])
async def show_health(req: func.HttpRequest) -> func.HttpResponse:
    """Tell whether the lake, the ledger and the ML backend answer."""
    return await routes.show_health(req)
