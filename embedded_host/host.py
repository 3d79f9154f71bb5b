"""Puts a host together: an app, a task hub, the engine, the triggers and the web server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from embedded_host.clock import Clock, SystemClock
from embedded_host.durable.catalog import Catalog
from embedded_host.durable.dispatcher import Dispatcher
from embedded_host.durable.session import prepare_sdk
from embedded_host.durable.settings import Ids, ReplayMode
from embedded_host.durable.task_hub import TaskHub
from embedded_host.durable.task_queue import ActivityRunner
from embedded_host.engine_thread import EngineThread
from embedded_host.functions.app_index import load_app
from embedded_host.functions.definitions import IndexedApp
from embedded_host.functions.durable_functions import AppActivities, catalog_of, client_binding
from embedded_host.functions.host_settings import HostSettings, SettingsError, read_settings
from embedded_host.functions.invocation import Invoker
from embedded_host.functions.runner import FunctionRunner
from embedded_host.lease import Lease
from embedded_host.triggers.trigger_set import TriggerSet
from embedded_host.web.admin import AdminRoutes
from embedded_host.web.durable_api import DurableApi
from embedded_host.web.http_triggers import HttpTriggers, routes_of
from embedded_host.web.keys import DURABLE_EXTENSION, HostKeys, load_keys
from embedded_host.web.server import WebApp

LOG = logging.getLogger("embedded_host")
DEFAULT_PORT = 7071
_LOCAL = "127.0.0.1"


@dataclass(frozen=True)
class HostOptions:
    """What a host is started with."""

    app_dir: Path
    state: Path
    lake: str | None = None
    """`folder:PATH`, a blob account's URL, or a storage connection string."""
    port: int = DEFAULT_PORT
    """0 takes a free one."""
    address: str = _LOCAL
    enable_auth: bool = False
    replay: ReplayMode = ReplayMode.SESSION
    scan_interval: float = 10.0
    """Seconds between two looks at the blobs."""
    grace: float = 5.0
    """Seconds that running activities get when the host is told to stop."""
    lease_wait: float | None = None
    """Seconds to wait while another host works on the hub; None waits for ever."""


class Host:
    """One app on one task hub. Build it, then `serve`."""

    is_stepped = False
    """Whether a test drives the host step by step."""

    def __init__(
        self, options: HostOptions, clock: Clock | None = None, observe: Callable[[str, int], None] | None = None
    ) -> None:
        """Load the app and open the hub. `observe` sees the hub's commits.

        Raises AppLoadError, FunctionLoadError, SettingsError, BadRoute, LeaseNotGranted, TaskHubError.
        """
        self.options = options
        self.clock = clock or SystemClock()
        self.settings: HostSettings = read_settings(options.app_dir, options.replay, os.environ)
        prepare_sdk()
        self.app: IndexedApp = load_app(options.app_dir)
        self._lease = Lease(options.state)
        self._lease.acquire(options.lease_wait)
        self.hub = TaskHub(options.state, observe, flush=not self.is_stepped)
        self.keys: HostKeys = load_keys(self.hub, list(self.app.functions), options.enable_auth)
        self.invoker = Invoker(str(options.app_dir), self.settings.function_timeout)
        catalog = catalog_of(self.app, self.settings.disabled)
        activities = AppActivities(self.app, catalog, self.invoker, self.clock)
        self.dispatcher = self._build_dispatcher(catalog, activities)
        self._engine = EngineThread(self.dispatcher, self._fail)
        self._failure: BaseException | None = None
        self._server: _Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.address = ""
        """The public base address, once it listens."""
        self._rpc_base = ""
        self._build_web()

    def _build_dispatcher(self, catalog: Catalog, activities: ActivityRunner) -> Dispatcher:
        return Dispatcher(self.hub, catalog, self.settings.durable, self.clock, Ids(), activities)

    def _build_web(self) -> None:
        self.runner = FunctionRunner(self.invoker, self._client_binding, self._read_blob, self._write_blob)
        disabled = {name.casefold() for name in self.settings.disabled}
        served = [
            function for function in self.app.with_trigger("httpTrigger") if function.name.casefold() not in disabled
        ]
        self.triggers = TriggerSet(self)
        admin = AdminRoutes(self.app, self.settings.disabled, self.keys, self.triggers.fire_by_hand)
        self.web = WebApp(
            HttpTriggers(routes_of(served, self.settings.route_prefix), self.runner, self.keys),
            DurableApi(self.dispatcher, frozenset({"Storage", "AzureWebJobsStorage"})),
            self.keys,
            self.settings.durable.hub_name,
            {"admin": admin.answer, **self.triggers.webhooks()},
        )

    async def _read_blob(self, path: str) -> bytes | None:
        container, _, name = path.partition("/")
        lake = self.triggers.lake
        return await asyncio.to_thread(lake.read, container, name) if lake else None

    async def _write_blob(self, path: str, content: bytes) -> None:
        container, _, name = path.partition("/")
        if self.triggers.lake is None:
            raise SettingsError(f"No lake is given (--lake), so {path} cannot be written.")
        await asyncio.to_thread(self.triggers.lake.write, container, name, content)

    def _client_binding(self) -> dict[str, Any]:
        key = self.keys.system(DURABLE_EXTENSION) if self.keys.enforced else None
        return client_binding(self.settings.durable.hub_name, self.address, self._rpc_base, key)

    # --- serving -------------------------------------------------------------------------------------------------

    async def serve(self, on_ready: Callable[[str], None] = lambda address: None) -> None:
        """Serve until `stop`; `on_ready` gets the public address. Raises what made the engine fail."""
        self._loop = self.invoker.loop = asyncio.get_running_loop()
        public = _listen(self.options.address, self.options.port)
        worker = _listen(_LOCAL, 0)
        self.address = f"http://{self.options.address}:{public.getsockname()[1]}"
        self.web.rpc_port = worker.getsockname()[1]
        self._rpc_base = f"http://{_LOCAL}:{self.web.rpc_port}/durabletask/"
        self._server = _Server(self.web)
        self.dispatcher.recover()
        self._engine.start()
        await self.triggers.start()
        serving = asyncio.create_task(self._server.serve(sockets=[public, worker]))
        while not self._server.started and not serving.done():
            await asyncio.sleep(0.005)
        on_ready(self.address)
        await serving
        await self._wind_down()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Have `serve` end; may be called from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop_server)

    def _stop_server(self) -> None:
        if self._server is not None:
            self._server.should_exit = True

    def _fail(self, error: BaseException) -> None:
        self._failure = error
        self.stop()

    async def _wind_down(self) -> None:
        await self.triggers.stop(self.options.grace)
        await asyncio.to_thread(self._engine.stop, self.options.grace)
        self.close()

    def close(self) -> None:
        """Close the hub and give up the lease."""
        self.invoker.close()
        self.hub.close()
        self._lease.release()


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers; the host has its own."""

    def __init__(self, app: WebApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=3,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(address: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"Port {port} is taken ({error}). Choose another with --port, or 0 for a free one.") from error
    return listener


class PortTaken(Exception):
    """The port cannot be listened on."""
