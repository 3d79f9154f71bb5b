"""Runs the weekly-shipments job on every side, checks that all leave the same bytes, and prints cost and ratios.

    python -m bench.conditioning.run [--size 20MB] [--rounds 5] [--peers FOLDER] [--dirty]

Each side is a whole process, imports and all, interleaved with the others, there and back; CPU is user and system time.
Headrace runs on one core as well, to tell what the second one is good for. DuckDB is no requirement of the project: it
is installed into a throw-away folder, or taken from --peers. With --dirty the export has ragged rows and stray quotes;
sides that fail, or leave other answers, are told and not timed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.conditioning.generator import SIZES, count_ragged

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
FILES = ("accepted.csv", "rejected.csv")
ONE_CORE = "headrace, one core"
MODULES = {
    "headrace": ["headrace"], ONE_CORE: ["headrace", "--one-core"], "headrace, pandas hook": ["headrace", "--hook"],
    "polars": ["polars_frames"], "polars streaming": ["polars_frames", "--streaming"], "duckdb": ["duckdb_sql"],
    "pyarrow": ["arrow_tables"], "pandas": ["pandas_frames"],
}  # fmt: skip
TARGETS = {
    ("headrace", "polars"): 1.0, ("headrace", "polars streaming"): 1.0, ("headrace", "duckdb"): 0.85,
    ("headrace", "pandas"): 0.25, ("headrace, pandas hook", "pandas"): 0.29, ("headrace", "C loop"): 3.5,
}  # fmt: skip
LEAST_SPEEDUP = 1.4
MOST_MEGABYTES = 400
TARGET_SIZE = "200MB"


@dataclass
class Cost:
    """What a side's rounds took: CPU and wall in seconds, peak memory in MB."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak: float = 0


class Failed(Exception):
    """A side ended with an error."""


def main() -> None:
    """Run the benchmark; exit 1 if a side's answer differs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", choices=SIZES, default="20MB")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--peers", type=Path)
    options.add_argument("--dirty", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as name:
        folder = Path(name)
        path = folder / "shipments.csv"
        write_export(path, given.size, dirty=given.dirty)
        commands = commands_of_sides(folder, path, given.peers or install_peers(folder / "peers"))
        if given.dirty:
            commands = _keep_equal(commands, folder, SIZES[given.size])
        else:
            check_answers(commands, folder)
        costs = {side: Cost() for side in commands}
        for number in range(given.rounds):
            for side in order_of(list(commands), number):
                run_side(commands[side], folder / "out", costs[side])
    _report(given.size, costs)


def order_of(sides: list[str], number: int) -> list[str]:
    """The sides in a round: there and back, for who follows a large process pays for memory that this one gave up."""
    return sides[::-1] if number % 2 else sides


def write_export(path: Path, size: str, *, dirty: bool = False) -> None:
    """Write the export, in a child: a process's peak memory counts what its parent held when it was started."""
    make = "import sys, pathlib; from bench.conditioning.generator import *"
    make += f"; generate(pathlib.Path(sys.argv[1]), SIZES[sys.argv[2]], dirty={dirty})"
    subprocess.run([sys.executable, "-c", make, str(path), size], cwd=PROJECT, check=True)


def install_peers(folder: Path) -> Path:
    """Install what only the benchmark needs."""
    wanted = ["--no-deps", "--target", str(folder), "-r", str(HERE / "requirements.txt")]
    if subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *wanted]).returncode:
        print("duckdb could not be installed; its side is left out", flush=True)
    return folder


def commands_of_sides(folder: Path, path: Path, peers: Path) -> dict[str, list[str]]:
    """Each side's command; those that cannot run here are left out."""
    commands = {}
    for side, (module, *rest) in MODULES.items():
        if module != "duckdb_sql" or (peers / "duckdb").exists():
            prefix = [sys.executable, "-m", f"bench.conditioning.sides.{module}"]
            commands[side] = [*prefix, str(path), str(folder / "out"), str(peers), *rest]
    compiler = shutil.which("cc")
    if compiler:
        loop = folder / "loop"
        source = HERE / "sides" / "loop.c"
        subprocess.run([compiler, "-O3", "-march=native", "-o", str(loop), str(source), "-ldl"], check=True)
        commands["C loop"] = [str(loop), str(path), str(folder / "out")]
    return commands


