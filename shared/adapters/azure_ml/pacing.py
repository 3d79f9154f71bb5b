"""Keeps requests within what Azure allows: a bucket of tokens, refilled by the second, from which each one takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock


class Pace:
    """At most `per_second` on average, and `burst` at once; whoever comes too early waits its turn.

    It knows of this process alone: several instances of the app each have one, and what they exceed together the
    service answers with 429 and a time to wait, which is kept.
    """

    def __init__(
        self,
        per_second: float,
        burst: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second, self._burst, self._clock, self._sleep = per_second, burst, clock, sleep
        self._left, self._at = burst, clock()
        self._lock = Lock()

    def wait(self) -> None:
        """Take a token; return when it is there."""
        with self._lock:
            now = self._clock()
            self._left = min(self._burst, self._left + (now - self._at) * self._per_second) - 1
            self._at = now
            owed = -self._left / self._per_second
        if owed > 0:
            self._sleep(owed)
