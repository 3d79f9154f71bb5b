"""History events as the Durable extension writes them, and the JSON text that the SDK is given."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from embedded_host.durable.dotnet_json import dump

Event = dict[str, Any]
"""One history event: the extension's keys in the extension's order, `EventId`, `IsPlayed`, `Timestamp` last."""


class EventType(IntEnum):
    """The extension's event numbers."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_ORCHESTRATION_CREATED = 7
    SUB_ORCHESTRATION_COMPLETED = 8
    SUB_ORCHESTRATION_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_SENT = 14
    EVENT_RAISED = 15
    GENERIC_EVENT = 17
    EXECUTION_SUSPENDED = 19
    EXECUTION_RESUMED = 20


EVENT_NAMES = {
    EventType.EXECUTION_STARTED: "ExecutionStarted",
    EventType.EXECUTION_COMPLETED: "ExecutionCompleted",
    EventType.EXECUTION_TERMINATED: "ExecutionTerminated",
    EventType.TASK_SCHEDULED: "TaskScheduled",
    EventType.TASK_COMPLETED: "TaskCompleted",
    EventType.TASK_FAILED: "TaskFailed",
    EventType.SUB_ORCHESTRATION_CREATED: "SubOrchestrationInstanceCreated",
    EventType.SUB_ORCHESTRATION_COMPLETED: "SubOrchestrationInstanceCompleted",
    EventType.SUB_ORCHESTRATION_FAILED: "SubOrchestrationInstanceFailed",
    EventType.TIMER_CREATED: "TimerCreated",
    EventType.TIMER_FIRED: "TimerFired",
    EventType.ORCHESTRATOR_STARTED: "OrchestratorStarted",
    EventType.ORCHESTRATOR_COMPLETED: "OrchestratorCompleted",
    EventType.EVENT_SENT: "EventSent",
    EventType.EVENT_RAISED: "EventRaised",
    EventType.GENERIC_EVENT: "GenericEvent",
    EventType.EXECUTION_SUSPENDED: "ExecutionSuspended",
    EventType.EXECUTION_RESUMED: "ExecutionResumed",
}

PLAYED_ONCE_PROCESSED = frozenset(
    {
        EventType.EXECUTION_STARTED,
        EventType.EXECUTION_TERMINATED,
        EventType.TASK_COMPLETED,
        EventType.TASK_FAILED,
        EventType.SUB_ORCHESTRATION_COMPLETED,
        EventType.SUB_ORCHESTRATION_FAILED,
        EventType.TIMER_FIRED,
        EventType.EVENT_RAISED,
        EventType.GENERIC_EVENT,
        EventType.EXECUTION_SUSPENDED,
        EventType.EXECUTION_RESUMED,
    }
)
"""Events whose IsPlayed turns true once an episode has processed them; on all others it stays false."""

_UNPLAYED, _PLAYED = '"IsPlayed":false,"Timestamp":', '"IsPlayed":true,"Timestamp":'


def stamp(moment: datetime) -> str:
    """A UTC moment as the extension writes it: trailing zeros of the fraction cut, `Z` last."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def parse_stamp(text: str) -> datetime:
    """The moment that `stamp` wrote; up to seven fraction digits, a missing zone means UTC."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_text(event: Event) -> str:
    """An event as JSON text."""
    return dump(event)


def as_played_text(event: Event) -> str:
    """An event as the next episodes show it: played if it is of those that are played once processed."""
    text = dump(event)
    if event["EventType"] not in PLAYED_ONCE_PROCESSED:
        return text
    head, flag, tail = text.rpartition(_UNPLAYED)
    return head + _PLAYED + tail if flag else text


def _event(kind: EventType, at: datetime, event_id: int = -1, **keys: Any) -> Event:
    return {"EventType": int(kind), **keys, "EventId": event_id, "IsPlayed": False, "Timestamp": stamp(at)}


def orchestrator_started(at: datetime) -> Event:
    return _event(EventType.ORCHESTRATOR_STARTED, at)


def orchestrator_completed(at: datetime) -> Event:
    return _event(EventType.ORCHESTRATOR_COMPLETED, at)


def execution_started(
    stamped: str,
    *,
    instance_id: str,
    execution_id: str,
    name: str,
    version: str | None,
    input_text: str | None,
    parent: dict[str, Any] | None,
    generation: int | None = None,
) -> Event:
    """The start of an execution, `stamped` with its time; `input_text` is JSON text as the starter wrote it."""
    return {
        "OrchestrationInstance": {"InstanceId": instance_id, "ExecutionId": execution_id},
        "EventType": int(EventType.EXECUTION_STARTED),
        "ParentInstance": parent,
        "Name": name,
        "Version": version,
        "Input": input_text,
        "Tags": None,
        "Correlation": None,
        "ParentTraceContext": None,
        "ScheduledStartTime": None,
        "Generation": generation,
        "GenerateNewTrace": False,
        "EventId": -1,
        "IsPlayed": False,
        "Timestamp": stamped,
    }


