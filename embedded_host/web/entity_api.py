"""The entities' part of the Durable HTTP API."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from embedded_host.durable.dispatcher import Dispatcher
from embedded_host.durable.dotnet_json import InvalidJson, dump, load, load_or_text
from embedded_host.durable.entity import entity_id, entity_key, entity_name, read_state
from embedded_host.durable.operations import Operations
from embedded_host.web.answers import empty, json_answer, message
from embedded_host.web.bodies import read_body
from embedded_host.web.durable_request import CONTINUATION, Ask, moment_of, number_of

_BAD_KEY = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")


class EntityApi:
    """Reads, lists and signals entities."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher, self._operations = dispatcher, Operations(dispatcher)
        self._hub, self._catalog = dispatcher.hub, dispatcher.catalog

    async def show_entity(self, ask: Ask) -> Response:
        key = "" if ask.parts.get("key") == "$" else ask.parts.get("key", "")
        row = await run_in_threadpool(self._hub.find_instance, entity_id(ask.parts["entity"], key))
        if row is None or not row.is_entity:
            return empty(404)
        return json_answer(load_or_text(read_state(row.instance.input_text).state))

    async def list_entities(self, ask: Ask) -> Response:
        prefix = f"@{ask.parts['entity'].lower()}@" if "entity" in ask.parts else "@"
        top = int(number_of(ask.query.get("top")) or 100)
        after = unquote(ask.request.headers.get(CONTINUATION, ""))
        wanted = {"after": after, "prefix": prefix, "top": top}
        rows = await run_in_threadpool(self._hub.read, "list_entities", wanted)
        earliest, latest = (
            moment_of(ask.query.get("lastOperationTimeFrom")),
            moment_of(ask.query.get("lastOperationTimeTo")),
        )
        told = [
            _entity_row(row, ask.flag("fetchState", False))
            for row in rows
            if (earliest is None or moment_of(row[2]) >= earliest) and (latest is None or moment_of(row[2]) <= latest)
        ]
        token = rows[-1][0] if len(rows) == top else ""
        return json_answer(told, 200, {CONTINUATION: quote(token, safe="")})

    async def signal(self, ask: Ask) -> Response:
        is_delete = ask.request.method == "DELETE"
        name, key = ask.parts["entity"], ask.parts.get("key", "")
        problem = self._entity_problem(name, key)
        if problem:
            return message(400, problem)
        body = (await read_body(ask.request)).decode("utf-8", errors="replace")
        try:
            input_text = _entity_input(body, ask.request.headers.get("content-type", ""))
        except InvalidJson as error:
            return message(400, f"Could not parse JSON content: {error}")
        operation = "delete" if is_delete else ask.query.get("op", "")
        await asyncio.wrap_future(
            self._dispatcher.submit(lambda: self._operations.signal_entity(name, key, operation, input_text))
        )
        return empty(202)

    def _entity_problem(self, name: str, key: str) -> str | None:
        if self._catalog.entity(name) is None:
            return self._catalog.unknown("entity", name)
        if _BAD_KEY.search(key):
            return "entityKey (Parameter 'Entity keys must not contain /, \\, #, ?, or control characters.')"
        return None


def _entity_row(row: tuple[Any, ...], with_state: bool) -> dict[str, Any]:
    instance_id, input_text, updated_at = row
    state = load_or_text(read_state(input_text).state) if with_state else None
    identity = {"name": entity_name(instance_id), "key": entity_key(instance_id)}
    return {"entityId": identity, "lastOperationTime": updated_at, "state": state}


def _entity_input(body: str, content_type: str) -> str | None:
    if not body:
        return None
    if not content_type.strip().casefold().startswith("application/json"):
        return dump(body)
    return dump(load(body))
