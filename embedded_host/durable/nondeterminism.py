"""The engine's words for a history that today's code would not have written."""

from __future__ import annotations

from embedded_host.durable.history import Event, EventType
from embedded_host.durable.outgoing import CreateSubOrchestration, CreateTimer, Outgoing, ScheduleTask, SendEvent

_BEGIN = "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled "
_END = " Was a change made to the orchestrator code after this instance had already started running?"
_MISSING = "but the current replay execution hasn't (yet?) scheduled this task."
_INSTEAD = "but the current orchestration replay instead"


def find_difference(event: Event, action: Outgoing | None) -> str | None:
    """Compare an event that says what was scheduled with what the replay scheduled under its id; inputs are free.

    Returns the engine's message where they differ.
    """
    difference = _CHECKS[event["EventType"]](event, action)
    return _BEGIN + difference + _END if difference else None


def _check_task(event: Event, action: Outgoing | None) -> str | None:
    task_id, name = event["EventId"], event["Name"]
    if action is None:
        return f"an activity task with sequence ID {task_id} and name '{name}' (version ''), {_MISSING}"
    was = f"an activity task with sequence number {task_id} named '{name}', {_INSTEAD}"
    if not isinstance(action, ScheduleTask):
        return f"{was} produced a {action.kind} action with this sequence number."
    if not same_name(action.name, name):
        return f"{was} scheduled an activity task named '{action.name}' with this sequence number. "
    return None


def _check_child(event: Event, action: Outgoing | None) -> str | None:
    was = (
        f"a sub-orchestration task with sequence ID {event['EventId']} and name '{event['Name']}' "
        f"(version '{event['Version'] or ''}', instance ID '{event['InstanceId']}'),"
    )
    if action is None:
        return f"{was} {_MISSING}"
    if not isinstance(action, CreateSubOrchestration):
        return f"{was} {_INSTEAD} produced a {action.kind} action at this sequence number."
    if not same_name(action.name, event["Name"]):
        return f"{was} {_INSTEAD} scheduled a sub-orchestration task with name {action.name} at this sequence number."
    return None


def _check_timer(event: Event, action: Outgoing | None) -> str | None:
    was = f"a timer task with sequence number {event['EventId']}"
    if action is None:
        return f"{was} {_MISSING}"
    if not isinstance(action, CreateTimer):
        return f"{was} named {_INSTEAD} produced a {action.kind} action with this sequence number."
    return None


def _check_sent(event: Event, action: Outgoing | None) -> str | None:
    was = (
        f"a send event task with sequence ID {event['EventId']}, type 'EventSent', name '{event['Name']}', "
        f"instance ID '{event['InstanceId']}',"
    )
    if action is None:
        return f"{was} {_MISSING}"
    if not isinstance(action, SendEvent):
        return f"{was} {_INSTEAD} scheduled a {action.noun} task at this sequence number."
    return None


def same_name(one: str, other: str) -> bool:
    """Whether two names mean the same function: case does not count."""
    return one.casefold() == other.casefold()


_CHECKS = {
    EventType.TASK_SCHEDULED: _check_task,
    EventType.SUB_ORCHESTRATION_CREATED: _check_child,
    EventType.TIMER_CREATED: _check_timer,
    EventType.EVENT_SENT: _check_sent,
}
