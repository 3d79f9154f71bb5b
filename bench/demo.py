"""Measures the first demo on a fresh machine: time, disk and memory against their limits, and the second demo.

    python -m bench.demo [--keep]

A clone of the committed tree is made in a temporary folder, so set-up is included. Memory is the sum over all processes
whose working folder is inside the clone, sampled twice a second: resident memory (pages shared between processes count
once for each of them) and, where the kernel tells it, proportional memory (shared pages are divided).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LIMITS = {"seconds": 360.0, "disk MB": 1500.0, "resident MB": 2000.0}


class MemorySampler(threading.Thread):
    """Keeps the largest sum of memory, in MB, of the processes that work inside a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder, self._done = str(folder), threading.Event()
        self.resident = self.proportional = 0.0
        self.processes = 0

    def run(self) -> None:
        while not self._done.wait(0.5):
            pids = [entry for entry in Path("/proc").iterdir() if entry.name.isdecimal() and self._is_ours(entry)]
            rolls = [_rollup(pid) for pid in pids]
            resident = sum(roll.get("Rss", 0) for roll in rolls) / 1024
            if resident > self.resident:
                self.resident, self.processes = resident, len(pids)
            self.proportional = max(self.proportional, sum(roll.get("Pss", 0) for roll in rolls) / 1024)

    def stop(self) -> None:
        """End sampling."""
        self._done.set()
        self.join()

    def _is_ours(self, process: Path) -> bool:
        try:
            return str((process / "cwd").readlink()).startswith(self._folder)
        except OSError:
            return False


def _rollup(process: Path) -> dict[str, int]:
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


def measure(folder: Path) -> dict[str, float]:
    """Run the first and the second demo in a clone; answers the figures."""
    subprocess.run(["git", "clone", "-q", str(PROJECT), str(folder)], check=True)
    sampler = MemorySampler(folder)
    sampler.start()
    first, summary = run_demo(folder)
    sampler.stop()
    disk = int(subprocess.run(["du", "-sm", str(folder)], capture_output=True, text=True).stdout.split()[0])
    second, again = run_demo(folder)
    same = {**summary, "seconds": 0} == {**again, "seconds": 0}
    print(json.dumps({name: summary[name] for name in summary if name not in ("regions", "sources", "not_passed")}))
    return {
        "seconds": first,
        "disk MB": disk,
        "resident MB": sampler.resident,
        "proportional MB": sampler.proportional,
        "processes at the peak": sampler.processes,
        "second demo, seconds": second,
        "second demo says the same": float(same),
    }


def run_demo(folder: Path) -> tuple[float, dict[str, object]]:
    """One demo; answers its wall seconds, set-up included, and its summary."""
    started = time.monotonic()
    command = [sys.executable, "headrace.py", "demo", "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"the demo failed:\n{done.stderr[-3000:]}")
    return time.monotonic() - started, json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure, print, and fail when a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="leave the clone where it is")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="headrace-demo-")) / "headrace"
    try:
        figures = measure(folder)
    finally:
        if not options.keep:
            shutil.rmtree(folder.parent, ignore_errors=True)
    for name, value in figures.items():
        limit = LIMITS.get(name)
        print(f"{name:<28} {value:10.1f}" + (f"   {value / limit:.2f} of the limit {limit:g}" if limit else ""))
    if any(figures[name] > limit for name, limit in LIMITS.items()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
