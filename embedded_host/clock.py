"""The host's clock: the machine's, or a virtual one that a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time that histories, timers and statuses carry."""

    def now(self) -> datetime:
        """The current time in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class VirtualClock:
    """A clock that stands still until it is moved; each reading is one microsecond later than the last."""

    TICK = timedelta(microseconds=1)

    def __init__(self, start: datetime = datetime(2026, 1, 5, tzinfo=UTC)) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        self._now += self.TICK
        return self._now

    def advance_to(self, moment: datetime) -> None:
        """Move forward to a moment; one that has passed already leaves the clock as it is."""
        self._now = max(self._now, moment)
