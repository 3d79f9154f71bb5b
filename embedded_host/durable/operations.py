"""What a client may do to instances: start, raise, terminate, suspend, resume, rewind, restart, purge, signal.

Each function runs on the dispatcher's thread (`Dispatcher.submit`) and answers with a value that says what happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from embedded_host.durable import history
from embedded_host.durable.dispatcher import Dispatcher
from embedded_host.durable.dotnet_json import dump
from embedded_host.durable.entity import entity_id
from embedded_host.durable.entity_messages import signal_request
from embedded_host.durable.history import Event
from embedded_host.durable.instances import Instance, Message, Status
from embedded_host.durable.rewind import rewind_instance
from embedded_host.durable.task_hub_reader import InstanceFilter, InstanceRow


class Result(StrEnum):
    """What became of a request."""

    DONE = "done"
    NOT_FOUND = "not found"
    GONE = "gone"
    """The instance has ended."""
    REFUSED = "refused"
    """The instance's status does not allow it."""


@dataclass(frozen=True)
class Answer:
    """A request's result; `status` is the instance's where it was found, `instance_id` the one concerned."""

    result: Result
    instance_id: str
    status: Status | None = None
    count: int = 0


class Operations:
    """The client operations over one dispatcher."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._hub, self._clock, self._ids = dispatcher.hub, dispatcher.clock, dispatcher.ids

    def find(self, instance_id: str) -> InstanceRow | None:
        """An instance, changes of this cycle included."""
        live = self._dispatcher.instances.get(instance_id)
        return InstanceRow(live, is_entity=False) if live else self._hub.find_own_instance(instance_id)

    # --- starting ------------------------------------------------------------------------------------------------

    def start(self, name: str, instance_id: str | None, input_text: str | None, version: str | None) -> Answer:
        """Create an instance; REFUSED while one of that id has not ended."""
        chosen = instance_id or self._ids.plain()
        return self._create(chosen, name, input_text, version, self._ids.dashed())

    def restart(self, instance_id: str, with_new_id: bool) -> Answer:
        """Start again with the same name and input, today's version and no parent."""
        row = self.find(instance_id)
        if row is None or row.is_entity:
            return Answer(Result.NOT_FOUND, instance_id)
        source = row.instance
        chosen = self._ids.plain() if with_new_id else instance_id
        input_text = source.input_text if source.input_text is not None else "null"
        version = self._dispatcher.settings.default_version
        return self._create(chosen, source.name, input_text, version, self._ids.plain())

    def _create(
        self, instance_id: str, name: str, input_text: str | None, version: str | None, execution_id: str
    ) -> Answer:
        row = self.find(instance_id)
        if row and not row.instance.status.is_terminal and not self._dispatcher.settings.any_state_overridable:
            return Answer(Result.REFUSED, instance_id, row.instance.status)
        instance = Instance(
            instance_id=instance_id,
            execution_id=execution_id,
            name=name,
            version=version or self._dispatcher.settings.default_version,
            input_text=input_text,
            parent=None,
            generation=(row.instance.generation or 0) + 1 if row else 0,
            created_at=history.stamp(self._clock.now()),
        )
        instance.updated_at = instance.created_at
        self._dispatcher.begin(instance)
        self._dispatcher.work.wake(instance_id)
        return Answer(Result.DONE, instance_id, Status.PENDING)

    # --- messages ------------------------------------------------------------------------------------------------

    def raise_event(self, instance_id: str, name: str, data_text: str) -> Answer:
        """Send an external event; `data_text` is JSON text."""
        return self._send(instance_id, history.event_raised(self._clock.now(), name, data_text))

    def terminate(self, instance_id: str, reason: str | None) -> Answer:
        return self._send(instance_id, history.execution_terminated(self._clock.now(), reason))

    def suspend(self, instance_id: str, reason: str | None) -> Answer:
        """REFUSED when it is suspended already."""
        return self._send(
            instance_id, history.execution_suspended(self._clock.now(), reason), refused_when_suspended=True
        )

    def resume(self, instance_id: str, reason: str | None) -> Answer:
        """REFUSED when it is not suspended."""
        return self._send(
            instance_id, history.execution_resumed(self._clock.now(), reason), refused_when_suspended=False
        )

    def _send(self, instance_id: str, event: Event, refused_when_suspended: bool | None = None) -> Answer:
        row = self.find(instance_id)
        if row is None:
            return Answer(Result.NOT_FOUND, instance_id)
        status = row.instance.status
        if status.is_terminal:
            return Answer(Result.GONE, instance_id, status)
        if refused_when_suspended is not None and (status is Status.SUSPENDED) == refused_when_suspended:
            return Answer(Result.REFUSED, instance_id, status)
        self._dispatcher.send(Message(instance_id, event))
        return Answer(Result.DONE, instance_id, status)

    def signal_entity(self, name: str, key: str, operation: str, input_text: str | None) -> Answer:
        """Have an entity run an operation; nobody hears its result."""
        target = entity_id(name, key)
        request = dump(signal_request(operation, input_text, self._ids.dashed()))
        self._dispatcher.send(Message(target, history.event_raised(self._clock.now(), "op", request)))
        return Answer(Result.DONE, target)

    # --- repair and removal --------------------------------------------------------------------------------------

    def rewind(self, instance_id: str, reason: str | None) -> Answer:
        """Run again what failed; REFUSED unless the instance has failed."""
        row = self.find(instance_id)
        if row is None:
            return Answer(Result.NOT_FOUND, instance_id)
        if row.instance.status is not Status.FAILED:
            return Answer(Result.REFUSED, instance_id, row.instance.status)
        rewind_instance(self._dispatcher, row.instance, reason)
        return Answer(Result.DONE, instance_id, Status.RUNNING)

    def purge(self, instance_id: str) -> Answer:
        """Remove an instance that has ended, or an entity whatever it does; children stay."""
        row = self.find(instance_id)
        if row is None:
            return Answer(Result.DONE if instance_id.startswith("@") else Result.NOT_FOUND, instance_id)
        if not row.is_entity and not instance_id.startswith("@") and not row.instance.status.is_terminal:
            return Answer(Result.REFUSED, instance_id, row.instance.status)
        self._remove(instance_id)
        return Answer(Result.DONE, instance_id, count=1)

    def purge_many(self, wanted: InstanceFilter) -> Answer:
        """Remove the instances that have ended and match; running ones stay, unlike in the real engine."""
        found = self._hub.read_own("purgeable_instances", wanted.parameters())
        for (instance_id,) in found:
            self._remove(instance_id)
        return Answer(Result.DONE if found else Result.NOT_FOUND, "", count=len(found))

    def _remove(self, instance_id: str) -> None:
        self._dispatcher.forget(instance_id)
        self._dispatcher.work.drop(instance_id)
        self._hub.delete_instance(instance_id)
