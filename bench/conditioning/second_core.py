"""What a second core is worth: the weekly-shipments job on one core, on two, and twice at once on a core each.

    python -m bench.conditioning.second_core [--size 200MB] [--rounds 8]

The third tells what the machine gives: two processes that share nothing take as long as one where both cores are idle,
and up to twice as long where the cores, or what they are a part of, have other work. All are whole processes that take
turns, there and back, and leave the same bytes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.conditioning.generator import SIZES
from bench.conditioning.run import (
    LEAST_SPEEDUP,
    ONE_CORE,
    Cost,
    check_answers,
    commands_of_sides,
    order_of,
    run_side,
    write_export,
)  # fmt: skip

ALL_CORES, TWO_AT_ONCE = "all cores", "two at once, a core each"


def main() -> None:
    """Run the benchmark; exit 1 if the answers differ."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", choices=SIZES, default="200MB")
    options.add_argument("--rounds", type=int, default=8)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as name:
        folder = Path(name)
        path = folder / "shipments.csv"
        write_export(path, given.size)
        commands = commands_of_sides(folder, path, folder)
        commands = {side: commands[side] for side in ("headrace", ONE_CORE)}
        check_answers(commands, folder)
        jobs: dict[str, Callable[[], None]] = {
            ALL_CORES: lambda: run_side(commands["headrace"], folder / "out", Cost()),
            ONE_CORE: lambda: run_side(commands[ONE_CORE], folder / "out", Cost()),
            TWO_AT_ONCE: lambda: _run_two(commands[ONE_CORE], folder),
        }
        walls: dict[str, list[float]] = {side: [] for side in jobs}
        for number in range(given.rounds):
            for side in order_of(list(jobs), number):
                started = time.monotonic()
                jobs[side]()
                walls[side].append(time.monotonic() - started)
    _report(given.size, walls)


def _run_two(command: list[str], folder: Path) -> None:
    """A run on each of two cores; what they write goes to different folders."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda core: _run_on(core, command, folder), sorted(os.sched_getaffinity(0))[:2]))


def _run_on(core: int, command: list[str], folder: Path) -> None:
    os.sched_setaffinity(0, {core})  # of this thread, and of what it starts
    out = folder / f"core-{core}" / "out"
    out.parent.mkdir(exist_ok=True)
    run_side([str(out) if word == str(folder / "out") else word for word in command], out, Cost())


def _report(size: str, walls: dict[str, list[float]]) -> None:
    cores = len(os.sched_getaffinity(0))
    print(f"{size}, {cores} cores, {len(walls[ALL_CORES])} rounds: best and median of the wall seconds")
    for side, seconds in walls.items():
        print(f"{side:<28}{min(seconds):8.2f} {statistics.median(seconds):8.2f}")
    for name, typical in (("best", min), ("median", statistics.median)):
        alone, both, apart = (typical(walls[side]) for side in (ONE_CORE, ALL_CORES, TWO_AT_ONCE))
        print(f"{name}: the second core gives {alone / both:.2f} times the speed", end=" ")
        print(f"(at least {LEAST_SPEEDUP}), and two processes apart {2 * alone / apart:.2f} times")


if __name__ == "__main__":
    main()
