"""Calls functions: plain ones in a thread pool, async ones on the host's loop, each within the function timeout."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import azure.functions
from azure.functions.meta import Datum

from embedded_host.functions.bindings import decode, encode_output, encode_return
from embedded_host.functions.definitions import Function

LOG = logging.getLogger("embedded_host.functions")


class FunctionTimeout(Exception):
    """A function ran longer than host.json's functionTimeout allows."""


@dataclass(frozen=True)
class Call:
    """What one invocation is given. A missing datum is an input that the trigger does not bring."""

    function: Function
    data: Mapping[str, Any]
    metadata: Mapping[str, Datum] = field(default_factory=dict)
    retry_count: int = 0


@dataclass(frozen=True)
class Returned:
    """What one invocation gave."""

    value: Datum | None
    outputs: Mapping[str, Datum]


class _Output(azure.functions.Out[Any]):
    """The output parameter that a function gets."""

    def __init__(self) -> None:
        self.value: Any = None

    def set(self, val: Any) -> None:
        self.value = val

    def get(self) -> Any:
        return self.value


@dataclass(frozen=True)
class _RetryContext:
    retry_count: int
    max_retry_count: int
    exception: Any = None


@dataclass(frozen=True)
class _TraceContext:
    trace_parent: str = ""
    trace_state: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)

    Traceparent = property(lambda self: self.trace_parent)
    Tracestate = property(lambda self: self.trace_state)
    Attributes = property(lambda self: self.attributes)


class InvocationContext(azure.functions.Context):
    """The `context` of an invocation."""

    def __init__(self, function: Function, directory: str, retry_count: int) -> None:
        self._function, self._directory = function, directory
        self._invocation_id = str(uuid.uuid4())
        self._local = threading.local()
        policy = function.retry_policy or {}
        self._retry = _RetryContext(retry_count, int(policy.get("max_retry_count") or 0))

    @property
    def invocation_id(self) -> str:
        return self._invocation_id

    @property
    def thread_local_storage(self) -> Any:
        return self._local

    @property
    def function_name(self) -> str:
        return self._function.name

    @property
    def function_directory(self) -> str:
        return self._directory

    @property
    def trace_context(self) -> Any:
        return _TraceContext()

    @property
    def retry_context(self) -> Any:
        return self._retry


class Invoker:
    """Calls an app's functions."""

    def __init__(self, directory: str, timeout: timedelta | None, threads: int | None = None) -> None:
        """`threads` is how many plain functions run at once; the default is the environment's or the worker's."""
        self._directory = directory
        self._timeout = timeout.total_seconds() if timeout else None
        size = (
            threads or int(os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "0")) or min(32, (os.cpu_count() or 1) + 4)
        )
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="function")
        self._watch = _Watch()
        self.inline = False
        """Whether plain functions run on the calling thread, for a host that is stepped."""
        self.loop: asyncio.AbstractEventLoop | None = None
        """The loop of async functions; set once the host runs."""

    def close(self) -> None:
        """Take no more calls; functions that run are left to end with the process."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._watch.close()

    def start(self, call: Call) -> Future[Returned]:
        """Begin an invocation; the future fails with the function's own exception or FunctionTimeout."""
        if call.function.is_async:
            assert self.loop is not None, "async functions need a running host"
            return asyncio.run_coroutine_threadsafe(self._call_async(call), self.loop)
        future: Future[Returned] = Future()
        context = contextvars.copy_context()
        self._pool.submit(context.run, self._call_into, call, future)
        return future

    def submit(self, run: Callable[[], Returned]) -> Future[Returned]:
        """Run something of the host's own among the functions."""
        return self._pool.submit(run)

    async def invoke(self, call: Call) -> Returned:
        """Invoke a function from the host's loop. Raises what the function raises, or FunctionTimeout."""
        if call.function.is_async:
            return await self._call_async(call)
        if self.inline:
            return self._call(call)
        return await asyncio.wrap_future(self.start(call))

    def invoke_now(self, call: Call) -> Returned:
        """Invoke a function on this thread; async ones on a loop of their own. For a host that is stepped."""
        if not call.function.is_async:
            return self._call(call)
        return asyncio.run(self._call_async(call))

    def _call_into(self, call: Call, future: Future[Returned]) -> None:
        if self._timeout is not None:
            deadline = time.monotonic() + self._timeout
            self._watch.begin(id(future), deadline, lambda: _fail(future, self._timed_out(call)))
        try:
            returned = self._call(call)
        except BaseException as error:
            _fail(future, error)
        else:
            if not future.done():
                future.set_result(returned)
        finally:
            self._watch.end(id(future))

    def _call(self, call: Call) -> Returned:
        arguments, outputs = self._arguments(call)
        value = call.function.call(**arguments)
        return _returned(call.function, value, outputs)

    async def _call_async(self, call: Call) -> Returned:
        arguments, outputs = self._arguments(call)
        try:
            value = await asyncio.wait_for(call.function.call(**arguments), self._timeout)
        except TimeoutError as error:
            if self._timeout is None:
                raise
            raise self._timed_out(call) from error
        return _returned(call.function, value, outputs)

    def _arguments(self, call: Call) -> tuple[dict[str, Any], dict[str, _Output]]:
        function = call.function
        arguments: dict[str, Any] = {
            name: decode(parameter, call.data.get(name), call.metadata) for name, parameter in function.inputs.items()
        }
        outputs = {name: _Output() for name in function.outputs}
        arguments.update(outputs)
        if function.wants_context:
            arguments["context"] = InvocationContext(function, self._directory, call.retry_count)
        return arguments, outputs

    def _timed_out(self, call: Call) -> FunctionTimeout:
        span = timedelta(seconds=self._timeout or 0)
        return FunctionTimeout(f"Timeout value of {span} was exceeded by function: {call.function.name}")


def _returned(function: Function, value: Any, outputs: Mapping[str, _Output]) -> Returned:
    encoded = {
        name: datum
        for name, output in outputs.items()
        if output.value is not None and (datum := encode_output(function.outputs[name], output.value)) is not None
    }
    return Returned(encode_return(function, value), encoded)


def _fail(future: Future[Returned], error: BaseException) -> None:
    if not future.done():
        try:
            future.set_exception(error)
        except Exception:
            LOG.debug("A function ended as its time was up.")


class _Watch:
    """Calls back whatever is still under way at its deadline."""

    LOOK_EVERY = 0.5

    def __init__(self) -> None:
        self._under_way: dict[int, tuple[float, Callable[[], None]]] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, key: int, deadline: float, callback: Callable[[], None]) -> None:
        with self._lock:
            self._under_way[key] = (deadline, callback)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="function-timeouts", daemon=True)
                self._thread.start()

    def end(self, key: int) -> None:
        with self._lock:
            self._under_way.pop(key, None)

    def close(self) -> None:
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(self.LOOK_EVERY):
            now = time.monotonic()
            with self._lock:
                late = [(key, item[1]) for key, item in self._under_way.items() if item[0] <= now]
            for key, callback in late:
                self.end(key)
                callback()
