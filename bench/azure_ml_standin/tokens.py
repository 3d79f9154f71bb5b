"""Tokens as the stand-in gives and takes them: unsigned, but of the shape that clients look into."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

TENANT = "11111111-1111-1111-1111-111111111111"
LIFETIME = 3_600


def make_token(audience: str, expires_at: float) -> str:
    """A JSON web token for an audience, until a time in seconds of the epoch."""
    parts = ({"alg": "none", "typ": "JWT"}, {"aud": audience, "exp": int(expires_at), "tid": TENANT, "oid": "headrace"})
    return ".".join([*(_encode(part) for part in parts), "eA"])


def read_token(header: str) -> dict[str, Any]:
    """What an Authorization header's token says; empty when it is none."""
    parts = header.removeprefix("Bearer ").split(".")
    if len(parts) != 3:
        return {}
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    return claims


def _encode(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@dataclass(frozen=True)
class AccessToken:
    """What credentials of azure-core hand out."""

    token: str
    expires_on: int


class StandInCredential:
    """A credential that the stand-in accepts; `lifetime` below zero makes one that has expired."""

    def __init__(self, lifetime: float = LIFETIME) -> None:
        self._lifetime = lifetime

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """A token for the first scope."""
        audience = scopes[0].removesuffix("/.default")
        # The client trusts what it is told of the expiry; only the service looks into the token.
        return AccessToken(make_token(audience, time.time() + self._lifetime), int(time.time() + LIFETIME))
