"""Drives the task hub: takes what arrives, runs episodes and entity batches, commits once, then lets the world know.

One thread calls `run_once` again and again; everything that changes the hub passes through it. What an outsider may
learn of - a 202, an activity's start - happens after the commit that makes it true.
"""

from __future__ import annotations

import logging
import queue
import random
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from embedded_host.clock import Clock
from embedded_host.durable import history
from embedded_host.durable.catalog import Catalog
from embedded_host.durable.entity import entity_name, read_state, run_batch
from embedded_host.durable.episode import EpisodeRunner
from embedded_host.durable.history import Event, EventType, parse_stamp
from embedded_host.durable.instances import Episode, Instance, Message, PendingTask, instance_from_start
from embedded_host.durable.recovery import open_work
from embedded_host.durable.settings import DurableSettings, Ids
from embedded_host.durable.task_hub import TaskHub
from embedded_host.durable.task_hub_reader import TaskHubError
from embedded_host.durable.task_queue import ActivityRunner, TaskQueue
from embedded_host.durable.work_queue import TimerQueue, WorkQueue

LOG = logging.getLogger("embedded_host.dispatcher")
CYCLE_SECONDS = 0.010
"""How long a cycle gathers episodes before it commits."""
MAX_CONTINUATIONS = 16
"""How often one cycle lets an instance continue as new before it commits."""
COSTLY_REPLAY_SECONDS = 0.005
REST_PER_REPLAY = 5.0
"""An instance whose replay is costly rests this many times as long, so that messages for it gather."""

T = TypeVar("T")


