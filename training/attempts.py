"""Work on many segments of which some may fail: a failure is kept as a reason, and the others go on."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

from training.tables import SegmentError

Outcome = TypeVar("Outcome")


class Attempts:
    """The reasons of segments that failed so far, and the seconds spent on each segment."""

    def __init__(self) -> None:
        """Nothing has failed yet."""
        self.failures: dict[str, str] = {}
        self.seconds: dict[str, float] = {}

    def make(self, segment_id: str, work: Callable[..., Outcome], *arguments: Any) -> Outcome | None:
        """Do one segment's work; None when it failed, now or earlier."""
        if segment_id in self.failures:
            return None
        started = time.monotonic()
        try:
            return work(*arguments)
        except SegmentError as error:
            self.failures[segment_id] = str(error)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            self.failures[segment_id] = f"unexpected {type(error).__name__}: {error}"
        finally:
            self.spend(segment_id, time.monotonic() - started)
        return None

    def spend(self, segment_id: str, seconds: float) -> None:
        """Count time spent on a segment."""
        self.seconds[segment_id] = self.seconds.get(segment_id, 0.0) + seconds
