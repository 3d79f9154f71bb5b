"""What a workspace holds, and how its jobs live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bench.azure_ml_standin.clocks import Clock

TERMINAL = ("Completed", "Failed", "Canceled")
Life = list[tuple[float, str]]
"""States and the seconds after the submission at which a job enters them."""
QUIET_LIFE: Life = [(0, "Starting"), (20, "Preparing"), (60, "Queued"), (90, "Running"), (600, "Finalizing"),
                    (610, "Completed")]  # fmt: skip


@dataclass
class Job:
    """One job, or one step of a pipeline."""

    name: str
    asked: dict[str, Any]
    """The properties of the first request, by which later ones are found to differ."""
    created: datetime
    moments: list[tuple[datetime, str]]
    tags: dict[str, Any]
    error: str | None = None
    parent: str | None = None
    vanishes_at: datetime | None = None
    told_up_to: int = 0
    """How many of its moments have been told as events."""

    def status(self, now: datetime) -> str:
        """The state it is in."""
        return next((state for moment, state in reversed(self.moments) if moment <= now), self.moments[0][1])

    def entered(self, state: str, now: datetime) -> datetime | None:
        """When it entered a state, if it has by now."""
        return next((moment for moment, name in self.moments if name == state and moment <= now), None)

    def ended(self, now: datetime) -> datetime | None:
        """When it ended, if it has."""
        return next((moment for moment, name in self.moments if name in TERMINAL and moment <= now), None)

    def move(self, state: str, now: datetime) -> None:
        """Enter a state now; what was to come does not. An ended job stays as it is."""
        if self.ended(now) is None:
            self.moments = [*((moment, name) for moment, name in self.moments if moment <= now), (now, state)]

    def is_there(self, now: datetime) -> bool:
        """Whether anybody still knows it."""
        return self.vanishes_at is None or now < self.vanishes_at


@dataclass
class Asset:
    """One version of a registered asset."""

    resource: dict[str, Any]
    """As it is answered."""
    asked: dict[str, Any]
    """The properties of the first request, by which later ones are found to differ."""


@dataclass
class Workspace:
    """One workspace and all that is in it."""

    clock: Clock
    subscription: str = "22222222-2222-2222-2222-222222222222"
    group: str = "headrace"
    name: str = "forecasts"
    region: str = "westeurope"
    computes: dict[str, int] = field(default_factory=lambda: {"headrace": 4})
    """Clusters and the most nodes that each may have."""
    datastores: dict[str, str] = field(default_factory=dict)
    """Datastores and the containers that they are."""
    account: str = "devstoreaccount1"
    assets: dict[tuple[str, str, str], Asset] = field(default_factory=dict)
    """By kind, name and version."""
    jobs: dict[str, Job] = field(default_factory=dict)
    live: Callable[[str], Life] = lambda name: QUIET_LIFE
    """How a job of a name goes, unless it is executed."""
    denied: set[str] = field(default_factory=set)
    """Actions that the caller may not do, such as `jobs/write`."""
    quota_reached: bool = False
    quotas: dict[str, tuple[int, int]] = field(default_factory=lambda: {"standardDSv5Family": (4, 24)})
    """Families of machines: cores that are taken, and the most that may be."""
    provisioning: str = "Succeeded"
    """How far the workspace's own creation is."""

    def __post_init__(self) -> None:
        for container in ("datasets", "models", "runs"):
            self.datastores.setdefault(f"headrace_{container}", container)
        self.datastores.setdefault("workspaceblobstore", "workspace")

    @property
    def path(self) -> str:
        """The workspace's address below the host."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.name}"
        )

    @property
    def address(self) -> str:
        """The workspace as HEADRACE_ML names it."""
        return f"azureml://subscriptions/{self.subscription}/resourcegroups/{self.group}/workspaces/{self.name}"

    def add_job(self, name: str, asked: dict[str, Any], *, parent: str | None = None, life: Life | None = None) -> Job:
        """Take a job in; it lives as `live` says unless told otherwise."""
        moments = self.moments(life or self.live(name))
        job = Job(name, asked, self.clock.now(), moments, dict(asked.get("tags") or {}), parent=parent)
        self.jobs[name] = job
        return job

    def moments(self, life: Life) -> list[tuple[datetime, str]]:
        """A life that begins now, in moments."""
        now = self.clock.now()
        return [(now + timedelta(seconds=after), state) for after, state in life]

    def find_job(self, name: str) -> Job | None:
        """A job that is there; None for one that is unknown, or has vanished."""
        job = self.jobs.get(name)
        return job if job is not None and job.is_there(self.clock.now()) else None

    def children(self, name: str) -> list[Job]:
        """The steps of a pipeline."""
        return [job for job in self.jobs.values() if job.parent == name]
