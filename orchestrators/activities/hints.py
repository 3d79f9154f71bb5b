"""What follows when somebody says that a run has ended: a look at it, and a hint to its watcher if it was the last."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from orchestrators.activities.runs import observe_runs
from orchestrators.watch_runs import WAITS_FOR
from shared import wiring

_LOG = logging.getLogger("headrace.hints")
RUNNING = "Running"


async def follow_hint(client: Any, run_name: str) -> str | None:
    """Look at a run that is said to have ended; wake its watcher if that waits for no other. Answers whom it woke.

    Only runs that the ledger knows are looked at, and only what the look says is noted; a watcher has nothing to do
    before the last of its runs has ended, so it is not woken for each. Whatever fails here, its timer makes up for.
    """
    watcher = await asyncio.to_thread(_look, run_name)
    if watcher is None:
        return None
    status = await client.get_status(watcher)
    if not status or status.runtime_status is None or status.runtime_status.name != RUNNING:
        return None
    hint = (status.custom_status or {}).get(WAITS_FOR)
    if hint is None:
        return None
    await client.raise_event(watcher, hint, {"run": run_name})
    return watcher


def _look(run_name: str) -> str | None:
    """Note how a run is; answers its watcher if that has no other run to wait for."""
    runs = wiring.ledger().runs
    try:
        watcher = str(runs.read_run(run_name)["instance_id"])
    except LookupError:
        _LOG.info("An event tells of a run that is not ours, or not known yet.")
        return None
    ended = observe_runs({"runs": [run_name]})["ended"]
    return watcher if run_name in ended and not runs.count_open(watcher) else None
