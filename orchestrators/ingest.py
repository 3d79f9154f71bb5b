"""ingest: condition every raw file that nobody has conditioned yet, whether or not an event told of it."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from orchestrators.inputs import read_input
from orchestrators.retries import RETRY

WAIT_FOR_OTHERS = timedelta(seconds=2)
WAIT_FOR_LAKE = timedelta(seconds=30)
PATIENCE = timedelta(minutes=10)
"""How long files that an outage has postponed are waited for; after that they are left to the next ingest."""


def ingest(context: Any) -> Generator[Any, Any, dict[str, int]]:
    """Take the waiting files batch by batch until none is left and nobody is at work on one.

    Answers how many files ended in which state, over the whole lake.
    """
    order = read_input(context)
    found = yield context.call_activity_with_retry("find_drops", RETRY, {})
    if found["batches"]:
        context.set_custom_status({"step": "conditioning", "waiting": found["waiting"]})
        yield context.task_all(
            [context.call_activity_with_retry("condition_drops", RETRY, {"paths": batch}) for batch in found["batches"]]
        )
    elif found["busy"]:
        yield context.create_timer(context.current_utc_datetime + WAIT_FOR_OTHERS)
    elif found["postponed"] and _is_patient(order, context.current_utc_datetime):
        yield context.create_timer(context.current_utc_datetime + WAIT_FOR_LAKE)
    else:
        return found["states"]  # type: ignore[no-any-return]
    context.continue_as_new(order)
    return {}


def _is_patient(order: dict[str, Any], now: datetime) -> bool:
    """Whether postponed files are still worth waiting for; the order keeps since when they are."""
    return now < datetime.fromisoformat(order.setdefault("waits_since", now.isoformat())) + PATIENCE
