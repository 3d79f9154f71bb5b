"""What goes wrong on purpose: with requests, and with jobs. Everything is drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bench.azure_ml_standin.messages import Dropped, Reply, Request, refuse, refuse_as_manager
from bench.azure_ml_standin.state import QUIET_LIFE, Job, Life

RequestFault = Literal["throttle", "server_error", "drop", "lost_reply"]
JobFault = Literal["vanish", "hang", "fail", "cancel_outside", "not_responding", "unknown_state", "done_twice"]
ERROR_TEXT = "the training script ended with exit code 137: out of memory on node 0"


@dataclass
class Faults:
    """How often what goes wrong, as shares of requests or jobs; counts what it did."""

    requests: Mapping[RequestFault, float] = field(default_factory=dict)
    jobs: Mapping[JobFault, float] = field(default_factory=dict)
    seed: int = 0
    retry_after: int = 7
    """Seconds that a throttled request is asked to wait."""
    most_in_a_row: int = 1_000_000
    """Requests that go wrong one after the other; then one goes well."""
    done: dict[str, int] = field(default_factory=dict)
    impatient: int = 0
    """Requests that came again before the time that a reply had asked them to wait was over."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._not_before: dict[tuple[str, str], datetime] = {}
        self._in_a_row = 0

    def around(self, request: Request, now: datetime, handle: Callable[[Request], Reply]) -> Reply:
        """Handle a request, or let something go wrong before, instead, or after."""
        key = (request.method, request.path)
        if now < self._not_before.pop(key, now):
            self.impatient += 1
        fault = self._draw(self.requests) if self._in_a_row < self.most_in_a_row else None
        self._in_a_row = self._in_a_row + 1 if fault else 0
        if fault == "throttle":
            self._not_before[key] = now + timedelta(seconds=self.retry_after)
            message = "The request is being throttled as the limit has been reached for operation type."
            raise refuse_as_manager(429, "TooManyRequests", message, {"Retry-After": str(self.retry_after)})
        if fault == "server_error":
            raise refuse(500, "ServiceError", "InternalServerError")
        if fault == "drop":
            raise Dropped
        reply = handle(request)
        if fault == "lost_reply":
            raise Dropped
        return reply

    def plan(self) -> tuple[Life, JobFault | None]:
        """How a new job will go, and what will go wrong with it."""
        fault = self._draw(self.jobs)
        lives: dict[str | None, Life] = {
            "hang": QUIET_LIFE[:4],
            "fail": [*QUIET_LIFE[:4], (600, "Failed")],
            "cancel_outside": [*QUIET_LIFE[:4], (300, "CancelRequested"), (310, "Canceled")],
            "not_responding": [*QUIET_LIFE[:4], (200, "NotResponding"), (400, "Running"), (600, "Completed")],
            "unknown_state": [*QUIET_LIFE[:4], (200, "Contemplating"), (600, "Completed")],
            "done_twice": [*QUIET_LIFE, (640, "Completed")],
        }
        return lives.get(fault, QUIET_LIFE), fault  # type: ignore[return-value]

    def afflict(self, job: Job, fault: JobFault | None) -> None:
        """Let something go wrong with a new job beyond its states."""
        if fault == "vanish":
            job.vanishes_at = job.created + timedelta(seconds=200)
        if fault == "fail":
            job.error = ERROR_TEXT

    def _draw(self, rates: Mapping[str, float]) -> str | None:
        point = self._random.random()
        for fault, rate in rates.items():
            if point < rate:
                self.done[fault] = self.done.get(fault, 0) + 1
                return fault
            point -= rate
        return None
