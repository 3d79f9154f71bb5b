"""watch_runs: look at a group of runs, ever more rarely, until each has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from orchestrators.inputs import read_input
from orchestrators.retries import RETRY

WAITS_FOR = "waits_for"
"""Where a watcher's custom status names the event that would wake it."""
SLOWER = 1.5
BLIND = timedelta(minutes=30)
"""How long looks may fail before the watch is given up, with the words of the last failure."""


def watch_runs(context: Any) -> Generator[Any, Any, dict[str, int]]:
    """Look once, then wait for the timer or a hint and begin anew; answers how many runs ended in which state.

    Input: `runs` (names), `wait` and `most` (seconds), `deadline` (ISO 8601); what it hands on to itself besides:
    `ended` (state to number), `number` (of the wait), `blind_since` (ISO 8601, while looks fail).
    A hint may come early, late, twice or never, and say what it likes: what a look at the runs says is the truth.
    """
    watch = {"ended": {}, "number": 1, "blind_since": None, **read_input(context)}
    hint = f"run-ended-{watch['number']}"
    context.set_custom_status({WAITS_FOR: hint, "runs": len(watch["runs"])})
    watch = yield from _look(context, watch)
    if not watch["runs"]:
        return watch["ended"]  # type: ignore[no-any-return]
    deadline = datetime.fromisoformat(watch["deadline"])
    if context.current_utc_datetime >= deadline:
        order = {"runs": watch["runs"], "why": "deadline"}
        canceled = yield context.call_activity_with_retry("cancel_runs", RETRY, order)
        return _count(watch["ended"], canceled["ended"])
    hinted = yield from _wait(context, hint, watch["wait"], deadline)
    slower = watch["wait"] if hinted else min(watch["wait"] * SLOWER, watch["most"])
    context.continue_as_new({**watch, "wait": slower, "number": watch["number"] + 1})
    return {}


def _look(context: Any, watch: dict[str, Any]) -> Generator[Any, Any, dict[str, Any]]:
    """The watch without the runs that have ended; a look that fails tells nothing, and only many of them a fault."""
    try:
        seen = yield context.call_activity_with_retry("observe_runs", RETRY, {"runs": watch["runs"]})
    except Exception:
        now = context.current_utc_datetime
        since = watch["blind_since"] or now.isoformat()
        if now - datetime.fromisoformat(since) > BLIND:
            raise
        return {**watch, "blind_since": since}
    left = [run for run in watch["runs"] if run not in seen["ended"]]
    return {**watch, "runs": left, "ended": _count(watch["ended"], seen["ended"]), "blind_since": None}


def _count(before: dict[str, int], ended: dict[str, str]) -> dict[str, int]:
    return dict(sorted((Counter(before) + Counter(ended.values())).items()))


def _wait(context: Any, hint: str, seconds: float, deadline: datetime) -> Generator[Any, Any, bool]:
    """Wait for the time, but not beyond the deadline, or for the hint; answers whether that was it."""
    until = min(context.current_utc_datetime + timedelta(seconds=seconds), deadline)
    timer, hinted = context.create_timer(until), context.wait_for_external_event(hint)
    winner = yield context.task_any([timer, hinted])
    if winner == hinted:
        timer.cancel()
    return bool(winner == hinted)
