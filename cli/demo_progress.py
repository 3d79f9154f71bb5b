"""The demo's progress: what is running, how far, since when; one line that is rewritten, or one per change."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

STEPS = {
    "ingest": "looking for files that no event told of",
    "dataset": "freezing the dataset",
    "train": "training",
    "score": "forecasting",
    "summary": "summing up",
}
CLEAR_LINE = "\r\x1b[2K"
SAY_AGAIN_SECONDS = 5.0


class Progress:
    """Prints progress to standard error."""

    def __init__(self, regions: int | None = None) -> None:
        """`regions`, if known, is how many are trained and forecast in all: their runs come a few at a time."""
        self._regions = regions
        self._started = time.monotonic()
        self._rewrites = sys.stderr.isatty()
        self._last, self._said_at = "", 0.0

    def show_conditioning(self, done: int, files: int) -> None:
        """How many raw files are settled."""
        self._say(f"conditioning: {done} of {files} files")

    def show_run(self, run: Mapping[str, Any]) -> None:
        """What the weekly run is at."""
        step = (run["now"] or {}).get("step", "ingest")
        self._say(STEPS.get(step, step) + _describe(run["runs"], step, self._regions))

    def end(self) -> None:
        """Leave the line as it is."""
        if self._rewrites and self._last:
            sys.stderr.write("\n")
            sys.stderr.flush()
        self._last = ""

    def _say(self, text: str) -> None:
        now = time.monotonic()
        if self._rewrites:
            width = 110
            sys.stderr.write(f"{CLEAR_LINE}[{now - self._started:4.0f} s] {text[:width]}")
            sys.stderr.flush()
        elif _step_of(text) != _step_of(self._last) or now - self._said_at >= SAY_AGAIN_SECONDS:
            print(f"[{now - self._started:4.0f} s] {text}", file=sys.stderr, flush=True)
            self._said_at = now
        self._last = text


def _step_of(text: str) -> str:
    return text.partition(":")[0]


def _describe(runs: Iterable[Mapping[str, Any]], step: str, regions: int | None) -> str:
    mine = [run for run in runs if run["kind"] == step]
    if not mine:
        return ""
    unfinished = {run["shard"] for run in mine if run["state"] in ("queued", "running")}
    begun = {run["shard"] for run in mine}
    ended = len(begun - unfinished)
    counts = f"{ended} of {regions} regions done" if regions else f"{ended} of {len(begun)} runs done so far"
    running = sorted((run for run in mine if run["state"] == "running"), key=lambda run: str(run["started_at"]))
    told = ", ".join(f"{run['shard']} {run['progress'] or 'starting'} ({_since(run)})" for run in running)
    return f": {counts}" + (f"; now {told}" if told else "")


def _since(run: Mapping[str, Any]) -> str:
    if not run["started_at"]:
        return "0 s"
    return f"{(datetime.now(UTC) - datetime.fromisoformat(run['started_at'])).total_seconds():.0f} s"
