"""Waiting for runs, the same for training and scoring."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any


def watch(context: Any, watcher: str, runs: list[str], submitted: dict[str, Any]) -> Generator[Any, Any, Any]:
    """Have a watcher look at runs until all have ended; `submitted` holds `first`, `most` and `deadline_minutes`."""
    deadline = context.current_utc_datetime + timedelta(minutes=submitted["deadline_minutes"])
    ended = yield context.call_sub_orchestrator(
        "watch_runs",
        {"runs": runs, "wait": submitted["first"], "most": submitted["most"], "deadline": deadline.isoformat()},
        watcher,
    )
    return ended