def run_side(command: list[str], out: Path, cost: Cost) -> None:
    """Run a side once; raises Failed with the last line that it printed."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(out.parent / "pycache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with (out.parent / "errors.txt").open("w+") as errors:
        started = time.monotonic()
        child = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=errors)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        cost.wall.append(time.monotonic() - started)
        errors.seek(0)
        if child.returncode:
            said = errors.read().strip().splitlines()
            raise Failed(said[-1] if said else f"it ended with {child.returncode}")
    cost.cpu.append(used.ru_utime + used.ru_stime)
    cost.peak = max(cost.peak, used.ru_maxrss * 1024 / 1e6)


def check_answers(commands: dict[str, list[str]], folder: Path) -> None:
    """Run each side once, which also warms it up, and compare all that it left with our own."""
    expected: list[object] = []
    for side, command in commands.items():
        left = _answers(command, folder)
        expected = expected or left
        if left != expected:
            raise SystemExit(f"{side} left other bytes or figures than headrace: nothing is timed")
    print(f"output, rejects and summary are the same on all {len(commands)} sides", flush=True)


def _keep_equal(commands: dict[str, list[str]], folder: Path, rows: int) -> dict[str, list[str]]:
    """Those of the sides that cope with a dirty export; the others are told."""
    expected: list[object] = []
    kept = {}
    for side, command in commands.items():
        try:
            left = _answers(command, folder)
        except Failed as failed:
            print(f"{side:<24}fails: {str(failed)[:120]}", flush=True)
            continue
        if not expected:
            _check_dirty(folder, rows)
            expected = left
        if left == expected:
            kept[side] = command
        print(f"{side:<24}{'accounts for every row' if left == expected else 'leaves another answer'}", flush=True)
    return kept


def _check_dirty(folder: Path, rows: int) -> None:
    """What is known of the dirty export without any of the sides."""
    summary = json.loads((folder / "out" / "summary.json").read_text())
    ragged = summary["rejects"].get("wrong_field_count")
    if (summary["rows_in"], ragged) != (rows, count_ragged(rows)):
        raise SystemExit(f"headrace read {summary['rows_in']} rows, {ragged} of them ragged: nothing is timed")


def _answers(command: list[str], folder: Path) -> list[object]:
    run_side(command, folder / "out", Cost())
    summary: list[object] = [json.loads((folder / "out" / "summary.json").read_text())]
    return [*summary, *(_digest(folder / "out" / name) for name in FILES)]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _report(size: str, costs: dict[str, Cost]) -> None:
    print(f"{size}, {len(os.sched_getaffinity(0))} cores, best of {len(next(iter(costs.values())).cpu)} rounds")
    for side, cost in costs.items():
        print(f"{side:<24}{min(cost.cpu):8.2f} s CPU {min(cost.wall):8.2f} s wall {cost.peak:8.0f} MB")
    is_meant = size == TARGET_SIZE
    for (ours, theirs), most in TARGETS.items():
        if ours in costs and theirs in costs:
            ratio = min(costs[ours].cpu) / min(costs[theirs].cpu)
            print(f"CPU of {ours} to {theirs}: {ratio:.2f}" + _verdict(is_meant, ratio <= most, f"at most {most}"))
    speedup = min(costs[ONE_CORE].wall) / min(costs["headrace"].wall)
    is_kept = speedup >= LEAST_SPEEDUP
    print(f"wall on one core to all cores: {speedup:.2f}" + _verdict(is_meant, is_kept, f"at least {LEAST_SPEEDUP}"))
    peak = costs["headrace"].peak
    print(f"memory: {peak:.0f} MB" + _verdict(is_meant, peak <= MOST_MEGABYTES, f"at most {MOST_MEGABYTES}"))


def _verdict(is_meant: bool, is_kept: bool, target: str) -> str:
    """What the figure is held to, if it is meant for this size."""
    return f" ({target}) {'kept' if is_kept else 'LOST'}" if is_meant else ""


if __name__ == "__main__":
    main()
