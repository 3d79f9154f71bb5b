"""The host's one ASGI app: functions, the Durable HTTP API, webhooks and admin routes, on two listening sockets.

What comes in at the worker's own socket (loopback only) needs no key, as the real worker's channel does not.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from embedded_host.web.answers import empty
from embedded_host.web.bodies import BodyTooLarge
from embedded_host.web.durable_api import DurableApi
from embedded_host.web.durable_request import ApiBase
from embedded_host.web.http_triggers import HttpTriggers
from embedded_host.web.keys import DURABLE_EXTENSION, HostKeys

LOG = logging.getLogger("embedded_host.http")
DURABLE_WEBHOOK = "runtime/webhooks/durabletask"
RPC_PREFIX = "durabletask"

Webhook = Callable[[Request, str], Awaitable[Response]]


class WebApp:
    """Routes requests to whoever serves them."""

    def __init__(
        self,
        functions: HttpTriggers,
        durable: DurableApi,
        keys: HostKeys,
        hub_name: str,
        webhooks: dict[str, Webhook],
    ) -> None:
        """`webhooks` serve the paths under their prefix; they check keys themselves."""
        self._functions, self._durable, self._keys, self._hub_name = functions, durable, keys, hub_name
        self._webhooks = webhooks
        self.rpc_port = 0
        """The port of the worker's own socket; set once it listens."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except BodyTooLarge:
            response = empty(413)
        except Exception:
            LOG.exception("The host failed on %s %s.", request.method, request.url.path)
            response = empty(500)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode("latin-1").partition("?")[0].lstrip("/")
        if "%2f" in path.casefold() and path.casefold().startswith((DURABLE_WEBHOOK, RPC_PREFIX)):
            return empty(404)
        if request.scope["server"][1] == self.rpc_port:
            return await self._answer_worker(request, path)
        durable = _under(path, DURABLE_WEBHOOK)
        if durable is not None:
            return await self._answer_durable(request, durable)
        for prefix, webhook in self._webhooks.items():
            rest = _under(path, prefix)
            if rest is not None:
                return await webhook(request, rest)
        return await self._functions.answer(request, path.rstrip("/"))

    async def _answer_durable(self, request: Request, path: str) -> Response:
        given = request.query_params.get("code") or request.headers.get("x-functions-key")
        if not self._keys.opens_webhook(given, DURABLE_EXTENSION):
            return empty(401)
        host = f"{request.url.scheme}://{request.url.netloc}"
        base = ApiBase(f"{host}/{DURABLE_WEBHOOK}", self.common_query())
        return await self._durable.answer(request, path, base)

    async def _answer_worker(self, request: Request, path: str) -> Response:
        rest = _under(path, RPC_PREFIX)
        if rest is None:
            return empty(404)
        host = f"{request.url.scheme}://{request.url.netloc}"
        return await self._durable.answer(request, rest, ApiBase(f"{host}/{RPC_PREFIX}", self.common_query()))

    def common_query(self) -> str:
        """The query that management links carry."""
        code = f"&code={self._keys.system(DURABLE_EXTENSION)}" if self._keys.enforced else ""
        return f"taskHub={self._hub_name}&connection=Storage{code}"


def _under(path: str, prefix: str) -> str | None:
    """The rest of a path below a prefix, without a final slash; None if it lies elsewhere."""
    if path[: len(prefix)].casefold() != prefix.casefold() or path[len(prefix) : len(prefix) + 1] not in ("", "/"):
        return None
    return path[len(prefix) :].strip("/")
