"""Serves an app's HTTP-triggered functions."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.functions.meta import Datum
from starlette.requests import Request
from starlette.responses import Response

from embedded_host.functions.definitions import Function
from embedded_host.functions.runner import FunctionRunner
from embedded_host.web.answers import empty
from embedded_host.web.bodies import read_body
from embedded_host.web.keys import HostKeys
from embedded_host.web.route_template import RouteTemplate, compile_route

LOG = logging.getLogger("embedded_host.http")
ALL_METHODS = ("GET", "POST", "DELETE", "HEAD", "PATCH", "PUT", "OPTIONS", "TRACE")


@dataclass(frozen=True)
class HttpRoute:
    """A function's route and methods."""

    function: Function
    template: RouteTemplate
    methods: frozenset[str]

    @property
    def level(self) -> str:
        return str(self.function.trigger.get("authLevel", "FUNCTION")).upper()


def routes_of(functions: list[Function], prefix: str) -> list[HttpRoute]:
    """The routes of HTTP functions, the most literal first. Raises BadRoute."""
    routes = []
    for function in functions:
        own = str(function.trigger.get("route", function.name)).strip("/")
        template = compile_route("/".join(part for part in (prefix, own) if part))
        methods = frozenset(str(method).upper() for method in function.trigger.get("methods") or ALL_METHODS)
        routes.append(HttpRoute(function, template, methods))
    return sorted(routes, key=lambda route: route.template.precedence)


class HttpTriggers:
    """Finds the function that a request is for, and calls it."""

    def __init__(self, routes: list[HttpRoute], runner: FunctionRunner, keys: HostKeys) -> None:
        self._routes, self._runner, self._keys = routes, runner, keys

    async def answer(self, request: Request, path: str) -> Response:
        """Answer a request; 404 where no function has the route and method, 401 without the right key."""
        for route in self._routes:
            parameters = route.template.match(path)
            if parameters is None or request.method not in route.methods:
                continue
            given = request.headers.get("x-functions-key") or request.query_params.get("code")
            if not self._keys.opens(given, route.level, route.function.name):
                return empty(401)
            return await self._call(route.function, request, parameters)
        return empty(404)

    async def _call(self, function: Function, request: Request, parameters: Mapping[str, str]) -> Response:
        body = await read_body(request)
        data = await self._runner.inputs_of(function, {function.trigger["name"]: _request(request, parameters, body)})
        try:
            returned = await self._runner.run(function, data, {})
            return _response(returned.value)
        except Exception:
            LOG.exception("The function %s failed.", function.name)
            return empty(500)


def _request(request: Request, parameters: Mapping[str, str], body: bytes) -> Datum:
    query = {name: value for name, value in request.query_params.items() if value}
    value: dict[str, Any] = {
        "method": Datum(type="string", value=request.method),
        "url": Datum(type="string", value=str(request.url)),
        "headers": {name.lower(): Datum(type="string", value=value) for name, value in request.headers.items()},
        "query": {name: Datum(type="string", value=value) for name, value in query.items()},
        "params": {name: Datum(type="string", value=value) for name, value in parameters.items()},
        "body": Datum(type="bytes", value=body),
    }
    return Datum(type="http", value=value)


def _response(datum: Datum | None) -> Response:
    if datum is None:
        return empty(204)
    if datum.type != "http":
        return Response(datum.value, 200, media_type="text/plain")
    told = datum.value
    headers = {name: value.value for name, value in told["headers"].items()}
    response = Response(told["body"].value, int(told["status_code"].value), headers)
    for cookie in told["cookies"] or ():
        for morsel in cookie.values():
            response.headers.append("set-cookie", morsel.OutputString())
    return response
