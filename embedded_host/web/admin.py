"""Admin routes: the host's state, its functions, and firing one by hand."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from embedded_host.functions.definitions import Function, IndexedApp
from embedded_host.web.answers import empty, json_answer, message
from embedded_host.web.bodies import read_body
from embedded_host.web.keys import HostKeys

LOG = logging.getLogger("embedded_host.http")
FireByHand = Callable[[Function, str], Awaitable[None]]


class AdminRoutes:
    """Serves `/admin/…`."""

    def __init__(self, app: IndexedApp, disabled: frozenset[str], keys: HostKeys, fire: FireByHand) -> None:
        self._app, self._keys, self._fire = app, keys, fire
        self._disabled = {name.casefold() for name in disabled}
        self._id = uuid.uuid4().hex

    async def answer(self, request: Request, path: str) -> Response:
        """Answer `host/status`, `host/ping`, `functions` and `functions/{name}`."""
        if path.casefold() == "host/ping" and request.method in ("GET", "POST"):
            return empty(200)
        given = request.headers.get("x-functions-key") or request.query_params.get("code")
        if not self._keys.opens_admin(given):
            return empty(401)
        if path.casefold() == "host/status" and request.method == "GET":
            return json_answer({"id": self._id, "state": "Running", "version": "4.0 (embedded)", "errors": []})
        area, _, name = path.partition("/")
        if area.casefold() != "functions":
            return empty(404)
        if not name and request.method == "GET":
            return json_answer([self._describe(function) for function in self._app.functions.values()])
        return await self._answer_function(request, name)

    async def _answer_function(self, request: Request, name: str) -> Response:
        known = {function.name.casefold(): function for function in self._app.functions.values()}
        function = known.get(name.casefold())
        if function is None:
            return empty(404)
        if request.method == "GET":
            return json_answer(self._describe(function))
        if request.method != "POST":
            return empty(404)
        body = await read_body(request)
        try:
            told = json.loads(body) if body else {}
        except ValueError as error:
            return message(400, f'The body must be JSON like {{"input": "…"}}: {error}')
        value = told.get("input", "") if isinstance(told, dict) else ""
        await self._fire(function, value if isinstance(value, str) else json.dumps(value))
        return empty(202)

    def _describe(self, function: Function) -> dict[str, Any]:
        return {
            "name": function.name,
            "isDisabled": function.name.casefold() in self._disabled,
            "config": {"bindings": [dict(binding) for binding in function.bindings]},
        }
