"""Runs the weekly-shipments job on every side, checks that all leave the same bytes, and prints cost and ratios.

    python -m bench.conditioning.run [--size 20MB] [--rounds 3] [--peers FOLDER]

Each side is a whole process, imports and all, interleaved with the others; CPU is user and system time. DuckDB is no
requirement of the project: it is installed into a throw-away folder, or taken from --peers.
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

from bench.conditioning.generator import SIZES

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
FILES = ("accepted.csv", "rejected.csv")
MODULES = {
    "headrace": ["headrace"], "headrace, pandas hook": ["headrace", "--hook"], "polars": ["polars_frames"],
    "polars streaming": ["polars_frames", "--streaming"], "duckdb": ["duckdb_sql"], "pyarrow": ["arrow_tables"],
    "pandas": ["pandas_frames"],
}  # fmt: skip
TARGETS = {
    ("headrace", "polars"): 1.0, ("headrace", "duckdb"): 0.85, ("headrace", "pandas"): 0.25,
    ("headrace, pandas hook", "pandas"): 0.29, ("headrace", "C loop"): 3.5,
}  # fmt: skip


@dataclass
class Cost:
    """What a side's rounds took: CPU and wall in seconds, peak memory in MiB."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak: float = 0


def main() -> None:
    """Run the benchmark; exit 1 if a side's answer differs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", choices=SIZES, default="20MB")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--peers", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as name:
        folder = Path(name)
        path = folder / "shipments.csv"
        # In a child: a process's peak memory counts what its parent held when it was started.
        make = "import sys, pathlib; from bench.conditioning.generator import *"
        make += "; generate(pathlib.Path(sys.argv[1]), SIZES[sys.argv[2]])"
        subprocess.run([sys.executable, "-c", make, str(path), given.size], cwd=PROJECT, check=True)
        commands = _commands(folder, path, given.peers or _install_peers(folder / "peers"))
        _check(commands, folder)
        costs = {side: Cost() for side in commands}
        for _ in range(given.rounds):
            for side, command in commands.items():
                _run(command, folder / "out", costs[side])
    _report(given.size, costs)


def _install_peers(folder: Path) -> Path:
    wanted = HERE / "requirements.txt"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(folder),
        "-r",
        str(wanted),
    ]
    if subprocess.run(command).returncode:
        print("duckdb could not be installed; its side is left out", flush=True)
    return folder


def _commands(folder: Path, path: Path, peers: Path) -> dict[str, list[str]]:
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


def _run(command: list[str], out: Path, cost: Cost) -> None:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(out.parent / "pycache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    child = subprocess.Popen(command, cwd=PROJECT, env=environment)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command[:4])} ended with {child.returncode}")
    cost.wall.append(time.monotonic() - started)
    cost.cpu.append(used.ru_utime + used.ru_stime)
    cost.peak = max(cost.peak, used.ru_maxrss / 1024)


def _check(commands: dict[str, list[str]], folder: Path) -> None:
    """Run each side once, which also warms it up, and compare all that it left with our own."""
    expected: list[object] = []
    for side, command in commands.items():
        _run(command, folder / "out", Cost())
        left = [json.loads((folder / "out" / "summary.json").read_text())]
        left += [_digest(folder / "out" / name) for name in FILES]
        expected = expected or left
        if left != expected:
            raise SystemExit(f"{side} left other bytes or figures than headrace: nothing is timed")
    print(f"output, rejects and summary are the same on all {len(commands)} sides", flush=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _report(size: str, costs: dict[str, Cost]) -> None:
    print(f"{size}, {len(os.sched_getaffinity(0))} cores, best of {len(next(iter(costs.values())).cpu)} rounds")
    for side, cost in costs.items():
        print(f"{side:<24}{min(cost.cpu):8.2f} s CPU {min(cost.wall):8.2f} s wall {cost.peak:8.0f} MiB")
    for (ours, theirs), most in TARGETS.items():
        if theirs in costs:
            ratio = min(costs[ours].cpu) / min(costs[theirs].cpu)
            verdict = "kept" if ratio <= most else "LOST"
            print(f"CPU of {ours} to {theirs}: {ratio:.2f} (at most {most} at 200MB) {verdict}")


if __name__ == "__main__":
    main()
