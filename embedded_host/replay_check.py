"""Replays every stored history of a task hub against today's code, and says what a deployment would break.

findings = check_task_hub(Path("app"), Path("state.db"))
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from embedded_host.durable.answer import UnusableAction
from embedded_host.durable.catalog import Catalog
from embedded_host.durable.dotnet_json import load_or_text
from embedded_host.durable.history import EVENT_NAMES, Event, EventType
from embedded_host.durable.instances import Instance, Status
from embedded_host.durable.orchestrator import ask, payload_head, payload_text
from embedded_host.durable.outgoing import CreateSubOrchestration, CreateTimer, Outgoing, ScheduleTask
from embedded_host.durable.replay import Replay
from embedded_host.durable.session import prepare_sdk
from embedded_host.durable.settings import DurableSettings
from embedded_host.durable.task_hub_reader import InstanceFilter, TaskHubReader, events_of
from embedded_host.functions.app_index import load_app
from embedded_host.functions.durable_functions import catalog_of

_PAGE = 500


class Severity(StrEnum):
    """What a finding means for its instance."""

    BREAKS = "breaks"
    """The engine would fail it as non-deterministic, or could not run it at all."""
    SILENT = "silent"
    """The engine would go on, but a step would have another meaning than it had."""


@dataclass(frozen=True)
class Finding:
    """One way in which today's code does not agree with a stored history."""

    instance_id: str
    orchestrator: str
    status: str
    """The instance's status: one that has ended can no longer break, and shows what would have happened."""
    severity: Severity
    step: str
    """Where: the event's kind and id."""
    message: str

    def __str__(self) -> str:
        where = f"{self.instance_id} ({self.orchestrator}, {self.status})"
        return f"{self.severity}: {where} at {self.step}: {self.message}"


def check_task_hub(app_dir: Path, state: Path, settings: DurableSettings | None = None) -> list[Finding]:
    """Replay all histories of a state file, which is only read. Raises AppLoadError, TaskHubError and the like."""
    prepare_sdk()
    catalog = catalog_of(load_app(app_dir))
    hub = TaskHubReader(state)
    try:
        return [
            finding
            for instance in _instances(hub)
            for finding in check_history(
                instance, events_of(hub.history_rows(instance.instance_id)), _inputs(hub, instance), catalog,
                settings or DurableSettings(),
            )
        ]  # fmt: skip
    finally:
        hub.close()


def check_history(
    instance: Instance, events: list[Event], inputs: dict[int, str | None], catalog: Catalog, settings: DurableSettings
) -> list[Finding]:
    """Replay one history against the catalog's code; `inputs` are those of its activities by id."""

    def finding(severity: Severity, step: str, message: str) -> Finding:
        return Finding(instance.instance_id, instance.name, str(instance.status), severity, step, message)

    orchestrator = catalog.orchestrator(instance.name)
    if orchestrator is None:
        return [finding(Severity.BREAKS, "start", catalog.unknown("orchestrator", instance.name))]
    told = [event for event in events if event["EventType"] != EventType.EXECUTION_COMPLETED]
    if not told:
        return []
    found: list[Finding] = []

    def compare(event: Event, action: Outgoing) -> None:
        change = _silent_change(event, action, inputs)
        if change:
            found.append(finding(Severity.SILENT, _step(event), change))

    replay = Replay(instance.instance_id, instance.execution_id, settings.default_version, compare)
    try:
        _run(replay, instance, told, orchestrator.call, settings)
    except UnusableAction as error:
        return [*found, finding(Severity.BREAKS, "action", str(error))]
    if replay.difference is not None:
        return [*found, finding(Severity.BREAKS, _first_unmatched(told, replay), replay.difference)]
    return found + [finding(Severity.SILENT, step, what) for step, what in _ending_changes(instance, replay, catalog)]


def _run(
    replay: Replay, instance: Instance, events: list[Event], call: Callable[[str], str], settings: DurableSettings
) -> None:
    texts = ",".join(json.dumps(event) for event in events)
    head = payload_head(instance.instance_id, instance.input_text, instance.parent_id, settings.http_sleep_ms)
    replay.listen(ask(call, payload_text(texts, head, is_replaying=True)))
    for event in events:
        replay.feed(event)


def _ending_changes(instance: Instance, replay: Replay, catalog: Catalog) -> list[tuple[str, str]]:
    """What today's code would do beyond the stored history, or otherwise than it ended."""
    changes = []
    if not instance.status.is_terminal:
        for action in replay.outgoing.values():
            what = catalog.refusal(action, instance.instance_id, instance.parent_id) or "the history has no such step"
            changes.append((f"{action.noun} {action.task_id}", f"Today's code would at once schedule it: {what}."))
        if replay.outcome is not None:
            changes.append(("end", f"Today's code would end it as {replay.outcome.status} with what it has so far."))
    elif instance.status is Status.COMPLETED and (replay.outcome is None or replay.outcome.status != "Completed"):
        now = replay.outcome.status if replay.outcome else "still running"
        changes.append(("end", f"It completed; today's code would be {now}."))
    elif instance.status is Status.COMPLETED and replay.outcome and _differs(replay.outcome.result, instance.output):
        changes.append(("end", f"Its output was {instance.output}; today's code gives {replay.outcome.result}."))
    return changes


def _silent_change(event: Event, action: Outgoing, inputs: dict[int, str | None]) -> str | None:
    """A change that the engine does not look at: another input, child id, entity or moment."""
    if isinstance(action, ScheduleTask):
        before = inputs.get(action.task_id, action.input_text)
        if _differs(before, action.input_text):
            now = action.input_text
            return f"Activity '{action.name}' was given {before}; today's code gives {now} and takes its result."
    elif isinstance(action, CreateSubOrchestration):
        if event["InstanceId"] != action.instance_id:
            return f"The child was '{event['InstanceId']}'; today's code calls it '{action.instance_id}'."
    elif isinstance(action, CreateTimer):
        return None
    elif event["InstanceId"] != action.instance_id or _operation(event["Input"]) != _operation(action.input_text):
        was, now = _operation(event["Input"]), _operation(action.input_text)
        return f"It asked {event['InstanceId']} for '{was}'; today's code asks {action.instance_id} for '{now}'."
    return None


def _operation(request: str) -> Any:
    return json.loads(request).get("op")


def _differs(one: str | None, other: str | None) -> bool:
    return bool(load_or_text(one) != load_or_text(other))


def _step(event: Event) -> str:
    return f"{EVENT_NAMES[EventType(event['EventType'])]} {event['EventId']}"


def _first_unmatched(events: list[Event], replay: Replay) -> str:
    """The event at which the replay stopped agreeing: the last scheduling event that it looked at."""
    seen = [event for event in events if event["EventId"] in replay.scheduled_ids and event["EventId"] >= 0]
    last = seen[len(replay.scheduled_ids) - 1] if seen else events[-1]
    return _step(last)


def _instances(hub: TaskHubReader) -> list[Instance]:
    found: list[Instance] = []
    after = ""
    while True:
        page = hub.list_instances(InstanceFilter(after=after, top=_PAGE))
        found.extend(row.instance for row in page if not row.is_entity)
        if len(page) < _PAGE:
            return found
        after = page[-1].instance.instance_id


def _inputs(hub: TaskHubReader, instance: Instance) -> dict[int, str | None]:
    inputs: dict[int, str | None] = {}
    for _, _, told, _ in hub.read("history_with_inputs", instance.instance_id):
        if told:
            inputs.update({int(task_id): text for task_id, text in json.loads(told).items()})
    return inputs


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding as plain values."""
    return asdict(finding)
