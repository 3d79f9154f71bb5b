"""The app's HTTP routes, asked from the command line."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from cli.failures import Failure

TIMEOUT_SECONDS = 60


class Api:
    """One app at an address; HEADRACE_KEY, if set, is sent as its function key."""

    def __init__(self, address: str) -> None:
        """Raises Failure for an address that is none of HTTP."""
        if not address.startswith(("http://", "https://")):
            raise Failure(f"HEADRACE_URL: {address[:100]!r} is no address of an app; write it like https://…")
        self.address = address.rstrip("/")

    def is_alive(self) -> bool:
        """Whether a host of this machine answers there, whatever its lake and ledger do."""
        try:
            return "version" in self._open("GET", "admin/host/status", None)
        except (OSError, ValueError):
            return False

    def list_silent(self) -> list[str]:
        """Which of lake, ledger and ml do not answer the app; raises Failure where it does not answer itself."""
        try:
            self._open("GET", "api/health", None)
        except urllib.error.HTTPError as error:
            return _read_silent(error)
        except (OSError, ValueError) as error:
            raise Failure(f"{self.address} does not answer: {error}") from error
        return []

    def get(self, route: str, **query: str) -> dict[str, Any]:
        """Ask for something; raises Failure with the app's own words."""
        given = {name: value for name, value in query.items() if value}
        return self._ask("GET", f"{route}?{urllib.parse.urlencode(given)}" if given else route, None)

    def post(self, route: str, body: dict[str, Any]) -> dict[str, Any]:
        """Have something done; raises Failure with the app's own words."""
        return self._ask("POST", route, json.dumps(body).encode())

    def _ask(self, method: str, route: str, body: bytes | None) -> dict[str, Any]:
        try:
            return self._open(method, f"api/{route}", body)
        except urllib.error.HTTPError as error:
            raise Failure(_explain(error)) from error
        except (OSError, ValueError) as error:
            raise Failure(f"{self.address} does not answer: {error}") from error

    def _open(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get("HEADRACE_KEY"):
            headers["x-functions-key"] = key
        request = urllib.request.Request(f"{self.address}/{path}", body, headers, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310
            answer: dict[str, Any] = json.load(reply)
        return answer


def quote(part: str) -> str:
    """One step of a route."""
    return urllib.parse.quote(part, safe="")


def _read_silent(error: urllib.error.HTTPError) -> list[str]:
    """What the app's answer about its health names; raises Failure for any other answer."""
    text = error.read()
    try:
        return [name for name, answers in json.loads(text)["ports"].items() if not answers]
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Failure(f"the app answered {error.code}: {text[:300]!r}") from fault


def _explain(error: urllib.error.HTTPError) -> str:
    text = error.read().decode("utf-8", "replace")
    try:
        told = json.loads(text)["error"]
    except (ValueError, KeyError, TypeError):
        return f"the app answered {error.code}: {text[:300] or error.reason}"
    field = f"{told['field']}: " if "field" in told else ""
    return f"{field}{told['message']}"
