"""end_runs: cancel the jobs of an instance that was terminated, and make sure that none goes on."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from orchestrators.inputs import read_input
from orchestrators.retries import RETRY

PAUSE = timedelta(minutes=2)
"""Between two sweeps: by then jobs have ended, and an activity that was under way has submitted what it was to."""
SWEEPS = 30


class RunsLeft(Exception):
    """Runs go on although they were asked to end; end them in the workspace."""


def end_runs(context: Any) -> Generator[Any, Any, dict[str, int]]:
    """Sweep over the instance's runs, some in each execution, until a sweep after the first finds that all have ended.

    Input: `instance`, its `attempt` (null for an inner instance), `why`; what it hands on to itself besides: `after`
    (the last run looked at), `found` (in this sweep), `asked` (in all), `sweep`.
    Raises RunsLeft after many sweeps, with what was last in the way.
    """
    order = {"after": "", "found": 0, "asked": 0, "sweep": 1, **read_input(context)}
    context.set_custom_status({"sweep": order["sweep"], "asked": order["asked"]})
    found, after, trouble = yield from _end_next(context, order)
    order = {**order, "found": order["found"] + found, "asked": order["asked"] + found, "after": after}
    if after is None:
        if not order["found"] and order["sweep"] > 1:
            return {"asked": order["asked"], "sweeps": order["sweep"]}
        if order["sweep"] == SWEEPS:
            raise RunsLeft(f"{order['found']} runs of {order['instance']} go on; {trouble or 'end them there'}")
        yield context.create_timer(context.current_utc_datetime + PAUSE)
        order = {**order, "after": "", "found": 0, "sweep": order["sweep"] + 1}
    context.continue_as_new(order)
    return {}


def _end_next(context: Any, order: dict[str, Any]) -> Generator[Any, Any, tuple[int, str | None, str]]:
    """Ask the next runs to end: how many those are, the last one looked at (None at the end), what was in the way."""
    try:
        seen = yield context.call_activity_with_retry("find_survivors", RETRY, order)
    except Exception as fault:
        return 1, None, _first_line(fault)
    try:
        if seen["runs"]:
            told = {"runs": seen["runs"], "why": order["why"]}
            yield context.call_activity_with_retry("cancel_runs", RETRY, told)
    except Exception as fault:
        return len(seen["runs"]), seen["after"], _first_line(fault)
    return len(seen["runs"]), seen["after"], ""


def _first_line(fault: Exception) -> str:
    return str(fault).partition("\n")[0]
