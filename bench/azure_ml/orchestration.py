"""A fleet's training on the stepped host: what the orchestration itself costs, and how long histories become."""

from __future__ import annotations

import time
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
    """One training; `cpu` is the process's without that of its activities: engine, task hub and replay."""

    models: int
    cpu: float
    activity_cpu: float
    histories: Histories


def orchestrate(world: World, hours: float = 3) -> Orchestrated:
    """Train a world's fleet to its end; raises RuntimeError when it does not end well."""
    worlds.present.put(world)
    with TemporaryDirectory() as folder:
        host = SteppedHost(APP, Path(folder) / "state.db")
        try:
            keep_tally(host)
            began, instance = time.process_time(), f"train-{world.fleet.name}-2026W47"
            host.start("train_fleet", instance, {**ORDER, "root": instance})
            host.run_for(hours=hours)
            cpu = time.process_time() - began
            told = host.status(instance)
            if told["runtimeStatus"] != "Completed":
                raise RuntimeError(f"{instance} is {told['runtimeStatus']}: {told['output']}")
            return Orchestrated(
                told["output"]["models"], cpu - world.activity_cpu, world.activity_cpu, read_tally(host)
            )
        finally:
            host.close()
