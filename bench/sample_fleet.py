"""Trains the whole reference fleet on made-up data and shows how the gate judges it; see docs/models.md.

python -m bench.sample_fleet --seed 20170102 --seed 1 --seed 2
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from cli.sample.business import simulate
from cli.sample.standard_csv import write_tables
from shared.domain.fleets import Fleet, parse_fleet
from shared.domain.gates import Metrics, judge_model
from shared.domain.weeks import IsoWeek
from training.__main__ import ENVIRONMENT, run
from training.job import parse_job

DEFAULT_SEED = 20170102


def main() -> None:
    """Print one line for each segment that was refused, and the fleet's figures, for each seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, action="append", help="of the made-up business; may be repeated")
    parser.add_argument("--week", default="2026W47")
    parser.add_argument("--verbose", action="store_true", help="a line for every segment")
    options = parser.parse_args()
    os.environ |= {name: os.environ.get(name, value) for name, value in ENVIRONMENT.items()}
    fleet = parse_fleet(yaml.safe_load(Path("fleets/demand.yaml").read_text(encoding="utf-8")))
    for seed in options.seed or [DEFAULT_SEED]:
        print_fleet(seed, train_fleet(fleet, seed, IsoWeek.parse(options.week)), fleet, options.verbose)


def train_fleet(fleet: Fleet, seed: int, week: IsoWeek) -> list[dict[str, Any]]:
    """The results of every segment, one shard after the other in this process."""
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        inputs, out = Path(scratch) / "inputs", Path(scratch) / "out"
        out.mkdir()
        write_tables(simulate(seed, week, fleet.regions), inputs / "tables")
        for region in fleet.regions:
            results += run(parse_job(describe_job(fleet, region, week)), inputs, out)["segments"]
    return results


def describe_job(fleet: Fleet, region: str, week: IsoWeek) -> dict[str, Any]:
    """The job of one region's shard."""
    cells = [cell for cell in fleet.segments if cell.region == region]
    return {
        "schema": 1, "kind": "train", "run": f"bench-{region}", "fleet": fleet.name, "week": str(week), "shard": region,
        "as_of": (week.monday - timedelta(days=1)).isoformat(),
        "code_version": "bench", "dataset_version": "bench", "baselines": [], "models": {}, "settings": dict(fleet.job),
        "segments": [
            {"id": cell.id, "region": cell.region, "store_format": cell.store_format, "mover": cell.mover}
            for cell in cells
        ],
    }  # fmt: skip


def print_fleet(seed: int, results: list[dict[str, Any]], fleet: Fleet, verbose: bool) -> None:
    """What the gate says, and the medians over segments."""
    passed, mapes, baselines = 0, [], []
    for result in results:
        if result["status"] == "failed":
            print(f"  {result['id']}: failed, {result['error']}")
            continue
        candidate, baseline = Metrics(**result["metrics"]), Metrics(**result["baseline_metrics"])
        verdict = judge_model(candidate, baseline, None, fleet.training_gate)
        passed += verdict.passed
        mapes.append(candidate.mape or 0.0)
        baselines.append(baseline.mape or 0.0)
        if verbose or not verdict.passed:
            members = ", ".join(f"{name} {figures['mape']:.3f}" for name, figures in result["members"].items())
            print(f"  {result['id']}: {candidate.mape:.3f} ({members}, baseline {baseline.mape:.3f}): {verdict.reason}")
    ours, theirs = statistics.median(mapes), statistics.median(baselines)
    print(
        f"seed {seed}: {passed} of {len(results)} pass; median MAPE {ours:.3f}, baseline {theirs:.3f}, "
        f"ratio {ours / theirs:.2f}"
    )


if __name__ == "__main__":
    started = time.monotonic()
    main()
    print(f"{time.monotonic() - started:.0f} s")
