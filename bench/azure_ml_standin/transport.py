"""Reaches the stand-in without a socket, through the same `requests` sessions that the real clients use."""

from __future__ import annotations

import io
from typing import Any

import requests
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from bench.azure_ml_standin.messages import Dropped, Request
from bench.azure_ml_standin.service import StandIn


class _Adapter(BaseAdapter):
    """Hands prepared requests to the stand-in."""

    def __init__(self, standin: StandIn) -> None:
        super().__init__()
        self._standin = standin

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        content = request.body or b""
        asked = Request(
            str(request.method),
            str(request.url),
            {name.lower(): str(value) for name, value in request.headers.items()},
            content if isinstance(content, bytes) else str(content).encode(),
        )
        try:
            reply = self._standin.answer(asked)
        except Dropped as dropped:
            raise requests.exceptions.ConnectionError("the connection was cut") from dropped
        response = requests.Response()
        response.status_code, response.url, response.request = reply.status, asked.address, request
        response.headers = CaseInsensitiveDict({"Content-Type": "application/json", **reply.headers})
        response.raw = HTTPResponse(io.BytesIO(reply.content), status=reply.status, preload_content=False)
        return response

    def close(self) -> None:
        """There is nothing to close."""


class InProcessTransport(RequestsTransport):
    """A transport of azure-core to a stand-in, on whose clock it also waits."""

    def __init__(self, standin: StandIn) -> None:
        session = requests.Session()
        session.mount("https://", _Adapter(standin))
        super().__init__(session=session, session_owner=False)
        self._clock = standin.workspace.clock

    def sleep(self, duration: float) -> None:
        """Let time pass for the stand-in, too."""
        self._clock.sleep(duration)
