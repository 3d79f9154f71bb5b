"""HTTP answers in the shapes that the Functions host and the Durable extension use."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from embedded_host.durable.dotnet_json import dump

JSON = "application/json; charset=utf-8"


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON body."""
    return Response(dump(value), status, headers, media_type=JSON)


def empty(status: int, headers: dict[str, str] | None = None) -> Response:
    """No body."""
    return Response(None, status, headers)


def message(status: int, text: str) -> Response:
    """The extension's `{"Message"}`."""
    return json_answer({"Message": text}, status)


def failure(status: int, text: str, exception: str, exception_type: str) -> Response:
    """The extension's `{"Message","ExceptionMessage","ExceptionType","StackTrace"}`; the stack stays empty."""
    told = {"Message": text, "ExceptionMessage": exception, "ExceptionType": exception_type, "StackTrace": ""}
    return json_answer(told, status)


def text_as_json(status: int, text: str) -> Response:
    """A JSON string as the whole body."""
    return json_answer(text, status)
