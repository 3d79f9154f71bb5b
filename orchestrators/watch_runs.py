"""watch_runs: look at a group of runs, ever more rarely, until each has ended."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from orchestrators.inputs import in_chunks, read_input
from orchestrators.retries import RETRY

HINT = "run-ended"
SLOWER = 1.5


def watch_runs(context: Any) -> Generator[Any, Any, dict[str, str]]:
    """Observe once, then wait for the timer or a hint and begin anew; answers each run's final state.

    Input: `runs` (names), `ended` (name to state, so far), `wait` and `most` (seconds), `deadline` (ISO 8601).
    A hint may come late, twice or never: what a look at the runs says is the truth.
    """
    watch = read_input(context)
    ended: dict[str, str] = dict(watch.get("ended", {}))
    for chunk in in_chunks(watch["runs"], size=1_000):
        seen = yield context.call_activity_with_retry("observe_runs", RETRY, {"runs": chunk})
        ended.update(seen["ended"])
    left = [run for run in watch["runs"] if run not in ended]
    if not left:
        return ended
    if context.current_utc_datetime >= datetime.fromisoformat(watch["deadline"]):
        canceled = yield context.call_activity_with_retry("cancel_runs", RETRY, {"runs": left, "why": "deadline"})
        return {**ended, **canceled["ended"]}
    yield from _wait(context, watch["wait"])
    context.continue_as_new({**watch, "runs": left, "ended": ended, "wait": min(watch["wait"] * SLOWER, watch["most"])})
    return {}


def _wait(context: Any, seconds: float) -> Generator[Any, Any, None]:
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
    hint = context.wait_for_external_event(HINT)
    winner = yield context.task_any([timer, hint])
    if winner == hint:
        timer.cancel()
