"""What the SDK answers in an episode, and how an execution ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Action = dict[str, Any]
"""One action as the SDK answers it; `actionType` tells the kind (reference A2)."""


class UnusableAction(Exception):
    """The SDK answered with an action that this host does not know or cannot serve; see the message."""


@dataclass(frozen=True)
class Outcome:
    """How an execution ended: `Completed`, `Failed`, `Terminated`, or `ContinuedAsNew` with the next input."""

    status: str
    result: str | None
    """JSON text for `Completed` and `ContinuedAsNew`, else plain text or None."""


@dataclass(frozen=True)
class Answer:
    """What the SDK said of an orchestration in an episode."""

    actions: list[Action]
    is_done: bool
    output: str | None = None
    """JSON text, None for no output."""
    error: str | None = None
    custom_status: str | None = None
    """JSON text, None where the SDK says nothing."""
    schema_version: int = 2
    aborted: bool = False
    """The call itself failed, so that not even the old actions are told again."""
