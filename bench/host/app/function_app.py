"""The benchmark's workload on the embedded host: start, three polls a second apart, record."""

from __future__ import annotations

import sys
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

sys.path.insert(0, str(Path(__file__).parents[1]))
from backend import call_backend

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.activity_trigger(input_name="run")
def start(run: Any) -> str:
    return call_backend("start", run)


@app.activity_trigger(input_name="run")
def poll(run: Any) -> str:
    return call_backend("poll", run)


@app.activity_trigger(input_name="run")
def record(run: Any) -> str:
    return call_backend("record", run)


@app.orchestration_trigger(context_name="context")
def one_run(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    run = context.get_input()
    yield context.call_activity("start", run)
    for _ in range(3):
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
        yield context.call_activity("poll", run)
    return (yield context.call_activity("record", run))


@app.orchestration_trigger(context_name="context")
def fleet(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    runs = [context.call_sub_orchestrator("one_run", number) for number in range(context.get_input())]
    results = yield context.task_all(runs)
    return len(results)


@app.orchestration_trigger(context_name="context")
def single(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    return (yield context.call_activity("start", context.get_input()))
