"""The Durable HTTP API, at its public path and at the worker's own (reference A4)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from embedded_host.durable import operations
from embedded_host.durable.dispatcher import Dispatcher
from embedded_host.durable.dotnet_json import InvalidJson, dump, load, load_or_text
from embedded_host.durable.history import Event
from embedded_host.durable.instances import Instance, Status
from embedded_host.durable.operations import Operations, Result
from embedded_host.durable.status import Shown, history_json, status_json
from embedded_host.durable.task_hub import TaskHub
from embedded_host.durable.task_hub_reader import events_of
from embedded_host.functions.durable_functions import management_urls
from embedded_host.web.answers import empty, failure, json_answer, message, text_as_json
from embedded_host.web.bodies import read_body
from embedded_host.web.durable_request import CONTINUATION, ApiBase, Ask, number_of
from embedded_host.web.entity_api import EntityApi

_READER_ERROR = "Newtonsoft.Json.JsonReaderException"


class DurableApi:
    """Serves the API's routes. Paths come without the leading prefix and without a final slash."""

    def __init__(self, dispatcher: Dispatcher, known_connections: frozenset[str]) -> None:
        self._dispatcher = dispatcher
        self._operations = Operations(dispatcher)
        self._hub: TaskHub = dispatcher.hub
        self._entities = EntityApi(dispatcher)
        self._connections = {name.casefold() for name in known_connections}

    async def answer(self, request: Request, path: str, base: ApiBase) -> Response:
        """Answer one request; 404 for what is no route."""
        connection = request.query_params.get("connection")
        if connection and connection.casefold() not in self._connections:
            told = f"The connection string or settings for '{connection}' are not configured."
            return failure(
                500, "Something went wrong while processing your request", told, "System.InvalidOperationException"
            )
        for method, pattern, serve in _ROUTES:
            found = pattern.fullmatch(path)
            if found and method == request.method:
                parts = {name: unquote(text) for name, text in found.groupdict().items() if text is not None}
                return await serve(self, Ask(request, base, parts))
        return empty(404)

    async def _change(self, change: Callable[[], operations.Answer]) -> operations.Answer:
        return await asyncio.wrap_future(self._dispatcher.submit(change))

    # --- starting ------------------------------------------------------------------------------------------------

    async def start(self, ask: Ask) -> Response:
        body = (await read_body(ask.request)).decode("utf-8", errors="replace")
        problem = _json_problem(body) if body.strip() else None
        if problem:
            return failure(400, "Invalid JSON content", problem, _READER_ERROR)
        name, wanted = ask.parts["function"], ask.parts.get("id")
        input_text = body if body.strip() else None
        version = ask.query.get("version") or None
        answer = await self._change(lambda: self._operations.start(name, wanted, input_text, version))
        if answer.result is Result.REFUSED:
            return message(409, f"An Orchestration instance with the status {answer.status} already exists.")
        timeout, interval = number_of(ask.query.get("timeout")), number_of(ask.query.get("pollingInterval"))
        if timeout is None or interval is None:
            return _links(ask.base, answer.instance_id)
        return await self._wait_for_end(ask, answer.instance_id, timeout, interval)

    async def _wait_for_end(self, ask: Ask, instance_id: str, timeout: float, interval: float) -> Response:
        if interval > timeout:
            return message(400, f"Total timeout {timeout:g} should be bigger than retry timeout {interval:g}")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            row = await run_in_threadpool(self._hub.find_instance, instance_id)
            if row and row.instance.status is Status.COMPLETED:
                return json_answer(load_or_text(row.instance.output))
            if row and row.instance.status.is_terminal:
                return json_answer(status_json(row.instance, Shown()))
            left = deadline - loop.time()
            if left <= 0:
                return _links(ask.base, instance_id)
            await asyncio.sleep(min(interval, left))

    # --- looking -------------------------------------------------------------------------------------------------

    async def show(self, ask: Ask) -> Response:
        row = await run_in_threadpool(self._hub.find_instance, ask.parts["id"])
        if row is None:
            return empty(404)
        instance, shown = row.instance, ask.shown()
        told = await run_in_threadpool(self._told, instance, shown)
        if not instance.status.is_terminal:
            return json_answer(told, 202, {"Location": ask.own_url(), "Retry-After": "5"})
        is_error = instance.status is Status.FAILED and ask.flag("returnInternalServerErrorOnFailure", False)
        return json_answer(told, 500 if is_error else 200)

    def _told(self, instance: Instance, shown: Shown) -> dict[str, Any]:
        told = status_json(instance, shown)
        if shown.history and instance.status is not Status.PENDING:
            events: list[Event] = events_of(self._hub.history_rows(instance.instance_id))
            told["historyEvents"] = history_json(events, shown)
        return told

    async def list_all(self, ask: Ask) -> Response:
        wanted = ask.filter()
        rows = await run_in_threadpool(self._hub.list_instances, wanted)
        shown = ask.shown()
        told = [await run_in_threadpool(self._told, row.instance, shown) for row in rows]
        token = rows[-1].instance.instance_id if len(rows) == wanted.top else ""
        return json_answer(told, 200, {CONTINUATION: quote(token, safe="")})

    # --- events and control --------------------------------------------------------------------------------------

    async def raise_event(self, ask: Ask) -> Response:
        row = await run_in_threadpool(self._hub.find_instance, ask.parts["id"])
        if row is None or row.instance.status.is_terminal:
            return empty(404 if row is None else 410)
        if not ask.request.headers.get("content-type", "").strip().casefold().startswith("application/json"):
            return message(400, "Only application/json request content is supported")
        body = (await read_body(ask.request)).decode("utf-8", errors="replace")
        try:
            data = dump(load(body, whole=False))
        except InvalidJson as error:
            return failure(400, "Invalid JSON content", str(error), _READER_ERROR)
        answer = await self._change(lambda: self._operations.raise_event(ask.parts["id"], ask.parts["event"], data))
        return _control_answer(answer, "")

    async def terminate(self, ask: Ask) -> Response:
        return await self._control(ask, self._operations.terminate, "terminate")

    async def suspend(self, ask: Ask) -> Response:
        return await self._control(ask, self._operations.suspend, "suspend")

    async def resume(self, ask: Ask) -> Response:
        return await self._control(ask, self._operations.resume, "resume")

    async def _control(self, ask: Ask, operate: Callable[[str, str | None], operations.Answer], verb: str) -> Response:
        reason = ask.query.get("reason") or None
        return _control_answer(await self._change(lambda: operate(ask.parts["id"], reason)), verb)

    async def rewind(self, ask: Ask) -> Response:
        instance_id, reason = ask.parts["id"], ask.query.get("reason") or None
        answer = await self._change(lambda: self._operations.rewind(instance_id, reason))
        if answer.result is Result.NOT_FOUND:
            return text_as_json(404, f'No orchestration with instance ID "${instance_id}" found.')
        if answer.result is Result.REFUSED:
            told = (
                f"This orchestration has status {answer.status}, but only orchestrations in the "
                '"Failed" state can be rewound.'
            )
            return text_as_json(412, told)
        return empty(202)

    async def restart(self, ask: Ask) -> Response:
        instance_id, with_new_id = ask.parts["id"], ask.flag("restartWithNewInstanceId", True)
        answer = await self._change(lambda: self._operations.restart(instance_id, with_new_id))
        if answer.result is Result.NOT_FOUND:
            told = f"No instance with ID '{instance_id}' was found. (Parameter 'instanceId')"
            text = "InstanceId does not match a valid orchestration instance."
            return failure(400, text, told, "System.ArgumentException")
        if answer.result is Result.REFUSED:
            text = "A non-terminal instance with this instance ID already exists."
            told = f"An Orchestration instance with the status {answer.status} already exists."
            return failure(409, text, told, "System.InvalidOperationException")
        return _links(ask.base, answer.instance_id)

    # --- removal -------------------------------------------------------------------------------------------------

    async def purge(self, ask: Ask) -> Response:
        instance_id = ask.parts["id"]
        answer = await self._change(lambda: self._operations.purge(instance_id))
        if answer.result is Result.NOT_FOUND:
            return empty(404)
        if answer.result is Result.REFUSED:
            return text_as_json(
                412,
                "Only orchestrations in a terminal state can be purged, but the orchestration with instance ID "
                f"{instance_id} has status {answer.status}",
            )
        return json_answer({"instancesDeleted": answer.count})

    async def purge_many(self, ask: Ask) -> Response:
        wanted = ask.filter()
        if wanted.created_from is None:
            return text_as_json(400, "Please provide value for 'createdTimeFrom' parameter.")
        answer = await self._change(lambda: self._operations.purge_many(wanted))
        return json_answer({"instancesDeleted": answer.count}) if answer.count else empty(404)