class Dispatcher:
    """The engine's loop over one task hub."""

    def __init__(
        self,
        hub: TaskHub,
        catalog: Catalog,
        settings: DurableSettings,
        clock: Clock,
        ids: Ids,
        activities: ActivityRunner,
        paced: bool = True,
        shuffle: random.Random | None = None,
        items_per_cycle: int | None = None,
    ) -> None:
        """Without `paced` a cycle runs all that is ready, whatever the time it takes: for steps on a virtual clock.

        `shuffle` draws the order of what is ready by lot; `items_per_cycle` has a cycle commit after so many items.
        """
        self.hub, self.clock, self.ids, self.settings, self.catalog = hub, clock, ids, settings, catalog
        self._paced, self._items_per_cycle = paced, items_per_cycle
        self._runner = EpisodeRunner(catalog, settings, clock, ids, hub.own_history_rows)
        self.instances: dict[str, Instance] = {}
        """Orchestrations that have not ended."""
        self.work = WorkQueue(shuffle)
        self.timers = TimerQueue()
        self._arrivals: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._resting: dict[str, float] = {}
        self._fresh: list[Message] = []
        self._tasks = TaskQueue(settings, activities, self._is_wanted, self._note_end)
        self._new_tasks: list[PendingTask] = []
        self._abandoned: BaseException | None = None
        self._promises: list[tuple[Future[Any], Any, BaseException | None]] = []

    # --- from outside --------------------------------------------------------------------------------------------

    def submit(self, change: Callable[[], T]) -> Future[T]:
        """Have the dispatcher's thread make a change; the future gets its result once it is durable."""
        promise: Future[T] = Future()
        if self._abandoned is not None:
            promise.set_exception(self._abandoned)
            return promise

        def carry_out() -> None:
            try:
                self._promises.append((promise, change(), None))
            except Exception as error:
                self._promises.append((promise, None, error))

        self._arrivals.put(carry_out)
        if self._is_abandoned() and not promise.done():
            promise.set_exception(TaskHubError("The engine has stopped."))
        return promise

    def _is_abandoned(self) -> bool:
        return self._abandoned is not None

    def wake(self) -> None:
        """Have a waiting `run_once` look at the clock again."""
        self._arrivals.put(lambda: None)

    def abandon(self, error: BaseException) -> None:
        """Tell whoever waits for a change that it will not come; after that nothing may be submitted."""
        self._abandoned = error
        while not self._arrivals.empty():
            self._arrivals.get_nowait()()
        promises, self._promises = self._promises, []
        for promise, _, _ in promises:
            promise.set_exception(error)

    @property
    def running(self) -> int:
        """How many activities are running."""
        return self._tasks.running

    def stop_starting(self) -> None:
        """Start no more activities; those that wait are for the next host."""
        self._tasks.close()

    # --- the cycle -----------------------------------------------------------------------------------------------

    def recover(self) -> None:
        """Take up what an earlier host left: its messages, its open activities and its timers."""
        for message in self.hub.stored_messages():
            self.work.put(message)
        for instance in list(self.hub.live_instances()):
            rows = self.hub.own_history_rows(instance.instance_id)
            instance.episodes = len(rows)
            self.instances[instance.instance_id] = instance
            if not rows:
                self.work.wake(instance.instance_id)
                continue
            answered = [message.event for message in self.work.waiting(instance.instance_id)]
            tasks, timers = open_work(self.hub, instance, answered)
            self._tasks.put(tasks)
            for timer in timers:
                self.timers.put(timer)
        self._tasks.start_some()

    def run_once(self, wait: float | None = None) -> bool:
        """One cycle: gather, run, commit, tell. Waits at most `wait` seconds for something to do (None: does not).

        Says whether anything happened. Raises TaskHubError; after that the dispatcher must not be used again.
        """
        happened = self._take_arrivals(wait)
        happened |= self._fire_timers()
        happened |= self._run_ready()
        self._store_fresh()
        self.hub.commit()
        self._tell()
        return happened

    def make_changes(self) -> None:
        """Carry out what was submitted and commit it, and nothing else."""
        self._take_arrivals(None)
        self._store_fresh()
        self.hub.commit()
        self._tell()

    def seconds_to_next(self) -> float | None:
        """How long until a timer is due or a resting instance may run; None if there is neither."""
        moments = []
        if self.work.has_ready:
            return 0.0
        due = self.timers.next_due()
        if due is not None:
            moments.append((due - self.clock.now()).total_seconds())
        if self._resting:
            moments.append(min(self._resting.values()) - time.monotonic())
        return max(0.0, min(moments)) if moments else None

    def _take_arrivals(self, wait: float | None) -> bool:
        if wait is not None and self._arrivals.empty():
            pause = self.seconds_to_next()
            if pause is None or pause > 0:
                try:
                    self._arrivals.get(timeout=wait if pause is None else min(wait, pause))()
                except queue.Empty:
                    return False
        happened = bool(self._promises)
        while True:
            try:
                self._arrivals.get_nowait()()
            except queue.Empty:
                return happened
            happened = True

    def _fire_timers(self) -> bool:
        happened = False
        for timer in self.timers.take_due(self.clock.now()):
            instance = self.instances.get(timer.instance_id)
            if instance and instance.execution_id == timer.execution_id:
                event = history.timer_fired(parse_stamp(timer.created_at), timer.timer_id, parse_stamp(timer.fire_at))
                self.work.put(Message(timer.instance_id, event, timer.execution_id, is_derived=True))
                happened = True
        return happened

    def _run_ready(self) -> bool:
        self._wake_rested()
        deadline = time.monotonic() + CYCLE_SECONDS
        items = 0
        while (instance_id := self.work.next_ready()) is not None:
            if instance_id in self._resting:
                continue
            self._run_item(instance_id, self.work.take(instance_id))
            items += 1
            if items == self._items_per_cycle or (self._paced and time.monotonic() >= deadline):
                break
        return items > 0

    def _run_item(self, instance_id: str, messages: list[Message]) -> None:
        for message in messages:
            if message.message_id is not None:
                self.hub.delete_message(message.message_id)
        messages = self._begin_children(messages)
        instance = self.instances.get(instance_id)
        if instance is None:
            if instance_id.startswith("@"):
                self._run_entity(instance_id, messages)
            return
        batch = [message.event for message in messages if message.execution_id in (None, instance.execution_id)]
        if batch or not instance.episodes:
            self._run_episodes(instance, batch)

    # --- orchestrations ------------------------------------------------------------------------------------------

    def _begin_children(self, messages: list[Message]) -> list[Message]:
        """Start the executions that start events ask for; what came before such an event was for the replaced one."""
        for index in range(len(messages) - 1, -1, -1):
            event = messages[index].event
            if event["EventType"] == EventType.EXECUTION_STARTED:
                self.begin(instance_from_start(event))
                return messages[index + 1 :]
        return messages

    def begin(self, instance: Instance) -> None:
        """Create an instance, in place of whatever has its id."""
        self.forget(instance.instance_id)
        self.hub.delete_history(instance.instance_id)
        self.hub.put_instance(instance)
        self.instances[instance.instance_id] = instance

    def forget(self, instance_id: str) -> None:
        """Drop an instance from memory; its late results find nobody."""
        instance = self.instances.pop(instance_id, None)
        if instance:
            instance.forget_session()

    def _run_episodes(self, instance: Instance, batch: list[Event]) -> None:
        for _ in range(MAX_CONTINUATIONS):
            before = (instance.status, instance.output, instance.custom_status)
            number = instance.episodes
            episode = self._runner.run(instance, batch)
            self._take_effects(episode)
            if episode.continued_as is None:
                self.hub.append_episode(episode, number)
                if before != (instance.status, instance.output, instance.custom_status):
                    self.hub.update_status(instance)
                self._settle(instance)
                return
            instance, batch = episode.continued_as, episode.carried
            self.begin(instance)
        carried = [Message(instance.instance_id, event, instance.execution_id) for event in batch]
        self._fresh.extend(carried)
        self.work.put_first(instance.instance_id, carried)

    def _settle(self, instance: Instance) -> None:
        if instance.status.is_terminal:
            self.instances.pop(instance.instance_id, None)
        elif self._paced and instance.replay_seconds > COSTLY_REPLAY_SECONDS and instance.session is None:
            self._rest(instance)

    def _rest(self, instance: Instance) -> None:
        self._resting[instance.instance_id] = time.monotonic() + REST_PER_REPLAY * instance.replay_seconds

    def _wake_rested(self) -> None:
        now = time.monotonic()
        for instance_id in [instance_id for instance_id, until in self._resting.items() if until <= now]:
            del self._resting[instance_id]
            if self.work.waiting(instance_id):
                self.work.wake(instance_id)

    def _take_effects(self, episode: Episode) -> None:
        for message in episode.messages:
            self.send(message)
        for timer in episode.timers:
            self.timers.put(timer)
        self._new_tasks.extend(episode.tasks)

    def send(self, message: Message) -> None:
        """Put a message on its way."""
        self._fresh.append(message)
        self.work.put(message)

    # --- entities ------------------------------------------------------------------------------------------------

    def _run_entity(self, instance_id: str, messages: list[Message]) -> None:
        name = entity_name(instance_id)
        call = self.catalog.entity(name)
        if call is None:
            LOG.error("A message for %s is dropped: %s", instance_id, self.catalog.unknown("entity", name))
            return
        events = [message.event for message in messages if message.event["EventType"] == EventType.EVENT_RAISED]
        if not events:
            return
        row = self.hub.find_own_instance(instance_id)
        now = self.clock.now()
        state, replies = run_batch(call, instance_id, read_state(row.instance.input_text if row else None), events, now)
        stamp = history.stamp(now)
        created_at = row.instance.created_at if row else stamp
        self.hub.put_entity(instance_id, state.as_input(), state.exists, created_at, stamp)
        for reply in replies:
            self.send(reply)

    # --- after the work ------------------------------------------------------------------------------------------

    def _store_fresh(self) -> None:
        for message in self._fresh:
            if not message.taken and not message.is_derived:
                message.message_id = self.hub.put_message(message)
        self._fresh.clear()

    def _tell(self) -> None:
        """The commit is done: whoever asked gets the answer, and new activities may start."""
        promises, self._promises = self._promises, []
        for promise, result, error in promises:
            if error is not None:
                promise.set_exception(error)
            else:
                promise.set_result(result)
        self._tasks.note_commit()
        self._tasks.put(self._new_tasks)
        self._new_tasks.clear()
        self._tasks.start_some()

    def _is_wanted(self, task: PendingTask) -> bool:
        instance = self.instances.get(task.instance_id)
        return instance is not None and instance.execution_id == task.execution_id

    def _note_end(self, task: PendingTask, event: Event) -> None:
        self._arrivals.put(lambda: self._complete(task, event))

    def _complete(self, task: PendingTask, event: Event) -> None:
        self._tasks.note_result()
        self.send(Message(task.instance_id, event, task.execution_id))
