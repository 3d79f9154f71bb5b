"""Azure Resource Manager's token buckets: 250 reads and 200 writes per caller, refilled by the second."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bench.azure_ml_standin.messages import Request, refuse_as_manager

SIZES = {"reads": 250, "writes": 200, "deletes": 200}
REFILL = {"reads": 25, "writes": 10, "deletes": 10}


@dataclass
class Limits:
    """The buckets of one caller."""

    left: dict[str, float] = field(default_factory=lambda: {name: float(size) for name, size in SIZES.items()})
    lowest: dict[str, float] = field(default_factory=lambda: {name: float(size) for name, size in SIZES.items()})
    refused: int = 0
    _at: datetime | None = None

    def take(self, request: Request, now: datetime) -> dict[str, str]:
        """Take one token for a request; answers the header that tells what is left."""
        passed = (now - self._at).total_seconds() if self._at else 0.0
        self._at = now
        for name, size in SIZES.items():
            self.left[name] = min(float(size), self.left[name] + passed * REFILL[name])
        kind = {"GET": "reads", "DELETE": "deletes"}.get(request.method, "writes")
        if self.left[kind] < 1:
            self.refused += 1
            message = f"The request is being throttled: the limit of {kind} has been reached."
            raise refuse_as_manager(429, "TooManyRequests", message, {"Retry-After": "1"})
        self.left[kind] -= 1
        self.lowest[kind] = min(self.lowest[kind], self.left[kind])
        return {f"x-ms-ratelimit-remaining-subscription-{kind}": str(int(self.left[kind]))}