def _control_answer(answer: operations.Answer, verb: str) -> Response:
    if answer.result is Result.NOT_FOUND:
        return empty(404)
    if answer.result is Result.GONE:
        return empty(410)
    if answer.result is Result.REFUSED:
        told = (
            f"Cannot {verb} the orchestration instance {answer.instance_id} because instance is in the "
            f"{answer.status} state."
        )
        text = "Something went wrong while processing your request"
        return failure(500, text, told, "System.InvalidOperationException")
    return empty(202)


def _links(base: ApiBase, instance_id: str) -> Response:
    shown = quote(instance_id, safe="@:")
    links = {"id": instance_id, **management_urls(base.url, shown, base.query, with_rewind=False)}
    return json_answer(links, 202, {"Location": links["statusQueryGetUri"], "Retry-After": "10"})


def _json_problem(body: str) -> str | None:
    try:
        load(body)
    except InvalidJson as error:
        return str(error)
    return None


def _entity(serve: Callable[[EntityApi, Ask], Awaitable[Response]]) -> _Serve:
    return lambda api, ask: serve(api._entities, ask)


_Serve = Callable[[DurableApi, Ask], Awaitable[Response]]


def _route(method: str, pattern: str, serve: _Serve) -> tuple[str, re.Pattern[str], _Serve]:
    return method, re.compile(pattern, re.IGNORECASE), serve


