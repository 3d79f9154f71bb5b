"""Activities that wait for a place, and how many may run before their results are on disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from embedded_host.durable.history import Event
from embedded_host.durable.instances import PendingTask
from embedded_host.durable.settings import DurableSettings


class ActivityRunner(Protocol):
    """Runs activities somewhere else."""

    def start(self, task: PendingTask, done: Callable[[Event], None]) -> None:
        """Begin an activity; `done` is called once, on any thread, with its completion event."""


class TaskQueue:
    """Starts activities in order, a bounded number at once."""

    def __init__(
        self,
        settings: DurableSettings,
        runner: ActivityRunner,
        is_wanted: Callable[[PendingTask], bool],
        on_done: Callable[[PendingTask, Event], None],
    ) -> None:
        """`is_wanted` says whether a task's execution still is current; `on_done` is called on any thread."""
        self._runner, self._is_wanted, self._on_done = runner, is_wanted, on_done
        self._most_running = settings.max_concurrent_activities
        self._window = max(settings.max_unpersisted, settings.max_concurrent_activities)
        self._waiting: deque[PendingTask] = deque()
        self._unpersisted = 0
        self._open = True
        self.running = 0

    def put(self, tasks: Iterable[PendingTask]) -> None:
        """Add activities; their scheduling must be durable."""
        self._waiting.extend(tasks)

    def start_some(self) -> None:
        """Start as many as there are places for."""
        while self._open and self._waiting and self._has_place():
            task = self._waiting.popleft()
            if self._is_wanted(task):
                self.running += 1
                self._runner.start(task, self._done_with(task))

    def _has_place(self) -> bool:
        return self.running < self._most_running and self.running + self._unpersisted < self._window

    def _done_with(self, task: PendingTask) -> Callable[[Event], None]:
        return lambda event: self._on_done(task, event)

    def note_result(self) -> None:
        """An activity has ended; its result is about to be written."""
        self.running -= 1
        self._unpersisted += 1

    def note_commit(self) -> None:
        """All results that were noted are on disk."""
        self._unpersisted = 0

    def close(self) -> None:
        """Start no more."""
        self._open = False
