"""A fleet's training on the stepped host: what the orchestration itself costs, and how long histories become."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.azure_ml import worlds
from bench.azure_ml.histories import Histories, keep_tally, read_tally
from bench.azure_ml.worlds import World
from embedded_host.testing import SteppedHost

APP = Path(__file__).parent / "app"
MOST_EVENTS, MOST_CPU = 300, 5.0
"""What one instance's history may hold, and the CPU seconds that 10,000 models may take."""
ORDER = {"fleet": "demand", "week": "2026W47", "dataset_version": "d" * 64, "attempt": 1, "segments": None}


@dataclass(frozen=True)
class Orchestrated:
    """One training; `cpu` is the process's without that of activities and events: engine, task hub and replay."""

    models: int
    cpu: float
    activity_cpu: float
    histories: Histories


@contextmanager
def start_host(replay: str = "session") -> Iterator[SteppedHost]:
    """The bench's app on a stepped host, whose histories are tallied; `strict` replays as Azure does."""
    with TemporaryDirectory() as folder:
        host = SteppedHost(APP, Path(folder) / "state.db", replay=replay)
        try:
            keep_tally(host)
            yield host
        finally:
            host.close()


def start_training(host: SteppedHost, world: World) -> str:
    """Start the training of a world's fleet; answers the instance."""
    worlds.present.put(world)
    instance = f"train-{world.fleet.name}-2026W47"
    return host.start("train_fleet", instance, {**ORDER, "root": instance})


def require_completed(host: SteppedHost, instance: str) -> int:
    """How many models an instance has trained; raises RuntimeError unless it ended well."""
    told = host.status(instance)
    if told["runtimeStatus"] != "Completed":
        raise RuntimeError(f"{instance} is {told['runtimeStatus']}: {told['output']}")
    return int(told["output"]["models"])


def orchestrate(world: World, hours: float = 3, replay: str = "session") -> Orchestrated:
    """Train a world's fleet to its end."""
    with start_host(replay) as host:
        began = time.process_time()
        instance = start_training(host, world)
        host.run_for(hours=hours)
        cpu = time.process_time() - began - world.activity_cpu
        return Orchestrated(require_completed(host, instance), cpu, world.activity_cpu, read_tally(host))
