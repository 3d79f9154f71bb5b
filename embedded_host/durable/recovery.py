"""What an instance had under way when its host stopped: read from its history."""

from __future__ import annotations

import json

from embedded_host.durable.history import Event, EventType
from embedded_host.durable.instances import Instance, PendingTask, PendingTimer
from embedded_host.durable.outgoing import ScheduleTask
from embedded_host.durable.task_hub import TaskHub
from embedded_host.durable.task_hub_reader import events_of

_TASK_ENDS = frozenset({EventType.TASK_COMPLETED, EventType.TASK_FAILED})


def open_work(hub: TaskHub, instance: Instance, answered: list[Event]) -> tuple[list[PendingTask], list[PendingTimer]]:
    """Activities without an end and timers that have not fired, in the order in which they were scheduled.

    `answered` are stored messages that wait for the instance: an activity whose end is among them has run.
    """
    tasks: dict[int, PendingTask] = {}
    timers: dict[int, PendingTimer] = {}
    inputs: dict[str, str | None] = {}
    for _, events, told, _ in hub.read_own("history_with_inputs", instance.instance_id):
        inputs.update(json.loads(told) if told else {})
        for event in events_of([events]):
            _note(instance, event, inputs, tasks, timers)
    for event in answered:
        _note(instance, event, inputs, tasks, timers)
    return list(tasks.values()), list(timers.values())


def _note(
    instance: Instance,
    event: Event,
    inputs: dict[str, str | None],
    tasks: dict[int, PendingTask],
    timers: dict[int, PendingTimer],
) -> None:
    kind, event_id = event["EventType"], event["EventId"]
    if kind == EventType.TASK_SCHEDULED:
        task = ScheduleTask(event_id, event["Name"], inputs.get(str(event_id)))
        tasks[event_id] = PendingTask(instance.instance_id, instance.execution_id, task)
    elif kind in _TASK_ENDS:
        tasks.pop(event["TaskScheduledId"], None)
    elif kind == EventType.TIMER_CREATED:
        timers[event_id] = PendingTimer(
            instance.instance_id, instance.execution_id, event_id, event["FireAt"], event["Timestamp"]
        )
    elif kind == EventType.TIMER_FIRED:
        timers.pop(event["TimerId"], None)
