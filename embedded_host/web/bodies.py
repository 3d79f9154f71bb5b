"""Reads request bodies up to a limit, so that no client fills the memory."""

from __future__ import annotations

from contextlib import aclosing

from starlette.requests import Request

MAX_BODY_BYTES = 100 * 1024 * 1024
"""The Functions host's limit."""


class BodyTooLarge(Exception):
    """The body is longer than allowed; the client gets 413."""


async def read_body(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    """The whole body. Raises BodyTooLarge as soon as it is known to be longer than `limit` bytes."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge
    parts: list[bytes] = []
    size = 0
    async with aclosing(request.stream()) as stream:
        async for part in stream:
            size += len(part)
            if size > limit:
                raise BodyTooLarge
            parts.append(part)
    return b"".join(parts)
