"""An app's timer, blob and event triggers, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from azure.functions.meta import Datum

from embedded_host.durable.dotnet_json import dump
from embedded_host.functions.definitions import Function
from embedded_host.functions.host_settings import SettingsError, resolve_setting_names
from embedded_host.triggers.blob_pattern import compile_blob_path
from embedded_host.triggers.blobs import BlobTrigger, BlobTriggers, warn_of_event_driven
from embedded_host.triggers.event_grid import EventGridWebhooks
from embedded_host.triggers.lakes import SETTLE_SECONDS, Lake, open_lake
from embedded_host.triggers.schedule import Schedule, zone_of
from embedded_host.triggers.timers import TimerTriggers
from embedded_host.web.server import Webhook

if TYPE_CHECKING:
    from embedded_host.host import Host

LOG = logging.getLogger("embedded_host.triggers")
SERVED = frozenset(
    name.casefold()
    for name in (
        "httpTrigger", "timerTrigger", "blobTrigger", "eventGridTrigger", "orchestrationTrigger", "activityTrigger",
        "entityTrigger", "warmupTrigger",
    )
)  # fmt: skip


class TriggerSet:
    """All triggers of a host that are not HTTP's or the engine's."""

    def __init__(self, host: Host) -> None:
        """Raises SettingsError for a schedule, path or lake that cannot be."""
        self._host = host
        self._disabled = {name.casefold() for name in host.settings.disabled}
        self._running: list[asyncio.Task[None]] = []
        self.lake = self._open_lake()
        self.timers = TimerTriggers(
            [(function, self._schedule(function)) for function in self._enabled("timerTrigger")],
            host.runner,
            host.hub,
            host.clock,
            self._write,
        )
        self.blobs = self._blob_triggers()
        events = self._enabled("eventGridTrigger")
        self._event_grid = EventGridWebhooks(host.keys, events, host.runner, self.blobs, self.lake)
        self._warn_of_unserved()

    def webhooks(self) -> dict[str, Webhook]:
        """Webhooks by path prefix."""
        return {
            "runtime/webhooks/blobs": self._event_grid.answer_blobs,
            "runtime/webhooks/eventgrid": self._event_grid.answer_event_grid,
        }

    async def start(self) -> None:
        """Take up timers and blobs where an earlier host left them."""
        await self.timers.prepare()
        self._running.append(asyncio.create_task(self.timers.run()))
        if self.blobs:
            warn_of_event_driven(self.blobs.triggers)
            self.blobs.prepare()
            self._running.append(asyncio.create_task(self.blobs.run()))

    async def stop(self, grace: float) -> None:
        """Stop looking and firing; functions under way get `grace` seconds."""
        for task in list(self._running):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        under_way = self.timers.under_way() | (self.blobs.under_way() if self.blobs else set())
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def fire_by_hand(self, function: Function, value: str) -> None:
        """Invoke any function once with a value for its trigger, as the admin route does; it goes on by itself."""
        if function.trigger_type == "timerTrigger":
            datum = Datum(type="json", value=dump({"IsPastDue": False}))
        elif function.trigger_type in ("activityTrigger", "eventGridTrigger"):
            datum = Datum(type="json", value=value)
        elif function.trigger_type == "blobTrigger" and self.blobs and self.lake:
            container, _, name = value.partition("/")
            blob = await asyncio.to_thread(self.lake.find, container, name)
            if blob:
                await self.blobs.notice(blob, only=function.name)
            return
        else:
            datum = Datum(type="string", value=value)
        data = await self._host.runner.inputs_of(function, {function.trigger["name"]: datum})
        task = asyncio.create_task(self._invoke_quietly(function, data))
        self._running.append(task)
        task.add_done_callback(self._running.remove)

    async def _invoke_quietly(self, function: Function, data: dict[str, object]) -> None:
        try:
            await self._host.runner.run(function, data, {})
        except Exception:
            LOG.exception("%s, invoked by hand, failed.", function.name)

    # --- building ------------------------------------------------------------------------------------------------

    def _enabled(self, trigger_type: str) -> list[Function]:
        functions = self._host.app.with_trigger(trigger_type)
        return [function for function in functions if function.name.casefold() not in self._disabled]

    def _schedule(self, function: Function) -> Schedule:
        text = resolve_setting_names(str(function.trigger["schedule"]), os.environ)
        try:
            return Schedule(text, zone_of(os.environ.get("WEBSITE_TIME_ZONE")))
        except SettingsError as error:
            raise SettingsError(f"{function.name}: {error}") from error

    def _open_lake(self) -> Lake | None:
        url = self._host.options.lake or os.environ.get("AzureWebJobsStorage")  # noqa: SIM112 - Azure's own spelling
        settle = 0.0 if self._host.is_stepped else SETTLE_SECONDS
        return open_lake(url, Path.cwd(), settle) if url else None

    def _blob_triggers(self) -> BlobTriggers | None:
        functions = self._enabled("blobTrigger")
        if functions and self.lake is None:
            LOG.warning(
                "No lake is given (--lake), so blob triggers do not fire: %s.", ", ".join(map(_name, functions))
            )
        if not functions or self.lake is None:
            return None
        triggers = [
            BlobTrigger(function, compile_blob_path(resolve_setting_names(str(function.trigger["path"]), os.environ)))
            for function in functions
        ]
        host = self._host
        return BlobTriggers(
            triggers,
            self.lake,
            host.runner,
            host.hub,
            host.clock,
            self._write,
            attempts=host.settings.blob_attempts,
            parallelism=host.settings.blob_parallelism,
            interval=host.options.scan_interval,
        )

    async def _write(self, change: Callable[[], None]) -> None:
        await asyncio.wrap_future(self._host.dispatcher.submit(change))

    def _warn_of_unserved(self) -> None:
        for function in self._host.app.functions.values():
            if function.trigger_type.casefold() not in SERVED:
                LOG.warning("%s: this host does not serve %s.", function.name, function.trigger_type)


def _name(function: Function) -> str:
    return function.name
