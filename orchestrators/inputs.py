"""Reading what an orchestrator was given, and cutting long work into pieces."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

CHUNK = 25
"""Runs or files in one activity: a crash repeats at most so many, and no message grows large."""
ENDED_CHUNK = 50
"""Ended runs in one activity: settling them again finds it done, so that these may be more."""


def read_input(context: Any) -> dict[str, Any]:
    """The instance's input as a dict; the durable client encodes it twice, other senders once."""
    given = context.get_input()
    while isinstance(given, str):
        given = json.loads(given)
    if not isinstance(given, dict):
        raise TypeError(f"the input must be a JSON object, not {type(given).__name__}")
    return given


def in_chunks(items: Sequence[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """The items in lists of at most `size`."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
