"""A host for tests: stepped by hand, on a virtual clock, without sockets or threads; and its pytest fixture.

pytest_plugins = ["embedded_host.testing"]

def test_weekly_run(start_host):
    host = start_host("path/of/the/app")
    started = host.post("/api/start/weekly", {"week": "2026-W47"})
    host.run_for(days=7)

    assert host.status(started.json()["id"])["runtimeStatus"] == "Completed"
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
import os
import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import pytest

from embedded_host.clock import VirtualClock
from embedded_host.durable.catalog import Catalog
from embedded_host.durable.dispatcher import Dispatcher
from embedded_host.durable.settings import Ids, ReplayMode
from embedded_host.durable.task_queue import ActivityRunner
from embedded_host.host import Host, HostOptions
from embedded_host.triggers.blobs import POISON_QUEUE
from embedded_host.web.server import DURABLE_WEBHOOK

T = TypeVar("T")
MAX_STEPS = 1_000_000
"""A run that takes more steps than this is taken for endless."""
_PUBLIC_PORT, _WORKER_PORT = 7071, 17071


class EndlessRun(Exception):
    """The host did not come to rest: something starts itself again without time passing."""


@dataclass(frozen=True)
class HttpAnswer:
    """What the host answered."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        """The body as JSON; None where it is empty."""
        return json.loads(self.body) if self.body else None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


class SteppedHost(Host):
    """A host that does nothing unless it is told to. Same app, same calls, same seed: same trace."""

    is_stepped = True

    def __init__(
        self,
        app_dir: Path | str,
        state: Path | str,
        *,
        lake: Path | str | None = None,
        start: datetime | None = None,
        seed: int = 0,
        shuffled: bool = False,
        replay: ReplayMode | str = ReplayMode.SESSION,
        enable_auth: bool = False,
        items_per_cycle: int | None = None,
        observe: Callable[[str, int], None] | None = None,
    ) -> None:
        """`lake` is a folder; `shuffled` draws the order of what could happen next from the seed.

        `items_per_cycle` has the engine commit after so many episodes; `observe` sees its commits.
        """
        self._seed, self._shuffled, self._items_per_cycle = seed, shuffled, items_per_cycle
        options = HostOptions(
            app_dir=Path(app_dir).resolve(),
            state=Path(state).resolve(),
            lake=f"folder:{Path(lake).resolve()}" if lake else None,
            enable_auth=enable_auth,
            replay=ReplayMode(replay),
            lease_wait=0,
        )
        self.virtual_clock = VirtualClock(start) if start else VirtualClock()
        self._own_loop = asyncio.new_event_loop()
        super().__init__(options, self.virtual_clock, observe)
        self.invoker.inline = True
        self.invoker.loop = self._own_loop
        self.address = f"http://127.0.0.1:{_PUBLIC_PORT}"
        self.web.rpc_port = _WORKER_PORT
        self._rpc_base = f"http://127.0.0.1:{_WORKER_PORT}/durabletask/"
        self.dispatcher.recover()
        self._await(self.triggers.timers.prepare())
        if self.triggers.blobs:
            self.triggers.blobs.prepare()

    def _build_dispatcher(self, catalog: Catalog, activities: ActivityRunner) -> Dispatcher:
        shuffle = random.Random(self._seed) if self._shuffled else None  # noqa: S311 - an order of steps, no secret
        settings, ids = self.settings.durable, Ids(self._seed)
        return _SteppedDispatcher(
            self.hub, catalog, settings, self.clock, ids, activities, False, shuffle, self._items_per_cycle
        )

    # --- time ----------------------------------------------------------------------------------------------------

    def run_once(self) -> bool:
        """One cycle of the engine; says whether anything happened."""
        return self.dispatcher.run_once()

    def run(self) -> None:
        """Do all that can be done now, blobs and timers that are due included; time stands still.

        Raises EndlessRun.
        """
        for _ in range(MAX_STEPS):
            if not (self.run_once() or self._fire_due_timers() or self._look_at_lake()):
                return
        raise EndlessRun(f"no rest after {MAX_STEPS} steps at {self.virtual_clock.now()}")

    def run_until(self, moment: datetime) -> None:
        """Do all that falls due up to a moment, in its order, then stand at that moment."""
        self.run()
        while (due := self.next_due()) is not None and due <= moment:
            self.virtual_clock.advance_to(due)
            self.run()
        self.virtual_clock.advance_to(moment)
        self.run()

    def run_for(self, **span: float) -> None:
        """`run_until` a while from now: `days=7`, `hours=1.5` and so on, as for timedelta."""
        self.run_until(self.virtual_clock.now() + timedelta(**span))

    def next_due(self) -> datetime | None:
        """When the next timer, of an orchestration or of a function, is due."""
        moments = [self.dispatcher.timers.next_due(), self.triggers.timers.next_due()]
        return min((moment for moment in moments if moment is not None), default=None)

    def _fire_due_timers(self) -> bool:
        due = self.triggers.timers.due()
        for trigger in due:
            self._await(self.triggers.timers.fire(trigger))
        return bool(due)

    def _look_at_lake(self) -> bool:
        blobs = self.triggers.blobs
        return bool(blobs) and self._await(self._look_and_settle())

    async def _look_and_settle(self) -> bool:
        blobs = self.triggers.blobs
        assert blobs is not None
        started = await blobs.look()
        await blobs.settle()
        return started > 0

    # --- HTTP ----------------------------------------------------------------------------------------------------

    def get(self, path: str, **options: Any) -> HttpAnswer:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> HttpAnswer:
        """POST; a body that is neither bytes nor None goes as JSON."""
        return self.request("POST", path, body, **options)

    def delete(self, path: str, **options: Any) -> HttpAnswer:
        return self.request("DELETE", path, **options)

    def request(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        """Send a request to the host as from outside; what it starts waits for `run`."""
        answer: HttpAnswer = self._await(self._ask(method, path, body, headers, _PUBLIC_PORT))
        return answer

    async def _ask(self, method: str, path: str, body: Any, headers: Mapping[str, str] | None, port: int) -> HttpAnswer:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        given = {"host": f"127.0.0.1:{port}", "content-type": "application/json", **(headers or {})}
        parts = urlsplit(path)
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": quote(parts.path, safe="/%:@!$&'()*+,;=~").encode(),
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
            "server": ("127.0.0.1", port),
            "client": ("127.0.0.1", 1),
        }
        return await _call_asgi(self.web, scope, content)

    @contextmanager
    def _worker_channel(self) -> Iterator[None]:
        """Lead the SDK client's requests straight to this host."""
        module = importlib.import_module("azure.durable_functions.models.DurableOrchestrationClient")
        names = ("post_async_request", "get_async_request", "delete_async_request")
        before = {name: getattr(module, name) for name in names}

        async def post(url: str, data: Any = None, *_: Any, **__: Any) -> list[Any]:
            return await self._ask_as_worker("POST", url, data if data is None else json.dumps(data).encode())

        async def get(url: str, *_: Any, **__: Any) -> list[Any]:
            status, told = await self._ask_as_worker("GET", url, None)
            return [status, "" if told is None else told]

        async def delete(url: str, *_: Any, **__: Any) -> list[Any]:
            return await self._ask_as_worker("DELETE", url, None)

        for name, stand_in in zip(names, (post, get, delete), strict=True):
            setattr(module, name, stand_in)
        try:
            yield
        finally:
            for name, function in before.items():
                setattr(module, name, function)

    async def _ask_as_worker(self, method: str, url: str, content: bytes | None) -> list[Any]:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        answer = await self._ask(method, path, content, None, _WORKER_PORT)
        return [answer.status, answer.json()]

    # --- durable shortcuts ---------------------------------------------------------------------------------------

    def start(self, orchestrator: str, instance_id: str | None = None, input_: Any = None) -> str:
        """Start an orchestration as the SDK's client does; gives its id. It waits for `run`."""
        where = f"/{DURABLE_WEBHOOK}/orchestrators/{orchestrator}" + (f"/{instance_id}" if instance_id else "")
        answer = self.post(where, None if input_ is None else json.dumps(input_))
        if answer.status != 202:
            raise ValueError(f"{orchestrator} was not started: {answer.status} {answer.text}")
        return str(answer.json()["id"])

    def raise_event(self, instance_id: str, name: str, data: Any = None) -> HttpAnswer:
        """Raise an external event with a JSON value."""
        body = json.dumps(data).encode()
        return self.post(f"/{DURABLE_WEBHOOK}/instances/{instance_id}/raiseEvent/{name}", body)

    def status(self, instance_id: str, with_history: bool = False) -> dict[str, Any]:
        """An instance's status as the HTTP API tells it. Raises KeyError for one that is not there."""
        query = "?showHistory=true&showHistoryOutput=true" if with_history else ""
        answer = self.get(f"/{DURABLE_WEBHOOK}/instances/{instance_id}{query}")
        if answer.status == 404:
            raise KeyError(instance_id)
        told: dict[str, Any] = answer.json()
        return told

    def poison_messages(self, queue: str = POISON_QUEUE) -> list[dict[str, Any]]:
        """Messages about what was tried in vain, oldest first; by default about blobs."""
        return [json.loads(message) for (message,) in self.hub.read("poison_messages", queue)]

    def trace(self) -> str:
        """A digest of everything that the task hub holds: equal for equal runs."""
        digest = hashlib.sha256()
        for statement in ("all_instances", "all_history", "messages"):
            for row in self.hub.read_own(statement):
                digest.update(repr(row).encode())
        return digest.hexdigest()

    def close(self) -> None:
        super().close()
        self._own_loop.close()

    def _await(self, work: Any) -> Any:
        with self._worker_channel():
            return self._own_loop.run_until_complete(work)


class _SteppedDispatcher(Dispatcher):
    """Makes a change and commits it as soon as it is submitted; what follows from it waits for a step."""

    def submit(self, change: Callable[[], T]) -> Future[T]:
        promise = super().submit(change)
        self.make_changes()
        return promise


async def _call_asgi(app: Any, scope: dict[str, Any], content: bytes) -> HttpAnswer:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return HttpAnswer(sent[0]["status"], headers, body)


@pytest.fixture
def start_host(tmp_path: Path) -> Iterator[Callable[..., SteppedHost]]:
    """Start stepped hosts: `start_host(app_dir, **options)`; they share a state file, and end with the test.

    What the app's local.settings.json put into the environment goes with them.
    """
    hosts: list[SteppedHost] = []
    environment = dict(os.environ)

    def start(app_dir: Path | str, **options: Any) -> SteppedHost:
        state = options.pop("state", tmp_path / "state.db")
        host = SteppedHost(app_dir, state, **options)
        hosts.append(host)
        return host

    yield start
    for host in hosts:
        host.close()
    for name in set(os.environ) - set(environment):
        del os.environ[name]
