"""What the task hub knows of an instance, and what one episode changes about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from embedded_host.durable.history import Event, execution_started
from embedded_host.durable.outgoing import ScheduleTask
from embedded_host.durable.replay import Replay
from embedded_host.durable.session import Session


class Status(StrEnum):
    """Runtime statuses, as the HTTP API writes them."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUSPENDED = "Suspended"
    COMPLETED = "Completed"
    FAILED = "Failed"
    TERMINATED = "Terminated"

    @property
    def is_terminal(self) -> bool:
        return self in (Status.COMPLETED, Status.FAILED, Status.TERMINATED)


@dataclass(slots=True)
class Instance:
    """One orchestration instance in its current execution."""

    instance_id: str
    execution_id: str
    name: str
    version: str | None
    input_text: str | None
    parent: dict[str, Any] | None
    generation: int | None
    created_at: str
    """The timestamp of the execution's start event."""
    status: Status = Status.PENDING
    output: str | None = None
    """JSON text of a result, or plain text: a failure, a reason."""
    custom_status: str | None = None
    """JSON text."""
    updated_at: str = ""
    episodes: int = 0
    """How many episodes are in the history."""
    continued: bool = False
    """Whether the execution came from a continue-as-new."""

    # --- not stored: derived from the history, or kept to save work -----------------------------------------------
    history: list[str] | None = None
    """The history's rows as JSON text, None when not in memory."""
    session: Session | None = None
    replay: Replay | None = None
    unfed: list[Event] = field(default_factory=list)
    """Events of the last episode's end that the session has to hear."""
    replay_seconds: float = 0.0
    """How long the last episode took."""

    @property
    def start_event(self) -> Event:
        """The event that began this execution."""
        return execution_started(
            self.created_at,
            instance_id=self.instance_id,
            execution_id=self.execution_id,
            name=self.name,
            version=self.version,
            input_text=self.input_text,
            parent=self.parent,
            generation=self.generation,
        )

    @property
    def parent_id(self) -> str | None:
        return self.parent["OrchestrationInstance"]["InstanceId"] if self.parent else None

    def forget_session(self) -> None:
        """Drop the living generator; the next episode replays the history."""
        if self.session:
            self.session.close()
        self.session = self.replay = None
        self.unfed = []


def instance_from_start(event: Event) -> Instance:
    """The instance that a start event begins."""
    identity = event["OrchestrationInstance"]
    return Instance(
        instance_id=identity["InstanceId"],
        execution_id=identity["ExecutionId"],
        name=event["Name"],
        version=event["Version"],
        input_text=event["Input"],
        parent=event["ParentInstance"],
        generation=event["Generation"],
        created_at=event["Timestamp"],
        updated_at=event["Timestamp"],
        status=Status.PENDING,
    )


@dataclass(slots=True)
class Message:
    """An event on its way to an instance."""

    instance_id: str
    event: Event
    execution_id: str | None = None
    """The execution it is meant for; None: whichever is current."""
    message_id: int | None = None
    """Its row in the task hub; None while it was never stored."""
    is_derived: bool = False
    """Whether a restart makes it again from the history, as it does a due timer's; such a one is never stored."""
    taken: bool = False
    """Whether its instance has had it."""


@dataclass(frozen=True, slots=True)
class PendingTask:
    """An activity to run for an execution."""

    instance_id: str
    execution_id: str
    task: ScheduleTask


@dataclass(frozen=True, slots=True)
class PendingTimer:
    """A timer to fire for an execution; times as written in the history."""

    instance_id: str
    execution_id: str
    timer_id: int
    fire_at: str
    created_at: str


@dataclass(slots=True)
class Episode:
    """What one episode did; stored whole or not at all."""

    instance: Instance
    history_row: str
    """The episode's events as JSON text joined by commas, flagged as later episodes see them."""
    at: str
    tasks: list[PendingTask] = field(default_factory=list)
    timers: list[PendingTimer] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    continued_as: Instance | None = None
    """The execution that takes over after a continue-as-new."""
    carried: list[Event] = field(default_factory=list)
    """Events that came behind the one that finished the execution; the next one gets them."""
