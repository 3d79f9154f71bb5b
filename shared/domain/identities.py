"""Identities: what makes two requests, files or runs the same thing, so that each counts once."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from shared.domain.blob_names import CORRECTIONS, STAGED, BlobNameError, check_path


def digest_of(value: Any) -> str:
    """SHA-256, in hex, of a JSON value in its canonical form (sorted keys, no spaces)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def child_id(parent: str, attempt: int, part: str) -> str:
    """The id of an instance below another; it carries the attempt, so that a rerun never meets an earlier child."""
    return f"{parent}-{attempt}-{part}"


def is_below(parent: str, instance_id: str) -> bool:
    """Whether an instance is below another one, at any depth and of any attempt."""
    return re.match(re.escape(parent) + r"-\d{1,4}-", instance_id) is not None


def conditioned_path(raw_path: str) -> str:
    """Where the standard CSV of a raw file stands in `conditioned`: the raw path plus `.csv`.

    Where that is too long for a lake, a digest takes the place of all but the source's folder.
    """
    try:
        return check_path(f"{raw_path}.csv")
    except BlobNameError:
        return f"{raw_path.partition('/')[0]}/{digest_of(raw_path)}.csv"


def quarantine_path(raw_path: str) -> str:
    """Where the rejected rows of a raw file stand in `quarantine`."""
    return conditioned_path(raw_path)


def staged_path(intent_id: str) -> str:
    """Where the rejected rows of an output that is about to be written wait in the container `quarantine`."""
    return f"{STAGED}{intent_id}.csv"


def corrections_path(raw_path: str) -> str:
    """Where corrections of a raw file's quarantined rows stand in the container `quarantine`."""
    return conditioned_path(f"{CORRECTIONS}{raw_path}")
