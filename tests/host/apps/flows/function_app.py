"""Durable flows of every kind, for the host's tests."""

from datetime import datetime, timedelta

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
ONCE = df.RetryOptions(first_retry_interval_in_milliseconds=60_000, max_number_of_attempts=1)
THRICE = df.RetryOptions(first_retry_interval_in_milliseconds=60_000, max_number_of_attempts=3)
SEEN = []
"""What orchestrators noted; a test empties it."""


# --- activities ---------------------------------------------------------------------------------------------------


@app.activity_trigger(input_name="value")
def echo(value):
    return value


@app.activity_trigger(input_name="value", activity="Said_Twice")
def say_twice(value: str) -> str:
    return value * 2


@app.activity_trigger(input_name="value")
async def echo_later(value):
    return value


@app.activity_trigger(input_name="message")
def fail(message):
    raise ValueError(message)


@app.activity_trigger(input_name="value")
def returns_a_set(value):
    return {1, 2}


@app.activity_trigger(input_name="value")
def returns_odd_numbers(value):
    return [1e22, float("nan"), 10**30, 1.50, "2026-01-01T00:00:00Z", "é"]


# --- timers -------------------------------------------------------------------------------------------------------


@app.orchestration_trigger(context_name="context")
def sleeps(context):
    """Sleep as many days as the input says."""
    begun = context.current_utc_datetime
    yield context.create_timer(begun + timedelta(days=context.get_input()))
    return (context.current_utc_datetime - begun).total_seconds()


@app.orchestration_trigger(context_name="context")
def naive_timer(context):
    yield context.create_timer(datetime(2030, 1, 1))


@app.orchestration_trigger(context_name="context")
def past_timer(context):
    yield context.create_timer(context.current_utc_datetime - timedelta(days=1))
    return "fired"


