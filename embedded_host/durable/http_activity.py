"""The activity behind `context.call_http`: one HTTP request, redirects followed, its answer as a value."""

from __future__ import annotations

import urllib.error
import urllib.request
from email.message import Message as Headers
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 100
"""That of .NET's HttpClient."""
_CONTENT_HEADERS = frozenset(
    {
        "allow", "content-encoding", "content-language", "content-length", "content-location", "content-md5",
        "content-range", "content-type", "expires", "last-modified",
    }
)  # fmt: skip


class HttpActivityError(Exception):
    """No answer came: no such host, nobody listening, or time ran out."""


def call_http(request: dict[str, Any]) -> dict[str, Any]:
    """Send a request as the SDK describes it (`method`, `uri`, `content`, `headers`, `tokenSource`).

    Any status is an answer: `{"statusCode", "headers", "content"}`. Raises HttpActivityError.
    """
    uri = request["uri"]
    if urlsplit(uri).scheme not in ("http", "https"):
        raise HttpActivityError(f"Only absolute http and https URIs can be called, not {uri}")
    headers = {str(name): str(value) for name, value in (request.get("headers") or {}).items()}
    content = request.get("content")
    if content is not None and not any(name.casefold() == "content-type" for name in headers):
        headers["Content-Type"] = "text/plain; charset=utf-8"
    if request.get("tokenSource"):
        headers["Authorization"] = f"Bearer {_token(request['tokenSource'])}"
    body = content.encode() if content is not None else None
    method = request["method"].upper()
    outgoing = urllib.request.Request(uri, body, headers, method=method)  # noqa: S310 - the scheme is checked above
    try:
        with urllib.request.urlopen(outgoing, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return _told(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return _told(error.code, error.headers, error.read())
    except (urllib.error.URLError, OSError) as error:
        raise HttpActivityError(_describe(error, uri)) from error


def _told(status: int, headers: Headers, body: bytes) -> dict[str, Any]:
    names = {name.casefold(): name for name in headers}
    told: dict[str, Any] = {}
    for folded, name in names.items():
        if folded not in _CONTENT_HEADERS:
            values = headers.get_all(name, [])
            told[name] = values[0] if len(values) == 1 else values
    return {"statusCode": status, "headers": told, "content": body.decode("utf-8", errors="replace")}


def _token(source: dict[str, Any]) -> str:
    from azure.identity import DefaultAzureCredential

    resource = str(source["resource"]).rstrip("/")
    return DefaultAzureCredential().get_token(f"{resource}/.default").token


def _describe(error: Exception, uri: str) -> str:
    reason = getattr(error, "reason", error)
    parts = urlsplit(uri)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    what = "Connection refused" if isinstance(reason, ConnectionRefusedError) else str(reason)
    return f"{what} ({parts.hostname}:{port})"
