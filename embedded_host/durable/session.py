"""Keeps an orchestration's generator between episodes and feeds it only what is new (session replay).

What an app can tell apart is as in a strict replay: tasks and events that ended in an earlier episode count as played,
`context.histories` shows the whole history, and the answer is the same but for the actions told before.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, overload

from azure.durable_functions.models.DurableOrchestrationContext import DurableOrchestrationContext
from azure.durable_functions.models.history import HistoryEvent
from azure.durable_functions.models.Task import TaskBase, TaskState
from azure.durable_functions.models.TaskOrchestrationExecutor import TaskOrchestrationExecutor
from azure.durable_functions.models.utils.df_serialization import df_dumps
from dateutil.tz import tzutc  # type: ignore[import-untyped]

from embedded_host.durable.answer import Action, Answer
from embedded_host.durable.dotnet_json import compact
from embedded_host.durable.history import PLAYED_ONCE_PROCESSED, Event, EventType
from embedded_host.durable.orchestrator import parse_answer, parse_failure

_UTC = tzutc()


def parse_timestamp_quickly(text: str) -> datetime:
    """What the SDK's `dateutil.parser.parse` gives for the extension's timestamps, at a fiftieth of its price."""
    return datetime.fromisoformat(text).replace(tzinfo=_UTC)


def prepare_sdk() -> None:
    """Have the SDK read timestamps quickly, and not advise on its codec: under `-W error` that would fail the app.

    Timestamps take three quarters of its replay time; their values stay the same.
    """
    timestamps: Any = importlib.import_module("azure.durable_functions.models.history.HistoryEvent")
    timestamps.dt_parse = parse_timestamp_quickly
    codec: Any = importlib.import_module("azure.functions._durable_functions")
    codec._no_expected_type_notice_emitted = codec._loose_codec_notice_emitted = True


class Session:
    """The living generator of one execution."""

    def __init__(self, handle: Callable[..., str], load_history: Callable[[], list[Event]]) -> None:
        """`handle` is the SDK's wrapper around the app's orchestrator; `load_history` gives all stored events."""
        self._function = handle.orchestrator_function  # type: ignore[attr-defined]
        self._input_type = getattr(handle, "_df_input_type", None)
        self._load_history = load_history
        self._news: list[Event] = []
        self._executor = _Executor()
        self._context: Any = None
        self._told = 0
        self._timers: list[tuple[Any, Action]] = []
        self._last_events: list[HistoryEvent] = []

    def begin(self, payload: str, news: list[Event]) -> Answer:
        """Replay the whole history, as a strict replay does; `news` are the events that are not stored yet."""
        self._news = news
        context = self._context = DurableOrchestrationContext.from_json(payload)
        context._input_expected_type = self._input_type
        try:
            answer = parse_answer(self._executor.execute(context, context.histories, self._function))
        except Exception as error:
            answer = parse_failure(error)
        self._last_events = list(context.histories)
        context._histories = _History(lambda: [*self._load_history(), *self._news])
        self._note_actions(context._action_payload_v2, answer.actions)
        return answer

    def go_on(self, unheard: Iterable[Event], news: list[Event]) -> Answer:
        """Feed stored events that were not heard yet, then new ones; the answer holds only new actions."""
        self._news = news
        self._age()
        try:
            for event in (*unheard, *news):
                self._process(event)
            return self._answer()
        except Exception as error:
            return parse_failure(error)

    @property
    def is_alive(self) -> bool:
        """Whether there is a generator to feed (a function without `yield` has none)."""
        return hasattr(self._executor, "generator")

    @property
    def has_ended(self) -> bool:
        """Whether the code has returned or raised. Azure runs it anew for each late result, and takes the last end."""
        return bool(self._executor.has_execution_completed)

    def close(self) -> None:
        """Drop the generator; its `finally` blocks run as they do when the worker drops it."""
        if self.is_alive:
            self._executor.generator.close()

    def _process(self, event: Event) -> None:
        heard = HistoryEvent(**event)
        self._last_events.append(heard)
        if event["EventType"] == EventType.TIMER_FIRED and self._timers:
            self._forget_timers(event["FireAt"])
        if self.is_alive and not self._executor.has_execution_completed:
            self._executor.process_event(heard)

    def _forget_timers(self, fired_at: str) -> None:
        fire_at = parse_timestamp_quickly(fired_at)
        self._timers = [pair for pair in self._timers if pair[0].fire_at != fire_at]

    def _age(self) -> None:
        """Make played what ended in the last episode: a strict replay would have played it again by now."""
        for event in self._last_events:
            if event.event_type in PLAYED_ONCE_PROCESSED:
                event._is_played = True
        self._last_events = []
        for task in self._executor.ended:
            _mark_played(task)
        self._executor.ended = []

    def _answer(self) -> Answer:
        actions = self._context._action_payload_v2
        new, self._told = actions[self._told :], len(actions)
        told: list[Action] = json.loads(df_dumps([action.to_json() for action in new])) if new else []
        self._note_timers(new, told)
        self._note_cancelled()
        if self._executor.has_execution_completed:
            return self._last_answer(told)
        status = self._context.custom_status
        return Answer(told, is_done=False, custom_status=compact(df_dumps(status)) if status else None)

    def _last_answer(self, new_actions: list[Action]) -> Answer:
        try:
            whole = parse_answer(self._executor.get_orchestrator_state_str())
        except Exception as error:
            whole = parse_failure(error)
        return Answer(new_actions, whole.is_done, whole.output, whole.error, whole.custom_status, whole.schema_version)

    def _note_actions(self, actions: list[Any], told: list[Action]) -> None:
        self._told = len(actions)
        self._note_timers(actions, told)

    def _note_timers(self, actions: list[Any], told: list[Action]) -> None:
        for action, as_told in zip(actions, told, strict=False):
            if "compoundActions" in as_told:
                self._note_timers(action.compound_tasks, as_told["compoundActions"])
            elif "isCanceled" in as_told and not as_told["isCanceled"]:
                self._timers.append((action, as_told))

    def _note_cancelled(self) -> None:
        for action, as_told in self._timers:
            as_told["isCanceled"] = action.is_cancelled
        self._timers = [pair for pair in self._timers if not pair[1]["isCanceled"]]


class _Executor(TaskOrchestrationExecutor):  # type: ignore[misc]
    """The SDK's executor, which remembers the tasks that ended, and defers an early event without a warning."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: list[TaskBase] = []

    def set_task_value(self, event: HistoryEvent, is_success: bool, id_key: str) -> None:
        key = getattr(event, id_key)
        found = self.context.open_tasks.get(key)
        if not found:
            self.context.open_tasks.pop(key, None)
            self.context.deferred_tasks[key] = lambda: self.set_task_value(event, is_success, id_key)
            return
        task = found[-1] if isinstance(found, list) else found
        super().set_task_value(event, is_success, id_key)
        self.ended.append(task)


def _mark_played(task: TaskBase | None) -> None:
    while task is not None and task.state is not TaskState.RUNNING:
        task.is_played = True
        task = task.parent


class _History(Sequence[HistoryEvent]):
    """The history as `context.histories` shows it, read when somebody looks."""

    def __init__(self, load: Callable[[], list[Event]]) -> None:
        self._load = load

    def _events(self) -> list[HistoryEvent]:
        return [HistoryEvent(**event) for event in self._load()]

    @overload
    def __getitem__(self, index: int) -> HistoryEvent: ...
    @overload
    def __getitem__(self, index: slice) -> list[HistoryEvent]: ...
    def __getitem__(self, index: int | slice) -> HistoryEvent | list[HistoryEvent]:
        return self._events()[index]

    def __len__(self) -> int:
        return len(self._load())

    def __iter__(self) -> Iterator[HistoryEvent]:
        return iter(self._events())
