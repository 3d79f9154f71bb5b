"""Identities: what makes two requests, files or runs the same thing, so that each counts once."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def digest_of(value: Any) -> str:
    """SHA-256, in hex, of a JSON value in its canonical form (sorted keys, no spaces)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def conditioned_path(raw_path: str) -> str:
    """Where the standard CSV of a raw file stands in `conditioned`: the raw path plus `.csv`."""
    return f"{raw_path}.csv"


def quarantine_path(raw_path: str) -> str:
    """Where the rejected rows of a raw file stand in `quarantine`."""
    return f"{raw_path}.csv"
