"""Rewinds a failed instance: what failed becomes a generic event in its history and runs again under its old id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from embedded_host.durable import history
from embedded_host.durable.history import Event, EventType
from embedded_host.durable.instances import Instance, Message, Status
from embedded_host.durable.task_hub_reader import events_of

if TYPE_CHECKING:
    from embedded_host.durable.dispatcher import Dispatcher


def rewind_instance(dispatcher: Dispatcher, instance: Instance, reason: str | None) -> None:
    """Rewind a failed instance and its failed children; only those without failed children are woken."""
    rows = dispatcher.hub.own_history_rows(instance.instance_id)
    events = events_of(rows)
    failed_tasks = {event["TaskScheduledId"] for event in events if event["EventType"] == EventType.TASK_FAILED}
    children = list(_failed_children(dispatcher, events))
    for episode, row in enumerate(rows):
        rewound = [_rewound(event, failed_tasks) for event in events_of([row])]
        dispatcher.hub.replace_history(instance.instance_id, episode, ",".join(map(history.as_text, rewound)))
    _revive(dispatcher, instance, len(rows))
    for child in children:
        rewind_instance(dispatcher, child, reason)
    if not children:
        event = history.rewound(dispatcher.clock.now(), reason)
        dispatcher.send(Message(instance.instance_id, event, instance.execution_id))


def _rewound(event: Event, failed_tasks: set[int]) -> Event:
    kind = event["EventType"]
    forgotten = kind in (
        EventType.EXECUTION_COMPLETED,
        EventType.TASK_FAILED,
        EventType.SUB_ORCHESTRATION_FAILED,
    ) or (kind == EventType.TASK_SCHEDULED and event["EventId"] in failed_tasks)
    return history.generic_event(event) if forgotten else event


def _failed_children(dispatcher: Dispatcher, events: list[Event]) -> Iterable[Instance]:
    failed = {event["TaskScheduledId"] for event in events if event["EventType"] == EventType.SUB_ORCHESTRATION_FAILED}
    for event in events:
        if event["EventType"] == EventType.SUB_ORCHESTRATION_CREATED and event["EventId"] in failed:
            row = dispatcher.hub.find_own_instance(event["InstanceId"])
            if row and row.instance.status is Status.FAILED:
                yield row.instance


def _revive(dispatcher: Dispatcher, instance: Instance, episodes: int) -> None:
    instance.status, instance.output, instance.episodes = Status.RUNNING, None, episodes
    instance.updated_at = history.stamp(dispatcher.clock.now())
    dispatcher.instances[instance.instance_id] = instance
    dispatcher.hub.update_status(instance)
