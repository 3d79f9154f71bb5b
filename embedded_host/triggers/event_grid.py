"""The webhooks that Event Grid calls: for blob triggers, and for Event Grid triggers."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any
from urllib.parse import unquote, urlsplit

from azure.functions.meta import Datum
from starlette.requests import Request
from starlette.responses import Response

from embedded_host.durable.dotnet_json import dump
from embedded_host.functions.definitions import Function
from embedded_host.functions.runner import FunctionRunner
from embedded_host.triggers.blobs import BlobTriggers
from embedded_host.triggers.lakes import Lake
from embedded_host.web.answers import empty, json_answer, message
from embedded_host.web.bodies import read_body
from embedded_host.web.keys import BLOBS_EXTENSION, EVENT_GRID_EXTENSION, HostKeys

LOG = logging.getLogger("embedded_host.blobs")
MAX_BODY_BYTES = 1 << 20
"""Event Grid's own limit of a delivery."""
BLOB_CREATED = "Microsoft.Storage.BlobCreated"
VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
FUNCTION_PREFIX = "Host.Functions."
_SUBJECT = "/blobServices/default/containers/"


class EventGridWebhooks:
    """Serves `/runtime/webhooks/blobs` and `/runtime/webhooks/eventgrid`."""

    def __init__(
        self,
        keys: HostKeys,
        functions: list[Function],
        runner: FunctionRunner,
        blobs: BlobTriggers | None,
        lake: Lake | None,
    ) -> None:
        """`functions` are those with an Event Grid trigger."""
        self._keys, self._runner, self._blobs, self._lake = keys, runner, blobs, lake
        self._functions = {function.name.casefold(): function for function in functions}

    async def answer_blobs(self, request: Request, path: str) -> Response:
        """Take notices of new blobs for one function."""
        early = self._early_answer(request, path, BLOBS_EXTENSION)
        if early is not None:
            return early
        name = _function_name(request)
        known = {trigger.function.name.casefold(): trigger.function.name for trigger in self._triggers()}
        if name.casefold() not in known:
            return message(404, f"cannot find function: '{name}'")
        events = await _events(request)
        if isinstance(events, Response):
            return events
        for event in events:
            await self._notice(event, known[name.casefold()])
        return empty(202)

    def _triggers(self) -> list[Any]:
        return list(self._blobs.triggers) if self._blobs else []

    async def _notice(self, event: dict[str, Any], function_name: str) -> None:
        kind = event.get("eventType") or event.get("type")
        place = blob_of(event) if kind == BLOB_CREATED else None
        if place is None or self._blobs is None or self._lake is None or not self._blobs.watches(place[0]):
            LOG.info("An event of type %r for %s is passed over.", kind, function_name)
            return
        blob = await asyncio.to_thread(self._lake.find, *place)
        if blob is not None:
            await self._blobs.notice(blob, only=function_name)

    async def answer_event_grid(self, request: Request, path: str) -> Response:
        """Call an Event Grid function once per event; 500 has Event Grid deliver again."""
        early = self._early_answer(request, path, EVENT_GRID_EXTENSION)
        if early is not None:
            return early
        name = _function_name(request)
        function = self._functions.get(name.casefold())
        if function is None:
            return message(404, f"cannot find function: '{name}'")
        events = await _events(request)
        if isinstance(events, Response):
            return events
        try:
            for event in events:
                told = {function.trigger["name"]: Datum(type="json", value=dump(event))}
                data = await self._runner.inputs_of(function, told)
                await self._runner.run(function, data, {"data": Datum(type="json", value=dump(event.get("data")))})
        except Exception:
            LOG.exception("The Event Grid function %s failed.", name)
            return empty(500)
        return empty(202)

    def _early_answer(self, request: Request, path: str, extension: str) -> Response | None:
        given = request.query_params.get("code") or request.headers.get("x-functions-key")
        if path:
            return empty(404)
        if not self._keys.opens_webhook(given, extension):
            return empty(401)
        if request.method == "OPTIONS":  # the CloudEvents handshake
            return empty(200, {"WebHook-Allowed-Origin": request.headers.get("webhook-request-origin", "*")})
        return None if request.method == "POST" else empty(404)


def blob_of(event: dict[str, Any]) -> tuple[str, str] | None:
    """The container and the name of the blob that an event is about; None if it does not say."""
    subject = str(event.get("subject") or "")
    container, found, name = subject.removeprefix(_SUBJECT).partition("/blobs/")
    if subject.startswith(_SUBJECT) and found:
        return container, name
    try:
        path = urlsplit(str(_data_of(event).get("url") or "")).path
    except ValueError:
        return None
    parts = [unquote(part) for part in path.lstrip("/").split("/")]
    if parts and parts[0] == "devstoreaccount1":
        parts = parts[1:]
    return (parts[0], "/".join(parts[1:])) if len(parts) > 1 else None


def _data_of(event: dict[str, Any]) -> dict[str, Any]:
    data = event.get("data")
    return data if isinstance(data, dict) else {}


def _function_name(request: Request) -> str:
    return request.query_params.get("functionName", "").removeprefix(FUNCTION_PREFIX)


async def _events(request: Request) -> list[dict[str, Any]] | Response:
    """The delivered events, or the answer to a handshake or to a body that is none."""
    body = await read_body(request, MAX_BODY_BYTES)
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        return message(400, f"The body is no JSON: {error}")
    events = told if isinstance(told, list) else [told]
    if not all(isinstance(event, dict) for event in events):
        return message(400, "The body must hold one event or a list of events.")
    for event in events:
        if event.get("eventType") == VALIDATION:
            code = _data_of(event).get("validationCode")
            return (
                json_answer({"validationResponse": code}) if code else message(400, "The event has no validationCode.")
            )
    return events
