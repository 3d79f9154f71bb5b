"""Fires timer triggers, makes up for a tick that was missed while no host ran, and never lets one overlap itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.functions.meta import Datum

from embedded_host.clock import Clock
from embedded_host.durable.dotnet_json import dump
from embedded_host.durable.history import parse_stamp, stamp
from embedded_host.durable.task_hub import TaskHub
from embedded_host.functions.definitions import Function
from embedded_host.functions.runner import FunctionRunner
from embedded_host.triggers.schedule import Schedule

LOG = logging.getLogger("embedded_host.timers")
LONGEST_NAP = 5.0
"""Seconds until the clock is looked at again: it may have been set."""

SET_BACK = timedelta(minutes=1)
"""A clock that goes back further was wrong before; what is due then is found out anew."""

Write = Callable[[Callable[[], None]], Awaitable[None]]


@dataclass
class TimerTrigger:
    """A timer-triggered function and its next occurrence."""

    function: Function
    schedule: Schedule
    monitored: bool
    next: datetime
    last: datetime | None = None
    is_past_due: bool = False
    is_running: bool = False


class TimerTriggers:
    """All timer triggers of an app."""

    def __init__(
        self,
        functions: list[tuple[Function, Schedule]],
        runner: FunctionRunner,
        hub: TaskHub,
        clock: Clock,
        write: Write,
    ) -> None:
        """`write` runs a change of the hub where changes are made, and returns once it is durable."""
        self._functions, self._runner, self._hub, self._clock, self._write = functions, runner, hub, clock, write
        self.triggers: list[TimerTrigger] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._looked_at = datetime.min.replace(tzinfo=UTC) + SET_BACK

    async def prepare(self) -> None:
        """Find out when each trigger is due, from what an earlier host noted."""
        for function, schedule in self._functions:
            trigger = self._resume(function, schedule)
            self.triggers.append(trigger)
            await self._note(trigger)

    def _resume(self, function: Function, schedule: Schedule) -> TimerTrigger:
        now = self._clock.now()
        monitored = function.trigger.get("useMonitor", True) is not False and not schedule.is_frequent(now)
        trigger = TimerTrigger(function, schedule, monitored, schedule.next_after(now))
        noted = self._hub.read("get_timer_status", function.name) if monitored else []
        if noted:
            written, last, due, _ = noted[0]
            trigger.last = parse_stamp(last) if last else None
            if written == schedule.text and parse_stamp(due) <= now:
                trigger.next, trigger.is_past_due = now, True
            elif written == schedule.text:
                trigger.next = min(trigger.next, parse_stamp(due))
        if function.trigger.get("runOnStartup"):
            trigger.next = now
        return trigger

    def next_due(self) -> datetime | None:
        """When the next trigger is due, those that run aside."""
        return min((trigger.next for trigger in self.triggers if not trigger.is_running), default=None)

    def due(self) -> list[TimerTrigger]:
        """Triggers whose time has come, in the app's order."""
        now = self._clock.now()
        if now < self._looked_at - SET_BACK:
            for trigger in self.triggers:
                trigger.next = min(trigger.next, trigger.schedule.next_after(now))
        self._looked_at = now
        return [trigger for trigger in self.triggers if trigger.next <= now and not trigger.is_running]

    async def fire(self, trigger: TimerTrigger) -> None:
        """Invoke a trigger's function and note its next occurrence; a failure is logged and stops nothing."""
        trigger.is_running = True
        try:
            await self._invoke(trigger)
        finally:
            now = self._clock.now()
            trigger.last, trigger.is_past_due = now, False
            trigger.next = trigger.schedule.next_after(now)
            trigger.is_running = False
            await self._note(trigger)

    async def _invoke(self, trigger: TimerTrigger) -> None:
        function = trigger.function
        info = Datum(type="json", value=dump(_timer_info(trigger)))
        try:
            data = await self._runner.inputs_of(function, {function.trigger["name"]: info})
            await self._runner.run(function, data, {})
        except Exception:
            LOG.exception("The timer function %s failed.", function.name)

    async def _note(self, trigger: TimerTrigger) -> None:
        if trigger.monitored:
            last = stamp(trigger.last) if trigger.last else None
            row = (trigger.function.name, trigger.schedule.text, last, stamp(trigger.next), stamp(self._clock.now()))
            await self._write(lambda: self._hub.write("put_timer_status", *row))

    # --- on the machine's clock ----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Fire triggers as they come due, until cancelled."""
        while self.triggers:
            for trigger in self.due():
                task = asyncio.create_task(self.fire(trigger))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                trigger.is_running = True
            await asyncio.sleep(self._nap())

    def _nap(self) -> float:
        due = self.next_due()
        if due is None:
            return 0.1
        return min(LONGEST_NAP, max(0.001, (due - self._clock.now()).total_seconds()))

    def under_way(self) -> set[asyncio.Task[None]]:
        """Ticks that run; one that is cancelled is past due for the next host."""
        return set(self._tasks)


def _timer_info(trigger: TimerTrigger) -> dict[str, Any]:
    return {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": stamp(trigger.last) if trigger.last else "0001-01-01T00:00:00Z",
            "Next": stamp(trigger.next),
            "LastUpdated": stamp(trigger.last) if trigger.last else "0001-01-01T00:00:00Z",
        },
        "IsPastDue": trigger.is_past_due,
    }
