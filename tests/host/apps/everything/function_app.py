"""One app that uses every durable feature; each activity's call is a line in the file that CALLS names."""

import os
from datetime import timedelta

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
TWICE = df.RetryOptions(first_retry_interval_in_milliseconds=1000, max_number_of_attempts=2)
NOBODY = "http://127.0.0.1:1/"


def note(line):
    with open(os.environ["CALLS"], "a", encoding="utf-8") as file:
        file.write(line + "\n")


@app.activity_trigger(input_name="value")
def echo(value):
    note(f"echo {value}")
    return value


@app.activity_trigger(input_name="value")
def fail(value):
    note(f"fail {value}")
    raise ValueError(value)


@app.activity_trigger(input_name="path")
def need_file(path):
    """Fail until somebody makes the file."""
    if not os.path.exists(path):
        raise FileNotFoundError("not yet")
    return "found"


@app.orchestration_trigger(context_name="context")
def everything(context):
    state = context.get_input() or {"round": 1, "seen": []}
    seen = state["seen"]
    context.set_custom_status("begun")
    seen.append((yield context.call_activity("echo", f"round {state['round']}")))
    if state["round"] == 2:
        return seen
    both = yield context.task_all(
        [context.call_activity("echo", "one"), context.call_sub_orchestrator("child", 2, "everything-child")]
    )
    seen.append(both)
    try:
        yield context.call_activity_with_retry("fail", TWICE, "always")
    except Exception as error:
        seen.append(str(error)[:20])
    try:
        yield context.call_http("GET", NOBODY)
    except Exception as error:
        seen.append(str(error)[:20])
    context.set_custom_status("waiting")
    timer = context.create_timer(context.current_utc_datetime + timedelta(days=30))
    early = context.wait_for_external_event("early")
    going = context.task_all([early, context.call_activity("echo", "beside")])
    winner = yield context.task_any([timer, going])
    timer.cancel()
    seen.append(winner.result)
    counter = df.EntityId("counter", "everything")
    context.signal_entity(counter, "add", 5)
    seen.append((yield context.call_entity(counter, "add", 2)))
    try:
        yield context.call_entity(counter, "refuse")
    except Exception as error:
        seen.append(str(error))
    seen.append((yield context.call_sub_orchestrator("counts_down", 2)))
    context.set_custom_status("sleeping")
    yield context.create_timer(context.current_utc_datetime + timedelta(days=7))
    context.set_custom_status({"slept": True})
    context.continue_as_new({"round": 2, "seen": seen})


@app.orchestration_trigger(context_name="context")
def child(context):
    total = 0
    for number in range(context.get_input()):
        total += yield context.call_activity("echo", number)
    return total


@app.orchestration_trigger(context_name="context")
def counts_down(context):
    left = context.get_input()
    yield context.call_activity("echo", left)
    if left:
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
        context.continue_as_new(left - 1)
        return None
    return "down"


@app.orchestration_trigger(context_name="context")
def waits_for_ever(context):
    yield context.call_sub_orchestrator("child", 1, context.instance_id + "-child")
    yield context.wait_for_external_event("never")


@app.orchestration_trigger(context_name="context")
def needs_file(context):
    return (yield context.call_activity("need_file", context.get_input()))


@app.entity_trigger(context_name="context")
def counter(context):
    value = context.get_state(lambda: 0)
    if context.operation_name == "add":
        value += context.get_input()
        context.set_state(value)
    elif context.operation_name == "refuse":
        raise ValueError("refused")
    context.set_result(value)
