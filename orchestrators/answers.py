"""HTTP answers: JSON objects, and errors as `{"error": {"code", "message", …}}`."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import azure.functions as func

from shared.domain.requests import RequestError
from shared.ports import LakeUnavailable, LedgerUnavailable

_LOG = logging.getLogger("headrace.http")
MAX_BODY_BYTES = 1 << 20
Handler = Callable[..., Awaitable[func.HttpResponse]]


class NotFound(LookupError):
    """What the address names does not exist."""


class Conflict(Exception):
    """The request contradicts what is there."""


class TooLarge(ValueError):
    """The request's body is larger than any request needs."""


def answer(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> func.HttpResponse:
    """A JSON object as an HTTP response."""
    text = json.dumps(body, ensure_ascii=False, default=str)
    return func.HttpResponse(text, status_code=status, headers=headers, mimetype="application/json")


def refuse(status: int, code: str, message: str, **more: Any) -> func.HttpResponse:
    """An error as an HTTP response."""
    return answer({"error": {"code": code, "message": message, **more}}, status)


def answering_errors(handler: Handler) -> Handler:
    """Turn the faults that a handler raises into answers; what nobody foresaw is logged and answered as 500."""

    @functools.wraps(handler)
    async def handle(*args: Any, **named: Any) -> func.HttpResponse:
        try:
            return await handler(*args, **named)
        except RequestError as error:
            return refuse(400, "BadRequest", str(error), field=error.field)
        except TooLarge as error:
            return refuse(413, "TooLarge", str(error))
        except NotFound as error:
            return refuse(404, "NotFound", str(error))
        except Conflict as error:
            return refuse(409, "Conflict", str(error))
        except (LakeUnavailable, LedgerUnavailable):
            _LOG.exception("%s could not do its work", handler.__name__)
            return refuse(503, "Unavailable", "the lake or the ledger does not answer; GET health says which")
        except Exception:
            _LOG.exception("%s failed", handler.__name__)
            return refuse(500, "InternalError", "the request failed; the app's log tells why")

    return handle


def read_body(request: func.HttpRequest) -> Any:
    """The request's JSON body, an empty object when there is none; raises RequestError or TooLarge."""
    body = request.get_body()
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge(f"the body has {len(body)} bytes, {MAX_BODY_BYTES} are allowed")
    if not body:
        return {}
    try:
        return json.loads(body, parse_constant=_refuse_constant, object_pairs_hook=_make_object)
    except (ValueError, RecursionError) as error:
        raise RequestError("body", f"the body is not JSON: {str(error)[:200]}") from error


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a field stands there twice")
    return made


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