def parent_instance(
    name: str, instance_id: str, execution_id: str, task_id: int, version: str | None
) -> dict[str, Any]:
    """What a child's start tells of its parent."""
    return {
        "Name": name,
        "OrchestrationInstance": {"InstanceId": instance_id, "ExecutionId": execution_id},
        "TaskScheduleId": task_id,
        "Version": version,
    }


def execution_completed(at: datetime, event_id: int, status: str, result: str | None) -> Event:
    return _event(
        EventType.EXECUTION_COMPLETED, at, event_id, OrchestrationStatus=status, Result=result, FailureDetails=None
    )


def execution_terminated(at: datetime, reason: str | None) -> Event:
    return _event(EventType.EXECUTION_TERMINATED, at, Input=reason)


def execution_suspended(at: datetime, reason: str | None) -> Event:
    return _event(EventType.EXECUTION_SUSPENDED, at, Reason=reason)


def execution_resumed(at: datetime, reason: str | None) -> Event:
    return _event(EventType.EXECUTION_RESUMED, at, Reason=reason)


def task_scheduled(at: datetime, task_id: int, name: str, input_text: str | None) -> Event:
    return _event(
        EventType.TASK_SCHEDULED,
        at,
        task_id,
        Name=name,
        Version="",
        Input=input_text,
        ParentTraceContext=None,
        Tags=None,
    )


def task_completed(at: datetime, task_id: int, result: str | None) -> Event:
    return _event(EventType.TASK_COMPLETED, at, TaskScheduledId=task_id, Result=result)


def task_failed(at: datetime, task_id: int, reason: str, details: str | None) -> Event:
    return _event(
        EventType.TASK_FAILED, at, TaskScheduledId=task_id, Reason=reason, Details=details, FailureDetails=None
    )


def sub_orchestration_created(
    at: datetime, task_id: int, name: str, version: str | None, instance_id: str, input_text: str | None
) -> Event:
    return _event(
        EventType.SUB_ORCHESTRATION_CREATED,
        at,
        task_id,
        Name=name,
        Version=version,
        InstanceId=instance_id,
        Input=input_text,
        ClientSpanId=None,
        Tags=None,
    )


def sub_orchestration_completed(at: datetime, task_id: int, result: str | None) -> Event:
    return _event(EventType.SUB_ORCHESTRATION_COMPLETED, at, TaskScheduledId=task_id, Result=result)


def sub_orchestration_failed(at: datetime, task_id: int, reason: str | None, details: str | None) -> Event:
    return _event(
        EventType.SUB_ORCHESTRATION_FAILED,
        at,
        TaskScheduledId=task_id,
        Reason=reason,
        Details=details,
        FailureDetails=None,
    )


def timer_created(at: datetime, timer_id: int, fire_at: datetime) -> Event:
    return _event(EventType.TIMER_CREATED, at, timer_id, FireAt=stamp(fire_at))


def timer_fired(created_at: datetime, timer_id: int, fire_at: datetime) -> Event:
    """The end of a timer; its timestamp is the moment when the timer was created, as the extension has it."""
    return _event(EventType.TIMER_FIRED, created_at, TimerId=timer_id, FireAt=stamp(fire_at))


def event_sent(at: datetime, event_id: int, instance_id: str, name: str, input_text: str) -> Event:
    return _event(EventType.EVENT_SENT, at, event_id, InstanceId=instance_id, Name=name, Input=input_text)


def event_raised(at: datetime, name: str, input_text: str | None) -> Event:
    return _event(EventType.EVENT_RAISED, at, Name=name, Input=input_text, ParentTraceContext=None)


def generic_event(event: Event, data: str | None = None) -> Event:
    """What a rewind leaves of an event: its id, its flag and its time."""
    return {
        "Data": data,
        "EventType": int(EventType.GENERIC_EVENT),
        "EventId": event["EventId"],
        "IsPlayed": event["IsPlayed"],
        "Timestamp": event["Timestamp"],
    }


def rewound(at: datetime, reason: str | None) -> Event:
    """The event that wakes a rewound instance."""
    return generic_event({"EventId": -1, "IsPlayed": False, "Timestamp": stamp(at)}, reason)
