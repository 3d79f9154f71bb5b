"""Statuses and histories as the Durable HTTP API shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from embedded_host.durable.dotnet_json import load_or_text
from embedded_host.durable.history import EVENT_NAMES, Event, EventType, parse_stamp
from embedded_host.durable.instances import Instance

_HIDDEN = frozenset({EventType.ORCHESTRATOR_STARTED, EventType.ORCHESTRATOR_COMPLETED})
_SCHEDULED = frozenset({EventType.TASK_SCHEDULED, EventType.SUB_ORCHESTRATION_CREATED})
_ENDS = frozenset(
    {
        EventType.TASK_COMPLETED,
        EventType.TASK_FAILED,
        EventType.SUB_ORCHESTRATION_COMPLETED,
        EventType.SUB_ORCHESTRATION_FAILED,
    }
)
_DROPPED = {
    EventType.EXECUTION_STARTED: ("OrchestrationInstance", "ParentInstance", "Version", "Tags", "Name"),
    EventType.TIMER_FIRED: ("TimerId",),
    EventType.TASK_SCHEDULED: ("Version",),
    EventType.SUB_ORCHESTRATION_CREATED: ("Version",),
}


@dataclass(frozen=True)
class Shown:
    """What a caller wants to see."""

    input: bool = True
    history: bool = False
    history_output: bool = False


def status_json(instance: Instance, shown: Shown) -> dict[str, Any]:
    """An instance's status; without its history."""
    return {
        "name": instance.name,
        "instanceId": instance.instance_id,
        "runtimeStatus": str(instance.status),
        "input": load_or_text(instance.input_text) if shown.input else None,
        "customStatus": load_or_text(instance.custom_status),
        "output": load_or_text(instance.output),
        "createdTime": whole_seconds(instance.created_at),
        "lastUpdatedTime": whole_seconds(instance.updated_at),
    }


def whole_seconds(stamp: str) -> str:
    """A history timestamp as statuses show it: seconds and `Z`."""
    return parse_stamp(stamp).strftime("%Y-%m-%dT%H:%M:%SZ")


def history_json(events: list[Event], shown: Shown) -> list[dict[str, Any]]:
    """A history as `showHistory=true` shows it: what was scheduled is told with its end, once it has ended."""
    scheduled = {event["EventId"]: event for event in events if event["EventType"] in _SCHEDULED}
    ended = {event["TaskScheduledId"] for event in events if event["EventType"] in _ENDS}
    told = []
    for event in events:
        kind = event["EventType"]
        if kind in _HIDDEN or (kind in _SCHEDULED and event["EventId"] in ended):
            continue
        told.append(_shown_event(event, scheduled, shown))
    return told


def _shown_event(event: Event, scheduled: dict[int, Event], shown: Shown) -> dict[str, Any]:
    kind = event["EventType"]
    hidden = {"EventId", "IsPlayed", *_DROPPED.get(kind, ())}
    told = {key: value for key, value in event.items() if key not in hidden}
    told["EventType"] = EVENT_NAMES[EventType(kind)]
    if kind == EventType.EXECUTION_STARTED:
        told["FunctionName"] = event["Name"]
    if kind in _ENDS:
        _tell_of_schedule(told, scheduled.get(told.pop("TaskScheduledId")))
    if "Result" in told:
        if shown.history_output:
            told["Result"] = load_or_text(told["Result"])
        else:
            del told["Result"]
    if not shown.input:
        told.pop("Input", None)
    return told


def _tell_of_schedule(told: dict[str, Any], start: Event | None) -> None:
    if start:
        told["ScheduledTime"] = start["Timestamp"].replace("Z", "+00:00")
        told["FunctionName"] = start["Name"]
        told["Input"] = start["Input"]
