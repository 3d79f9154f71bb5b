"""Runs one region's training as a job would be run, and compares its time and memory with what it is allowed.

python -m bench.training_run            # on one core: taskset -c 0 python -m bench.training_run
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from bench.sample_fleet import DEFAULT_SEED, describe_job
from cli.sample.business import simulate
from cli.sample.standard_csv import write_tables
from shared.domain.fleets import parse_fleet
from shared.domain.weeks import IsoWeek

REGION = "texas"
ALLOWED_SECONDS, ALLOWED_MIB = 12.0, 600.0


def main() -> None:
    """Train twice, first without and then with what the first run compiled, and print ratios; below 1 is within."""
    fleet = parse_fleet(yaml.safe_load(Path("fleets/demand.yaml").read_text(encoding="utf-8")))
    week = IsoWeek.parse("2026W47")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_tables(simulate(DEFAULT_SEED, week, fleet.regions), folder / "inputs" / "tables")
        (folder / "job.json").write_text(json.dumps(describe_job(fleet, REGION, week)), encoding="utf-8")
        for label in ("nothing compiled yet", "compiled before"):
            seconds, mebibytes = run_once(folder)
            print(
                f"{label}: {seconds:.1f} s of {ALLOWED_SECONDS:.0f} allowed, ratio {seconds / ALLOWED_SECONDS:.2f}; "
                f"peak {mebibytes:.0f} MiB of {ALLOWED_MIB:.0f} allowed, ratio {mebibytes / ALLOWED_MIB:.2f}"
            )


def run_once(folder: Path) -> tuple[float, float]:
    """Wall seconds of a run as a child process, and its largest resident memory in MiB."""
    command = [sys.executable, "-m", "training", "--job", str(folder / "job.json")]
    started = time.monotonic()
    child = subprocess.Popen(
        [*command, "--inputs", str(folder / "inputs"), "--out", str(folder / "out")],
        env={**os.environ, "JAX_COMPILATION_CACHE_DIR": str(folder / "compiled")},
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"the run failed with exit code {child.returncode}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