_ID = r"(?P<id>[^/]+)"
_ROUTES: list[tuple[str, re.Pattern[str], _Serve]] = [
    _route("POST", rf"orchestrators/(?P<function>[^/]+)(?:/{_ID})?", DurableApi.start),
    _route("GET", "instances", DurableApi.list_all),
    _route("DELETE", "instances", DurableApi.purge_many),
    _route("GET", rf"instances/{_ID}", DurableApi.show),
    _route("DELETE", rf"instances/{_ID}", DurableApi.purge),
    _route("POST", rf"instances/{_ID}/raiseEvent/(?P<event>[^/]+)", DurableApi.raise_event),
    _route("POST", rf"instances/{_ID}/terminate", DurableApi.terminate),
    _route("POST", rf"instances/{_ID}/suspend", DurableApi.suspend),
    _route("POST", rf"instances/{_ID}/resume", DurableApi.resume),
    _route("POST", rf"instances/{_ID}/rewind", DurableApi.rewind),
    _route("POST", rf"instances/{_ID}/restart", DurableApi.restart),
    _route("GET", "entities", _entity(EntityApi.list_entities)),
    _route("GET", r"entities/(?P<entity>[^/]+)", _entity(EntityApi.list_entities)),
    _route("GET", r"entities/(?P<entity>[^/]+)/(?P<key>[^/]+)", _entity(EntityApi.show_entity)),
    _route("POST", r"entities/(?P<entity>[^/]+)(?:/(?P<key>[^/]+))?", _entity(EntityApi.signal)),
    _route("DELETE", r"entities/(?P<entity>[^/]+)(?:/(?P<key>[^/]+))?", _entity(EntityApi.signal)),
]
