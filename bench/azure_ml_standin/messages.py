"""What goes back and forth: requests, replies, and refusals in the words and shape that the service uses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Dropped(Exception):
    """The connection is cut and no reply comes."""


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names are in lower case."""

    method: str
    address: str
    headers: Mapping[str, str]
    content: bytes = b""

    @property
    def path(self) -> str:
        """The address without host and query."""
        return urlsplit(self.address).path

    @property
    def query(self) -> dict[str, str]:
        """The query's first values, by name."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.address).query).items()}

    @property
    def body(self) -> Any:
        """The content as JSON; None when there is none."""
        return json.loads(self.content) if self.content else None


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; a body of None is empty."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return b"" if self.body is None else json.dumps(self.body).encode()


class Refusal(Exception):
    """A reply that is an error; raised so that a handler can stop anywhere."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.body["error"]["message"])
        self.reply = reply


def refuse(status: int, code: str, message: str, *inner: str, headers: Mapping[str, str] | None = None) -> Refusal:
    """An error of Azure ML's front end; `inner` are the codes of its inner errors, the outermost first."""
    nested: dict[str, Any] | None = None
    for name in reversed(inner):
        nested = {"code": name, "innerError": nested}
    facts = {
        "ComponentName": "managementfrontend",
        "Correlation": {"operation": "0" * 32, "request": "0" * 16},
        "Environment": "westeurope",
        "Location": "westeurope",
        "Time": "2026-01-05T00:00:00.0000000+00:00",
        **({"InnerError": nested} if nested else {}),
    }
    error = {
        "code": code,
        "message": message,
        "details": [],
        "additionalInfo": [{"type": name, "info": {"value": value}} for name, value in facts.items()],
    }
    return Refusal(Reply(status, {"error": error}, headers or {}))


def refuse_as_manager(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Refusal:
    """An error of Azure Resource Manager itself, which is shorter."""
    return Refusal(Reply(status, {"error": {"code": code, "message": message}}, headers or {}))
