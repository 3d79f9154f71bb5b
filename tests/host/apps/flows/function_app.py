"""Durable flows of every kind, for the host's tests."""

from datetime import timedelta

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.activity_trigger(input_name="value")
def echo(value):
    return value


@app.orchestration_trigger(context_name="context")
def sleeps(context):
    """Sleep as many days as the input says."""
    begun = context.current_utc_datetime
    yield context.create_timer(begun + timedelta(days=context.get_input()))
    return (context.current_utc_datetime - begun).total_seconds()


@app.orchestration_trigger(context_name="context")
def monitor(context):
    """One tick a week, continuing as new, until none is left."""
    left = context.get_input()
    yield context.call_activity("echo", left)
    if left == 0:
        return "done"
    yield context.create_timer(context.current_utc_datetime + timedelta(days=7))
    context.continue_as_new(left - 1)


@app.orchestration_trigger(context_name="context")
def fans_out(context):
    tasks = [context.call_activity("echo", number) for number in range(context.get_input())]
    return sum((yield context.task_all(tasks)))
