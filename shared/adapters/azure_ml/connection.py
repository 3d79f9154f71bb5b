"""How both clients reach Azure: one credential, one pace, one way to try again. The plain client is in `management`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shared.adapters.azure_ml.pacing import Pace
from shared.adapters.azure_ml.workspace import Workspace

PUBLIC_CLOUD = "https://management.azure.com"
READS_PER_SECOND, READ_BURST = 20.0, 200.0
"""A little below what Azure Resource Manager allows a caller: 25 a second, 250 at once."""
WRITE_BURST = 25.0
TRIES: Mapping[str, int] = {"retry_total": 8, "retry_status": 8, "retry_read": 5, "retry_connect": 5}
"""Times that one request is repeated, waiting as long as a reply asks for, or ever longer."""
LONGEST_WAIT = 60
HISTORY = "/history/v1.0/"
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE", "POST"})
"""All that is posted here may be posted twice: questions, and cancellations."""


@dataclass(frozen=True)
class Connection:
    """A workspace and the way to it. `transport` and the paces are given by tests."""

    workspace: Workspace
    credential: Any
    endpoint: str = PUBLIC_CLOUD
    writes_per_second: float = 5.0
    transport: Any = None
    paces: Mapping[str, Pace] = field(default_factory=dict)

    @cached_property
    def options(self) -> dict[str, Any]:
        """Keyword arguments for any client of azure-core."""
        given = {"transport": self.transport} if self.transport is not None else {}
        return {**TRIES, "retry_backoff_max": LONGEST_WAIT, "per_retry_policies": [self.pacing], **given}

    @cached_property
    def pacing(self) -> Any:
        """A policy that has each request wait its turn, repetitions too."""
        from azure.core.pipeline.policies import SansIOHTTPPolicy

        reads = self.paces.get("reads") or Pace(READS_PER_SECOND, READ_BURST)
        writes = self.paces.get("writes") or Pace(self.writes_per_second, min(WRITE_BURST, self.writes_per_second))

        class Pacing(SansIOHTTPPolicy[Any, Any]):
            """Reads and writes have a bucket each, as they have at the service; run history is only read."""

            def on_request(self, request: Any) -> None:
                asked = request.http_request
                (reads if asked.method == "GET" or HISTORY in asked.url else writes).wait()

        return Pacing()
