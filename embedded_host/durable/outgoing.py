"""What an orchestration asks for in an episode: activities, children, timers and events, each with its id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

HTTP_ACTIVITY = "BuiltIn::HttpActivity"
"""The activity behind `call_http`; the host runs it itself."""


@dataclass(frozen=True, slots=True)
class ScheduleTask:
    """Run an activity. `input_text` is JSON text."""

    task_id: int
    name: str
    input_text: str | None

    kind = "ScheduleTaskOrchestratorAction"
    noun = "activity"


@dataclass(frozen=True, slots=True)
class CreateSubOrchestration:
    """Start a child orchestration. `input_text` is JSON text."""

    task_id: int
    name: str
    input_text: str | None
    instance_id: str
    version: str | None

    kind = "CreateSubOrchestrationAction"
    noun = "sub-orchestration"


@dataclass(frozen=True, slots=True)
class CreateTimer:
    """Wake the orchestration at a moment."""

    task_id: int
    fire_at: datetime

    kind = "CreateTimerOrchestratorAction"
    noun = "timer"


@dataclass(frozen=True, slots=True)
class SendEvent:
    """Ask an entity for something. `input_text` is the request message as JSON text."""

    task_id: int
    instance_id: str
    name: str
    input_text: str

    kind = "SendEventOrchestratorAction"
    noun = "send event"


Outgoing = ScheduleTask | CreateSubOrchestration | CreateTimer | SendEvent
