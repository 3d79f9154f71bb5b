"""What one small file costs a process that has conditioned others before, on every side that is a Python program.

    python -m bench.conditioning.warm [--size 50KB] [--files 200] [--rounds 3] [--peers FOLDER]

Each side runs its whole job on the same file again and again in one process; the first tenth of the runs warms it up.
Told is the median of CPU (user and system) of one run, the least of all rounds, between which the sides take turns.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.conditioning.generator import SIZES
from bench.conditioning.run import PROJECT, check_answers, commands_of_sides, install_peers, write_export

TARGETS = {"polars": 1.5, "pandas": 0.5}
SIDES = {
    "headrace": {"hooked": False}, "headrace, pandas hook": {"hooked": True}, "polars": {"engine": "in-memory"},
    "polars streaming": {"engine": "streaming"}, "duckdb": {}, "pyarrow": {}, "pandas": {},
}  # fmt: skip


def main() -> None:
    """Run the benchmark; exit 1 if a side's answer differs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", choices=SIZES, default="50KB")
    options.add_argument("--files", type=int, default=200)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--peers", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as name:
        folder = Path(name)
        path = folder / "shipments.csv"
        write_export(path, given.size)
        commands = commands_of_sides(folder, path, given.peers or install_peers(folder / "peers"))
        check_answers(commands, folder)
        sides = {side: command for side, command in commands.items() if side in SIDES}
        least: dict[str, float] = {}
        for _ in range(given.rounds):
            for side, command in sides.items():
                seconds = _measure(side, command, given.files)
                least[side] = min(seconds, least.get(side, seconds))
    print(f"{given.size}, median of {given.files} files in one process, best of {given.rounds} rounds")
    for side, seconds in least.items():
        print(f"{side:<24}{1000 * seconds:8.2f} ms CPU, headrace takes {least['headrace'] / seconds:.2f} of it")
    for side, most in TARGETS.items():
        ratio = least["headrace"] / least[side]
        print(f"headrace to {side}: {ratio:.2f} (at most {most}) {'kept' if ratio <= most else 'LOST'}")


def _measure(side: str, command: list[str], files: int) -> float:
    work = "from sys import argv; from bench.conditioning.warm import run_again_and_again as run"
    work += "; print(run(argv[4], argv[5], int(argv[6])))"
    again = [sys.executable, "-c", work, *command[3:6], command[2], side, str(files)]
    return float(subprocess.run(again, cwd=PROJECT, check=True, capture_output=True, text=True).stdout)


def run_again_and_again(module: str, side: str, files: int) -> float:
    """Run a side's whole job many times in this process; the median CPU seconds of one run."""
    job: Any = importlib.import_module(module).main
    assert set(inspect.signature(job).parameters) == set(SIDES[side])
    taken = []
    for _ in range(files + files // 10):
        started = time.process_time()
        job(**SIDES[side])
        taken.append(time.process_time() - started)
    return statistics.median(taken[files // 10 :])


if __name__ == "__main__":
    main()
