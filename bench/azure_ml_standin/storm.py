"""Submits and watches many runs through a stand-in on which everything goes wrong at once, and counts what came of it.

python -m bench.azure_ml_standin.storm [--runs 1000] [--share 0.05] [--seed 20261121]

Each request is throttled, refused with 500, cut off, or has its reply lost; each job vanishes, hangs, fails, is ended
from outside, stops responding for a while, enters a state that nobody knows, or reports its end twice: each kind with
the given share. Time is virtual. Prints one JSON object; ends with 1 unless every run is exactly one job whose end was
noticed for what it is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, get_args

from bench.azure_ml_standin.clocks import WaitingClock
from bench.azure_ml_standin.faults import ERROR_TEXT, Faults, JobFault, RequestFault
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.state import Job
from bench.azure_ml_standin.workspaces import add_code, make_backend
from shared.adapters.folder_lake import FolderLake
from shared.domain.runs import RunKind, RunSpec, RunState, RunStatus
from shared.ports import MLBackend

CHUNK = 25
"""Runs in one activity, as the orchestrators cut them."""
LOOKS, LOOK_EVERY = 40, 60.0
ENDS = {"Completed": RunState.COMPLETED, "Failed": RunState.FAILED, "Canceled": RunState.CANCELED}


def make_spec(number: int = 0, **changes: Any) -> RunSpec:
    """A run such as a region's training; `changes` are fields of RunSpec."""
    segments = changes.pop("segments", (f"r{number}-large-fast", f"r{number}-large-slow"))
    cells = [dict(zip(("region", "store_format", "mover"), name.split("-"), strict=True), id=name) for name in segments]
    work = {
        "name": f"train-demand-2026w47-r{number}-0123456789ab",
        "kind": RunKind.TRAIN,
        "fleet": "demand",
        "week": "2026W47",
        "shard": f"r{number}",
        "instance_id": "weekly-demand-2026W47-1-train-1-r-1-watch",
        "dataset_version": "d" * 64,
        "code_version": "c" * 64,
        "attempt": 1,
        "segments": tuple(segments),
        "models": {},
        "job": {"segments": cells, "baselines": [], "models": {}},
    }
    return RunSpec(**{**work, **changes})


def run_storm(folder: Path, runs: int, share: float, seed: int) -> tuple[StandIn, dict[str, RunStatus]]:
    """Submit and watch runs; answers the stand-in and the end of each run as the backend told it."""
    faults = Faults(dict.fromkeys(get_args(RequestFault), share), dict.fromkeys(get_args(JobFault), share), seed)
    standin = StandIn(clock=WaitingClock(), faults=faults)
    add_code(standin)
    backend = make_backend(standin, FolderLake(folder / "lake"))
    specs = [make_spec(number) for number in range(runs)]
    for start in range(0, runs, CHUNK):
        backend.submit(specs[start : start + CHUNK])
    return standin, _watch(standin, backend, [spec.name for spec in specs])


def count(standin: StandIn, told: dict[str, RunStatus]) -> dict[str, Any]:
    """What came of a storm."""
    jobs = standin.workspace.jobs
    wrong = {name for name, job in jobs.items() if name not in told or told[name].state is not _end_of(job)}
    failed = [str(status.error) for status in told.values() if status.state is RunState.FAILED]
    return {
        "jobs": len(jobs),
        "runs_without_job": sum(name not in jobs for name in told),
        "ends_noticed": len(told),
        "ends_told_wrong": len(wrong),
        "told_their_own_error": sum(ERROR_TEXT in error for error in failed),
        "told_as_lost": sum("it was lost" in error for error in failed),
        "faults": dict(sorted(standin.faults.done.items())),
        "requests_before_their_time": standin.faults.impatient,
        "departures_from_the_published_descriptions": len(standin.violations),
        "requests": dict(sorted(standin.requests.items())),
    }


def _watch(standin: StandIn, backend: MLBackend, names: list[str]) -> dict[str, RunStatus]:
    """Look at what has not ended, again and again; what never ends is canceled, as at its deadline."""
    ended: dict[str, RunStatus] = {}
    left = names
    for _ in range(LOOKS):
        standin.workspace.clock.sleep(LOOK_EVERY)
        ended |= {status.name: status for status in backend.observe(left) if status.state.is_terminal}
        left = [name for name in names if name not in ended]
    backend.cancel(left)
    return ended | {status.name: status for status in backend.observe(left) if status.state.is_terminal}


def _end_of(job: Job) -> RunState | None:
    return RunState.FAILED if job.vanishes_at is not None else ENDS.get(job.moments[-1][1])


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=20261121)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of azure-ai-ml's use of marshmallow
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        os.chdir(folder)  # azure-ai-ml asks git four questions per job; outside a repository it asks one
        began = time.process_time()
        standin, told = run_storm(Path(folder), options.runs, options.share, options.seed)
        counted = count(standin, told)
    print(json.dumps({**vars(options), **counted, "cpu_seconds": round(time.process_time() - began, 1)}, indent=1))
    exact = counted["jobs"] == counted["ends_noticed"] == options.runs
    return 0 if exact and not counted["runs_without_job"] and not counted["ends_told_wrong"] else 1


if __name__ == "__main__":
    sys.exit(main())
