"""The engine's side of a replay: gives each action of the SDK its id, follows the history, and says what is new.

The extension runs a coroutine of its own over the SDK's actions: invoke one, await it, swallow its failure, go on.
Python counts along without being told, so ids must be given exactly as here (reference A3).
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from embedded_host.durable import nondeterminism
from embedded_host.durable.answer import Action, Answer, Outcome, UnusableAction
from embedded_host.durable.awaited import Awaited, EventWaits, when_all, when_any
from embedded_host.durable.dotnet_json import dump
from embedded_host.durable.entity_messages import entity_request
from embedded_host.durable.history import Event, EventType, parse_stamp, stamp
from embedded_host.durable.outgoing import (
    HTTP_ACTIVITY,
    CreateSubOrchestration,
    CreateTimer,
    Outgoing,
    ScheduleTask,
    SendEvent,
)

MAX_RETRY_INTERVAL = timedelta(days=6)
_COMPLETIONS = {
    EventType.TASK_COMPLETED: ("TaskScheduledId", False),
    EventType.TASK_FAILED: ("TaskScheduledId", True),
    EventType.SUB_ORCHESTRATION_COMPLETED: ("TaskScheduledId", False),
    EventType.SUB_ORCHESTRATION_FAILED: ("TaskScheduledId", True),
    EventType.TIMER_FIRED: ("TimerId", False),
}
_SCHEDULING = frozenset(
    {
        EventType.TASK_SCHEDULED,
        EventType.SUB_ORCHESTRATION_CREATED,
        EventType.TIMER_CREATED,
        EventType.EVENT_SENT,
    }
)
_HEARD_WHILE_SUSPENDED = frozenset({EventType.EXECUTION_RESUMED, EventType.EXECUTION_TERMINATED})


class Replay:
    """One execution as the engine sees it, from its first event on.

    Feed the SDK's newest answer with `listen`, then each event with `feed`; `outgoing` is what no event tells of yet,
    `outcome` how the execution ended, if it did.
    """

    def __init__(
        self,
        instance_id: str,
        execution_id: str,
        default_version: str | None = None,
        on_match: Callable[[Event, Outgoing], None] = lambda event, action: None,
    ) -> None:
        """`on_match` is told of each event that agrees with what the code scheduled under its id."""
        self.instance_id, self.execution_id, self._on_match = instance_id, execution_id, on_match
        self.default_version = default_version
        self.outgoing: dict[int, Outgoing] = {}
        self.outcome: Outcome | None = None
        self.next_id = 0
        self.suspended = False
        self.scheduled_ids: set[int] = set()
        """Ids that the history knows of already."""
        self.difference: str | None = None
        """The first point where the actions do not agree with the history; nothing after it is followed."""
        self._actions: list[Action] = []
        self._answer = Answer([], is_done=False)
        self._position = 0
        self._awaited: Awaited | None = None
        self._continue_input: str | None = None
        self._open: dict[int, Awaited] = {}
        self._cancellable: dict[int, Action] = {}
        self._cancelled: dict[int, Awaited] = {}
        self._events = EventWaits()
        self._unheard: deque[Event] = deque()
        self._held: dict[int, Outgoing] = {}
        self._now = datetime.min.replace(tzinfo=UTC)
        self._last_request: dict[str, str] = {}
        self._begun = False

    @property
    def action_count(self) -> int:
        """How many actions the SDK has told of, compound ones counted once."""
        return len(self._actions)

    @property
    def case_differences(self) -> list[tuple[str, str]]:
        """Events taken by a wait whose name differs in case: (event, wait). May be cleared."""
        return self._events.case_differences

    @property
    def is_ahead(self) -> bool:
        """Whether all that the engine awaited has ended although the code waits on (an event's case can do that).

        New actions then belong where the waiting ended: only a replay from the start puts them there.
        """
        return self._begun and self._position >= len(self._actions)

    def listen(self, answer: Answer) -> None:
        """Take the SDK's newest answer; its actions come behind those that were told before."""
        self._answer = answer
        self._actions.extend(answer.actions)
        if self._begun:
            self._drop_cancelled()
            self._advance()
            if self.suspended:
                self._hold()

    def feed(self, event: Event) -> None:
        """Follow one event of the history; where the actions do not agree with it, `difference` says how."""
        kind = event["EventType"]
        if self.difference is not None or (self.outcome is not None and kind not in _SCHEDULING):
            return
        if self.suspended and kind not in _HEARD_WHILE_SUSPENDED:
            self._unheard.append(event)
            return
        if kind in _COMPLETIONS:
            self._end_task(event, *_COMPLETIONS[kind])
        elif kind in _SCHEDULING:
            self._match(event)
        elif kind == EventType.ORCHESTRATOR_STARTED:
            self._now = parse_stamp(event["Timestamp"])
        elif kind == EventType.EVENT_RAISED:
            self._events.take(event["Name"])
        else:
            self._feed_control(kind, event)
        self._settle()

    def _match(self, event: Event) -> None:
        scheduled_id = event["EventId"]
        self.scheduled_ids.add(scheduled_id)
        self.difference = nondeterminism.find_difference(event, self.outgoing.get(scheduled_id))
        if self.difference is None:
            self._on_match(event, self.outgoing.pop(scheduled_id))

    def acknowledge(self) -> None:
        """Take all of `outgoing` as written into the history."""
        self.scheduled_ids.update(self.outgoing)
        self.outgoing.clear()

    def _feed_control(self, kind: int, event: Event) -> None:
        if kind == EventType.EXECUTION_STARTED:
            self._begun = True
            self._advance()
        elif kind == EventType.EXECUTION_SUSPENDED:
            self.suspended = True
            self._hold()
        elif kind == EventType.EXECUTION_RESUMED:
            self._resume()
        elif kind == EventType.EXECUTION_TERMINATED:
            self.outcome = Outcome("Terminated", event["Input"])

    # --- the coroutine -------------------------------------------------------------------------------------------

    def _advance(self) -> None:
        while self._position < len(self._actions):
            if self._awaited is None:
                self._awaited = self._invoke(self._actions[self._position])
            if not self._awaited.done:
                return
            self._awaited = None
            self._position += 1

    def _settle(self) -> None:
        """End the execution once its code has, and nothing that it started is still open."""
        if self.outcome is not None or self.suspended or not self._begun:
            return
        self._advance()
        if self._position < len(self._actions) or self._open:
            return
        if self._answer.error is not None:
            self.outcome = Outcome("Failed", self._answer.error)
        elif self._answer.is_done and self._continue_input is not None:
            self.outcome = Outcome("ContinuedAsNew", self._continue_input)
        elif self._answer.is_done:
            self.outcome = Outcome("Completed", self._answer.output)

    def _hold(self) -> None:
        self._held.update(self.outgoing)
        self.outgoing.clear()

    def _resume(self) -> None:
        self.suspended = False
        self.outgoing.update(self._held)
        self._held.clear()
        while self._unheard and not self.suspended:
            self.feed(self._unheard.popleft())

    # --- actions -------------------------------------------------------------------------------------------------

    def _invoke(self, action: Action) -> Awaited:
        invoke = _INVOCATIONS.get(action["actionType"])
        if invoke is None:
            raise UnusableAction(
                f"The SDK asked for action type {action['actionType']}, which this host does not serve."
            )
        return invoke(self, action)

    def _take_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def _open_task(self, outgoing: Outgoing) -> Awaited:
        self.outgoing[outgoing.task_id] = outgoing
        task = self._open[outgoing.task_id] = Awaited()
        return task

    def _call_activity(self, action: Action) -> Awaited:
        return self._open_task(ScheduleTask(self._take_id(), action["functionName"], action["input"]))

    def _call_http(self, action: Action) -> Awaited:
        return self._open_task(ScheduleTask(self._take_id(), HTTP_ACTIVITY, dump(action["httpRequest"])))

    def _call_child(self, action: Action) -> Awaited:
        task_id = self._take_id()
        instance_id = action.get("instanceId")
        if not instance_id or not instance_id.strip():
            instance_id = f"{self.execution_id}:{task_id}"
        version = action.get("version") or self.default_version
        return self._open_task(
            CreateSubOrchestration(task_id, action["functionName"], action["input"], instance_id, version)
        )

    def _with_retries(self, call: Callable[[Action], Awaited], action: Action) -> Awaited:
        options = action["retryOptions"]
        interval = timedelta(milliseconds=options["firstRetryIntervalInMilliseconds"])
        if interval > MAX_RETRY_INTERVAL:
            raise UnusableAction(
                f"A retry interval of {interval} is longer than the {MAX_RETRY_INTERVAL} of the engine."
            )
        whole, attempts_left = Awaited(), options["maxNumberOfAttempts"]

        def attempt() -> None:
            nonlocal attempts_left
            attempts_left -= 1
            call(action).on_end(judge)

        def judge(task: Awaited) -> None:
            if not task.failed:
                whole.end()
            elif attempts_left > 0:
                self._timer(self._now + interval).on_end(lambda _: attempt())
            else:  # the engine sets one more timer, due at once, before it gives the failure
                self._timer(self._now).on_end(lambda _: whole.end(failed=True))

        attempt()
        return whole

    def _timer(self, fire_at: datetime) -> Awaited:
        return self._open_task(CreateTimer(self._take_id(), fire_at))

    def _create_timer(self, action: Action) -> Awaited:
        task = self._timer(parse_stamp(action["fireAt"]))
        timer_id = self.next_id - 1
        if action["isCanceled"]:
            self._cancel(timer_id)
        else:
            self._cancellable[timer_id] = action
        return task

    def _drop_cancelled(self) -> None:
        for timer_id in [timer_id for timer_id, action in self._cancellable.items() if action["isCanceled"]]:
            self._cancel(timer_id)

    def _cancel(self, timer_id: int) -> None:
        """A cancelled timer holds nothing up any more; should it fire all the same, whoever waits for it goes on."""
        self._cancellable.pop(timer_id, None)
        if timer_id in self._open:
            self._cancelled[timer_id] = self._open.pop(timer_id)

    def _continue_as_new(self, action: Action) -> Awaited:
        self._continue_input = action["input"]
        return Awaited(done=True)

    def _wait_for_event(self, action: Action) -> Awaited:
        return self._events.wait(action["externalEventName"])

    def _signal_entity(self, action: Action) -> Awaited:
        self._send_request(action, signal=True)
        return Awaited(done=True)

    def _call_entity(self, action: Action) -> Awaited:
        return self._events.wait(self._send_request(action, signal=False))

    def _send_request(self, action: Action, signal: bool) -> str:
        event_id, target = self._take_id(), action["instanceId"]
        request_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.execution_id}:{event_id}"))
        sent_at = stamp(self._now)
        request = entity_request(
            action, signal, request_id, self.instance_id, self.execution_id, sent_at, self._last_request.get(target)
        )
        self._last_request[target] = sent_at
        self.outgoing[event_id] = SendEvent(event_id, target, "op", request)
        return request_id

    def _when_all(self, action: Action) -> Awaited:
        return when_all([self._invoke(part) for part in action["compoundActions"]])

    def _when_any(self, action: Action) -> Awaited:
        return when_any([self._invoke(part) for part in action["compoundActions"]])

    def _end_task(self, event: Event, id_key: str, failed: bool) -> None:
        task = self._open.pop(event[id_key], None) or self._cancelled.pop(event[id_key], None)
        self._cancellable.pop(event[id_key], None)
        if task:
            task.end(failed)


_INVOCATIONS: dict[int, Callable[[Replay, Action], Awaited]] = {
    0: Replay._call_activity,
    1: lambda replay, action: replay._with_retries(replay._call_activity, action),
    2: Replay._call_child,
    3: lambda replay, action: replay._with_retries(replay._call_child, action),
    4: Replay._continue_as_new,
    5: Replay._create_timer,
    6: Replay._wait_for_event,
    7: Replay._call_entity,
    8: Replay._call_http,
    9: Replay._signal_entity,
    11: Replay._when_any,
    12: Replay._when_all,
}