@app.orchestration_trigger(context_name="context")
def uncancelled_timer(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    winner = yield context.task_any([timer, context.call_activity("echo", 1)])
    return winner != timer


@app.orchestration_trigger(context_name="context")
def cancels_long_timer(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(days=10))
    yield context.task_any([timer, context.call_activity("echo", 1)])
    timer.cancel()
    return "cancelled"


@app.orchestration_trigger(context_name="context")
def monitor(context):
    """One tick a week, continuing as new, until none is left."""
    left = context.get_input()
    yield context.call_activity("echo", left)
    if left == 0:
        return "done"
    yield context.create_timer(context.current_utc_datetime + timedelta(days=7))
    context.continue_as_new(left - 1)


# --- combinations -------------------------------------------------------------------------------------------------


@app.orchestration_trigger(context_name="context")
def fans_out(context):
    tasks = [context.call_activity("echo", number) for number in range(context.get_input())]
    return sum((yield context.task_all(tasks)))


@app.orchestration_trigger(context_name="context")
def awaits_nothing(context):
    return (yield context.task_all([]))


@app.orchestration_trigger(context_name="context")
def goes_on_after_failure(context):
    """One of two fails at once; what follows is scheduled when the other, an hour long, has ended."""
    slow = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    try:
        yield context.task_all([slow, context.call_activity("fail", "early")])
    except Exception:
        return (yield context.call_activity("echo", "compensated"))


@app.orchestration_trigger(context_name="context")
def single_attempt(context):
    yield context.call_activity_with_retry("fail", ONCE, "once")


@app.orchestration_trigger(context_name="context")
def retries_child(context):
    try:
        yield context.call_sub_orchestrator_with_retry("fails", THRICE, None, "same-child")
    except Exception as error:
        return str(error).split(" \n ")[0]


@app.orchestration_trigger(context_name="context")
def fails(context):
    yield context.call_activity("fail", "child")


@app.orchestration_trigger(context_name="context")
def calls(context):
    """Call the activity that the input names."""
    return (yield context.call_activity(context.get_input(), "x"))


@app.orchestration_trigger(context_name="context")
def calls_child(context):
    """Call a child by name and id."""
    given = context.get_input()
    return (
        yield context.call_sub_orchestrator(given["name"], given.get("input"), given.get("id"), given.get("version"))
    )


@app.orchestration_trigger(context_name="context")
def calls_http(context):
    given = context.get_input()
    answer = yield context.call_http(given.get("method", "GET"), given["uri"], given.get("content"))
    return answer


@app.orchestration_trigger(context_name="context")
def never_yielded(context):
    context.call_activity("echo", "nobody waits")
    return "done"
    yield


@app.orchestration_trigger(context_name="context")
def yields_old_task(context):
    """Note what is_replaying says around tasks that ended in an earlier episode."""
    first, second = context.call_activity("echo", 1), context.call_activity("echo", 2)
    yield context.task_any([first, second])
    yield context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    yield second
    SEEN.append(("after the old task", context.is_replaying, len(context.histories), context.current_utc_datetime))
    yield context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    SEEN.append(("at the end", context.is_replaying, len(context.histories), context.current_utc_datetime))


# --- events -------------------------------------------------------------------------------------------------------


@app.orchestration_trigger(context_name="context")
def two_waits(context):
    """Two waits of one name at once."""
    return (yield context.task_all([context.wait_for_external_event("word"), context.wait_for_external_event("word")]))


@app.orchestration_trigger(context_name="context")
def waits(context):
    return (yield context.wait_for_external_event("go"))


@app.orchestration_trigger(context_name="context")
def calls_after_event(context):
    word = yield context.wait_for_external_event("go")
    return (yield context.call_activity("echo", word))


@app.orchestration_trigger(context_name="context")
def waits_after_step(context):
    """Wait for an event that may have come before."""
    yield context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    return (yield context.wait_for_external_event("go"))


@app.orchestration_trigger(context_name="context")
def collects(context):
    """Continue as new at each event until the events of one execution are enough."""
    seen = context.get_input() or []
    seen.append((yield context.wait_for_external_event("item")))
    if len(seen) == 3:
        return seen
    context.continue_as_new(seen)


@app.orchestration_trigger(context_name="context")
def continues_at_go(context):
    """Wait for `go`, then continue as new; the second execution waits for `word`."""
    if context.get_input():
        return (yield context.wait_for_external_event("word"))
    yield context.wait_for_external_event("go")
    context.continue_as_new("again")


@app.orchestration_trigger(context_name="context")
def continues_then_fails(context):
    yield context.call_activity("echo", 1)
    context.continue_as_new("never")
    raise RuntimeError("after continuing")


@app.orchestration_trigger(context_name="context")
def continues_for_ever(context):
    context.set_custom_status({"round": context.get_input() or 0})
    yield context.wait_for_external_event("next")
    context.continue_as_new((context.get_input() or 0) + 1)


# --- state --------------------------------------------------------------------------------------------------------


@app.orchestration_trigger(context_name="context")
def statuses(context):
    for status in context.get_input():
        context.set_custom_status(status)
        yield context.wait_for_external_event("next")


@app.orchestration_trigger(context_name="context")
def large_status(context):
    context.set_custom_status("x" * context.get_input())
    yield context.wait_for_external_event("never")


@app.orchestration_trigger(context_name="context")
def returns_input(context):
    return context.get_input()


@app.orchestration_trigger(context_name="context")
def returns_version(context):
    return context.version


@app.orchestration_trigger(context_name="context")
def unserialisable(context):
    yield context.call_activity("echo", 1)
    return {1, 2}


@app.orchestration_trigger(context_name="context")
def raises_nothing_said(context):
    yield context.call_activity("echo", 1)
    raise Exception()


# --- programs -----------------------------------------------------------------------------------------------------


def _task(context, step):
    """The task that a step of a program means."""
    kind, *given = step
    if kind == "echo":
        return context.call_activity("echo", given[0])
    if kind == "fail":
        return context.call_activity("fail", "as told")
    if kind == "retry":
        return context.call_activity_with_retry("fail", THRICE, "again")
    if kind == "timer":
        return context.create_timer(context.current_utc_datetime + timedelta(hours=given[0]))
    if kind == "wait":
        return context.wait_for_external_event(given[0])
    if kind == "child":
        return context.call_sub_orchestrator("program", given[0])
    if kind == "add":
        return context.call_entity(df.EntityId("counter", "shared"), "add", given[0])
    if kind == "all":
        return context.task_all([_task(context, part) for part in given[0]])
    return context.task_any([_task(context, part) for part in given[0]])


def _plain(value):
    """A result without the tasks that stand for theirs."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return _plain(value.result) if hasattr(value, "is_completed") else value


@app.orchestration_trigger(context_name="context")
def program(context):
    """Carry out the steps that the input lists, and tell what came of each."""
    told = []
    for number, step in enumerate(context.get_input()):
        if step[0] == "status":
            context.set_custom_status(step[1])
        elif step[0] == "signal":
            context.signal_entity(df.EntityId("counter", "shared"), "add", step[1])
        elif step[0] == "continue":
            context.continue_as_new(context.get_input()[number + 1 :])
            return None
        else:
            try:
                value = yield _task(context, step)
                told.append(_plain(value))
            except Exception as error:
                told.append(str(error).split(" \n ")[0])
            told.append(str(context.new_uuid()))
    return [*map(str, told), context.is_replaying, len(context.histories)]


# --- entities -----------------------------------------------------------------------------------------------------


@app.entity_trigger(context_name="context")
def counter(context):
    value = context.get_state(lambda: 0)
    if context.operation_name == "add":
        context.set_state(value + context.get_input())
    elif context.operation_name == "add_and_fail":
        context.set_state(value + context.get_input())
        raise ValueError("entity boom")
    elif context.operation_name == "delete":
        context.destruct_on_exit()
        return
    context.set_result(context.get_state(lambda: 0))


@app.orchestration_trigger(context_name="context")
def asks(context):
    """Call an entity's operation."""
    given = context.get_input()
    target = df.EntityId(given["entity"], given.get("key", "k"))
    try:
        return (yield context.call_entity(target, given["operation"], given.get("input")))
    except Exception as error:
        return repr(error)


@app.orchestration_trigger(context_name="context")
def signals(context):
    context.signal_entity(df.EntityId("counter", "signalled"), "add", context.get_input())
    return "sent"


# --- through the client -------------------------------------------------------------------------------------------


@app.route(route="client/{action}/{instance}")
@app.durable_client_input(client_name="client")
async def use_client(req: func.HttpRequest, client) -> func.HttpResponse:
    """Do something through the durable client and tell the outcome or the error."""
    import json

    action, instance = req.route_params["action"], req.route_params["instance"]
    given = req.get_json() if req.get_body() else {}
    try:
        told = await CLIENT_ACTIONS[action](client, instance, given)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
    return func.HttpResponse(json.dumps(told, default=str), mimetype="application/json")


async def _status(client, instance, given):
    status = await client.get_status(instance, show_history=True, show_input=True)
    return {"truthy": bool(status), **(status.to_json() if status else {})}


async def _read_entity(client, instance, given):
    found = await client.read_entity_state(df.EntityId("counter", instance))
    return [found.entity_exists, found.entity_state]


async def _purge(client, instance, given):
    return (await client.purge_instance_history(instance)).instances_deleted


async def _statuses_by(client, instance, given):
    found = await client.get_status_by(
        runtime_status=[df.OrchestrationRuntimeStatus.Completed], instance_id_prefix=instance
    )
    return [status.instance_id for status in found]


CLIENT_ACTIONS = {
    "start": lambda client, instance, given: client.start_new(given["name"], instance, given.get("input")),
    "raise": lambda client, instance, given: client.raise_event(instance, given["name"], given.get("data")),
    "terminate": lambda client, instance, given: client.terminate(instance, "by client"),
    "suspend": lambda client, instance, given: client.suspend(instance, "by client"),
    "resume": lambda client, instance, given: client.resume(instance, "by client"),
    "rewind": lambda client, instance, given: client.rewind(instance, "by client"),
    "restart": lambda client, instance, given: client.restart(instance, given.get("new_id", True)),
    "status": _status,
    "purge": _purge,
    "by": _statuses_by,
    "signal": lambda client, instance, given: client.signal_entity(
        df.EntityId("counter", instance), given["operation"], given.get("input")
    ),
    "read": _read_entity,
}
