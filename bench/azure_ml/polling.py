"""Fleets of some sizes, polled to completion in a stand-in workspace: one row of figures for each."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.azure_ml.histories import Histories, read_tally
from bench.azure_ml.orchestration import require_completed, start_host, start_training
from bench.azure_ml.workspace import WorkspaceWorld
from bench.azure_ml.worlds import make_fleet
from shared import wiring

SIZES = {84: (14, 3, 2), 1_000: (20, 25, 2), 10_000: (20, 25, 20)}
"""Regions, formats and movers of a fleet of so many models."""
MOST_THROUGH_CLIENT = 100
"""Jobs that the bench submits through azure-ai-ml, which takes 20 ms for each; more of them are there without."""
HOURS = 3.0


@dataclass(frozen=True)
class Polled:
    """One fleet's training. Requests are of submitting and watching together; times are in seconds."""

    models: int
    jobs: int
    with_events: bool
    through_client: bool
    requests: dict[str, int]
    busiest_minute: dict[str, int]
    refused: int
    noticed: list[float]
    orchestration_cpu: float
    activity_cpu: float
    event_cpu: float
    histories: Histories

    @property
    def requests_per_model(self) -> float:
        """Requests for each model, of all kinds."""
        return sum(self.requests.values()) / self.models

    @property
    def slowest(self) -> float:
        """The longest time from a job's end to its noticing."""
        return max(self.noticed)

    @property
    def usual(self) -> float:
        """The median of the same."""
        return statistics.median(self.noticed)


def poll(models: int, shard_by: str, *, with_events: bool) -> Polled:
    """Train a fleet of so many models, a job for each (`segment`) or for each region (`region`)."""
    with TemporaryDirectory() as folder, start_host() as host:
        os.environ["HEADRACE_HOME"] = folder
        wiring.forget()
        try:
            return _poll(models, shard_by, host, Path(folder), with_events)
        finally:
            wiring.forget()
            del os.environ["HEADRACE_HOME"]


def _poll(models: int, shard_by: str, host: object, home: Path, with_events: bool) -> Polled:
    fleet = make_fleet(*SIZES[models], shard_by)
    jobs = len(fleet.shards(fleet.segments))
    through_client = jobs <= MOST_THROUGH_CLIENT
    world = WorkspaceWorld(fleet, host, home, through_client=through_client)  # type: ignore[arg-type]
    wiring.ledger()
    began = time.process_time()
    instance = start_training(world.host, world)
    world.pass_time(HOURS, with_events=with_events)
    cpu = time.process_time() - began
    standin, planes = world.standin, ("reads", "writes", "history")
    assert standin.violations == [], standin.violations[:3]
    assert len(world.noticed) == jobs
    return Polled(
        models=require_completed(world.host, instance),
        jobs=jobs,
        with_events=with_events,
        through_client=through_client,
        requests={plane: standin.total(plane) for plane in planes},
        busiest_minute={plane: standin.busiest(plane) for plane in planes},
        refused=standin.limits.refused,
        noticed=list(world.noticed.values()),
        orchestration_cpu=cpu - world.activity_cpu - world.event_cpu,
        activity_cpu=world.activity_cpu,
        event_cpu=world.event_cpu,
        histories=read_tally(world.host),
    )
