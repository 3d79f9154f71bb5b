"""What Azure ML tells through Event Grid of its jobs, read with suspicion: which run it says has ended.

Event schema: https://learn.microsoft.com/azure/event-grid/event-schema-machine-learning
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

CHANGED = "Microsoft.MachineLearningServices.RunStatusChanged"
COMPLETED = "Microsoft.MachineLearningServices.RunCompleted"
ENDED = ("completed", "failed", "canceled")
MAX_NAME = 256
_SUBJECT = re.compile(r"experiments/[^/]+/runs/([^/]+)")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*", re.IGNORECASE)


def read_run_event(event_type: Any, subject: Any, data: Any) -> str | None:
    """The run that an event says has ended; None for every other event, and for what is none of Azure ML's.

    Whoever reads this must not believe it: events come late, twice, in any order, and from anybody with the key.
    """
    told = _fold(data)
    ended = event_type == COMPLETED or (event_type == CHANGED and str(told.get("runstatus")).lower() in ENDED)
    if not ended:
        return None
    named = _SUBJECT.fullmatch(subject) if isinstance(subject, str) and len(subject) <= 4 * MAX_NAME else None
    name = told.get("runid") or (named[1] if named else None)
    if not isinstance(name, str) or len(name) > MAX_NAME or _NAME.fullmatch(name) is None:
        return None
    return name


def _fold(data: Any) -> dict[str, Any]:
    """The event's data by names in lower case: what the service writes and what it documents differ in that."""
    if not isinstance(data, Mapping):
        return {}
    return {str(name).lower(): value for name, value in data.items()}
