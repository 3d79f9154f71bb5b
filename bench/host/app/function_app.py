"""The benchmark's workload: start, three timed polls, record; every call is one line in the file BACKEND."""

import os
from datetime import timedelta

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
BACKEND = os.open(os.environ["BACKEND"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def call_backend(step, run):
    """One call of the backend outside the engine: an appended line, which survives a kill."""
    os.write(BACKEND, f"{step} {run}\n".encode())
    return f"{step}-{run}"


@app.activity_trigger(input_name="run")
def start(run):
    return call_backend("start", run)


@app.activity_trigger(input_name="run")
def poll(run):
    return call_backend("poll", run)


@app.activity_trigger(input_name="run")
def record(run):
    return call_backend("record", run)


@app.orchestration_trigger(context_name="context")
def one_run(context):
    run = context.get_input()
    yield context.call_activity("start", run)
    for _ in range(3):
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
        yield context.call_activity("poll", run)
    return (yield context.call_activity("record", run))


@app.orchestration_trigger(context_name="context")
def fleet(context):
    runs = [context.call_sub_orchestrator("one_run", number) for number in range(context.get_input())]
    results = yield context.task_all(runs)
    return len(results)


@app.orchestration_trigger(context_name="context")
def single(context):
    return (yield context.call_activity("start", context.get_input()))
