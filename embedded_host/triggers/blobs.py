"""Fires blob triggers: looks for new versions of blobs, calls each function once per version, five times at most."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from azure.functions.meta import Datum

from embedded_host.clock import Clock
from embedded_host.durable.dotnet_json import dump
from embedded_host.durable.history import stamp
from embedded_host.durable.task_hub import TaskHub
from embedded_host.functions.bindings import blob_reference
from embedded_host.functions.definitions import Function
from embedded_host.functions.runner import FunctionRunner
from embedded_host.triggers.blob_pattern import BlobPattern
from embedded_host.triggers.lakes import Blob, Lake

LOG = logging.getLogger("embedded_host.blobs")
POISON_QUEUE = "webjobs-blobtrigger-poison"
MAX_TOLD = 500
"""Characters of a fault that are told where its traceback is not."""
QUEUED, DONE, POISONED = "queued", "done", "poisoned"

Write = Callable[[Callable[[], None]], Awaitable[None]]


@dataclass(frozen=True)
class BlobTrigger:
    """A blob-triggered function and the blobs that it is for."""

    function: Function
    pattern: BlobPattern

    @property
    def is_event_driven(self) -> bool:
        """Whether Azure would hear of blobs through Event Grid only."""
        return str(self.function.trigger.get("source", "")).replace("_", "").casefold() == "eventgrid"


@dataclass
class _Receipt:
    """Which version of a blob a function has had, or is to have."""

    etag: str
    state: str
    attempts: int = 0


class BlobTriggers:
    """All blob triggers of an app over one lake."""

    def __init__(
        self,
        triggers: list[BlobTrigger],
        lake: Lake,
        runner: FunctionRunner,
        hub: TaskHub,
        clock: Clock,
        write: Write,
        *,
        attempts: int,
        parallelism: int,
        interval: float,
    ) -> None:
        """`interval` is in seconds; `parallelism` is how many blobs are worked on at once."""
        self.triggers, self._lake, self._runner, self._hub, self._clock = triggers, lake, runner, hub, clock
        self._write, self._attempts, self._interval = write, attempts, interval
        self._places = asyncio.Semaphore(parallelism)
        self._receipts: dict[tuple[str, str, str], _Receipt] = {}
        self._under_way: dict[tuple[str, str, str], asyncio.Task[None]] = {}

    def prepare(self) -> None:
        """Read the receipts of an earlier host."""
        for trigger in self.triggers:
            name = trigger.function.name
            for container, blob_name, etag, state, attempts in self._hub.read("receipts", name):
                self._receipts[(name, container, blob_name)] = _Receipt(etag, state, attempts)

    async def run(self) -> None:
        """Look at the lake again and again, until cancelled."""
        while self.triggers:
            try:
                await self.look()
            except Exception:
                LOG.exception("The lake could not be looked through; the next try is in %g s.", self._interval)
            await asyncio.sleep(self._interval)

    async def look(self) -> int:
        """Look through the lake once and start what is due; gives the number of calls started."""
        started = 0
        for container in sorted({trigger.pattern.container for trigger in self.triggers}):
            for blob in await asyncio.to_thread(_list_all, self._lake, container):
                started += await self.notice(blob)
        return started

    async def settle(self) -> None:
        """Wait until no call is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def watches(self, container: str) -> bool:
        """Whether a container's blobs are for any function."""
        return any(trigger.pattern.container == container for trigger in self.triggers)

    def under_way(self) -> set[asyncio.Task[None]]:
        """Calls that run; one that is cancelled is tried again by the next host."""
        return set(self._under_way.values())

    async def notice(self, blob: Blob, only: str | None = None) -> int:
        """Have the functions that a blob is for called, unless they had this version; `only` names one of them."""
        started = 0
        for trigger in self.triggers:
            name = trigger.function.name
            if blob.container != trigger.pattern.container or (only is not None and name != only):
                continue
            captures = trigger.pattern.match(blob.name)
            if captures is not None and await self._queue(trigger, blob, captures):
                started += 1
        return started

    async def _queue(self, trigger: BlobTrigger, blob: Blob, captures: dict[str, str]) -> bool:
        key = (trigger.function.name, blob.container, blob.name)
        if key in self._under_way:
            return False
        receipt = self._receipts.get(key)
        if receipt and receipt.etag == blob.etag and receipt.state != QUEUED:
            return False
        if receipt is None or receipt.etag != blob.etag:
            self._receipts[key] = _Receipt(blob.etag, QUEUED)
        task = asyncio.create_task(self._work_on(trigger, blob, captures, key))
        self._under_way[key] = task
        task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return True

    async def _work_on(
        self, trigger: BlobTrigger, blob: Blob, captures: dict[str, str], key: tuple[str, str, str]
    ) -> None:
        receipt = self._receipts[key]
        async with self._places:
            while receipt.state == QUEUED:
                current = await asyncio.to_thread(self._lake.find, blob.container, blob.name)
                if current is None or current.etag != blob.etag:
                    del self._receipts[key]  # gone or overwritten: the next look finds what there is now
                    await self._write(lambda: self._hub.write("delete_receipt", *key))
                    return
                receipt.attempts += 1
                await self._note(key, receipt)
                await self._attempt(trigger, current, captures, receipt)
                await self._note(key, receipt)

    async def _attempt(self, trigger: BlobTrigger, blob: Blob, captures: dict[str, str], receipt: _Receipt) -> None:
        try:
            await self._call(trigger.function, blob, captures)
            receipt.state = DONE
        except Exception as fault:
            LOG.error(
                "%s failed on %s (attempt %d of %d): %s",
                trigger.function.name,
                blob.path,
                receipt.attempts,
                self._attempts,
                _tell(fault),
                exc_info=receipt.attempts == 1,  # it mostly fails again where it did, and drops may be many
            )
            if receipt.attempts >= self._attempts:
                receipt.state = POISONED
                await self._set_aside(trigger.function, blob)

    async def _call(self, function: Function, blob: Blob, captures: dict[str, str]) -> None:
        parameter = function.inputs[function.trigger["name"]]
        metadata = _metadata(blob, captures, self._clock.now())
        content: Any
        if parameter.sdk_type_converter is not None:
            connection = str(function.trigger.get("connection", "AzureWebJobsStorage"))
            content = blob_reference(connection, blob.container, blob.name)
        else:
            body = await asyncio.to_thread(self._lake.read, blob.container, blob.name)
            content = Datum(type="bytes" if body is not None else None, value=body)
        data = await self._runner.inputs_of(function, {parameter.name: content}, captures)
        await self._runner.run(function, data, metadata, captures)

    async def _set_aside(self, function: Function, blob: Blob) -> None:
        told = dump(
            {
                "Type": "BlobTrigger",
                "FunctionId": f"Host.Functions.{function.name}",
                "BlobType": "BlockBlob",
                "ContainerName": blob.container,
                "BlobName": blob.name,
                "ETag": blob.etag,
            }
        )
        LOG.error("%s is set aside for %s: every attempt failed.", blob.path, function.name)
        at = stamp(self._clock.now())
        await self._write(lambda: self._hub.write("put_poison", POISON_QUEUE, told, at))

    async def _note(self, key: tuple[str, str, str], receipt: _Receipt) -> None:
        row = (*key, receipt.etag, receipt.state, receipt.attempts, stamp(self._clock.now()))
        await self._write(lambda: self._hub.write("put_receipt", *row))


def _tell(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:MAX_TOLD]


def _list_all(lake: Lake, container: str) -> list[Blob]:
    return list(lake.list(container))


def warn_of_event_driven(triggers: Iterable[BlobTrigger]) -> None:
    """Say once which functions are scanned for here although Azure would not."""
    names = sorted(trigger.function.name for trigger in triggers if trigger.is_event_driven)
    if names:
        LOG.info(
            "%s: source=EventGrid. Here the lake is looked through as well; in Azure only Event Grid's events count.",
            ", ".join(names),
        )


def _metadata(blob: Blob, captures: dict[str, str], now: datetime) -> dict[str, Datum]:
    metadata = {
        "BlobTrigger": Datum(type="string", value=blob.path),
        "Uri": Datum(type="json", value=dump(blob.uri)),
        "Properties": Datum(type="json", value=dump(blob.properties())),
        "Metadata": Datum(type="json", value=dump(dict(blob.metadata))),
        "sys": Datum(type="json", value=dump({"UtcNow": stamp(now), "RandGuid": str(uuid.uuid4())})),
    }
    metadata.update({name: Datum(type="string", value=value) for name, value in captures.items()})
    return metadata
