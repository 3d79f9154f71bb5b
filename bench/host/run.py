"""Runs one workload on the embedded host and on its peers, and prints figures and ratios.

    python bench/host/run.py --runs 84 1000 --rounds 3
    python bench/host/run.py --runs 84 --engines session dbos-wal

A run is: start, three polls a second apart, record (five steps, three timers; 3 s at best). One parent fans out to N
runs and gathers them. Every engine writes each step durably: ours and DBOS flush SQLite at each commit, Restate
and Prefect as shipped (Prefect's default event bus loses records; `coarse` has no durable steps). CPU is the whole
process tree's from the fleet's start until it is quiet again. A round whose backend counted other than 5 N calls is
rejected.
Peers are installed on first use from public packages into their own folders below --work.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import venv
from dataclasses import asdict, dataclass
from pathlib import Path

from backend import read_calls
from measure import Tree

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
IDEAL_SECONDS = 3.0
CALLS_PER_RUN = 5
SINGLE_STARTS = 40
RESTATE_VERSION = "1.7.12"
ENGINES = {
    "session": ("own", "session"),
    "strict": ("own", "strict"),
    "dbos-wal": ("dbos_sqlite", "wal"),
    "dbos": ("dbos_sqlite", "default"),
    "restate": ("restate_services", ""),
    "prefect-fine": ("prefect_flows", "fine"),
    "prefect-coarse": ("prefect_flows", "coarse"),
}
PACKAGES = {
    "dbos_sqlite": ["dbos==3.4.0"],
    "restate_services": ["restate_sdk==1.3.0", "hypercorn==0.18.0"],
    "prefect_flows": ["prefect==3.8.8", "fastapi==0.139.0"],
}
TARGETS = [
    ("session", "runs/s", "dbos-wal", "at least", 5.0),
    ("strict", "runs/s", "dbos-wal", "at least", 1.5),
    ("session", "runs/s", "dbos", "at least", 8.0),
    ("strict", "runs/s", "dbos", "at least", 2.0),
    ("session", "runs/s", "restate", "at least", 1.0),
    ("session", "cpu_s", "dbos-wal", "at most", 0.3),
    ("strict", "cpu_s", "dbos-wal", "at most", 0.8),
    ("session", "written_mb", "dbos-wal", "at most", 0.5),
    ("strict", "written_mb", "dbos-wal", "at most", 0.5),
    ("session", "start_p95_ms", "dbos-wal", "at most", 1.5),
]


@dataclass
class Measured:
    """One engine's round."""

    engine: str
    runs: int
    overhead_s: float
    cpu_s: float
    rss_mb: float
    written_mb: float
    start_p50_ms: float
    start_p95_ms: float
    load: float
    accepted: bool

    @property
    def runs_per_s(self) -> float:
        return self.runs / self.overhead_s


def main() -> None:
    given = parse()
    given.work.mkdir(parents=True, exist_ok=True)
    pythons = {peer: set_up(peer, given.work) for peer in {ENGINES[engine][0] for engine in given.engines}}
    rounds: list[Measured] = []
    for runs in given.runs:
        for number in range(given.rounds):
            for engine in given.engines:  # interleaved, so that what else the machine does falls on all
                measured = measure(engine, pythons[ENGINES[engine][0]], runs, given.work)
                rounds.append(measured)
                print(f"round {number + 1}, {engine}, N={runs}: {describe(measured)}", file=sys.stderr, flush=True)
    report = summarise(rounds)
    print_tables(report)
    if given.json:
        given.json.write_text(json.dumps([asdict(measured) for measured in rounds], indent=1))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=[84, 1000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--work", type=Path, default=ROOT / ".headrace" / "bench-host")
    parser.add_argument("--json", type=Path, help="write every round to this file")
    return parser.parse_args()


def set_up(peer: str, work: Path) -> Path:
    """The Python that runs a peer; its packages are installed on first use."""
    if peer == "own":
        return Path(sys.executable)
    folder = work / peer
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES[peer]], check=True)
        (folder / "complete").touch()
    return python


def restate_server(work: Path) -> Path:
    """Restate's server binary, from npm."""
    folder = work / "restate-server"
    found = list(folder.glob("node_modules/**/bin/restate-server"))
    if not found:
        folder.mkdir(exist_ok=True)
        subprocess.run(
            ["npm", "install", "--silent", f"@restatedev/restate-server@{RESTATE_VERSION}"], cwd=folder, check=True
        )
        found = list(folder.glob("node_modules/**/bin/restate-server"))
    return found[0]


def measure(engine: str, python: Path, runs: int, work: Path) -> Measured:
    """One round of one engine on fresh files."""
    peer, mode = ENGINES[engine]
    if peer == "restate_services":
        mode = str(restate_server(work))
    folder = work / "files"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    backend = folder / "backend"
    process = subprocess.Popen(
        [python, HERE / "peers" / f"{peer}.py", "--folder", folder, "--mode", mode],
        env={**os.environ, "BACKEND": str(backend), "PYTHONPATH": str(HERE)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=(folder / "stderr").open("w"),
        text=True,
    )
    tree = Tree(process.pid)
    try:
        return take_figures(engine, runs, process, tree, backend)
    finally:
        tree.close()
        process.kill()
        process.wait()


def take_figures(engine: str, runs: int, process: subprocess.Popen[str], tree: Tree, backend: Path) -> Measured:
    wait_for_line(process, "READY")
    tree.wait_for_quiet(10)
    latencies = [start_latency(process, backend, f"s{number}") for number in range(SINGLE_STARTS)]
    tree.wait_for_quiet(10)
    before, cpu, written = len(read_calls(backend)), tree.cpu(), tree.written()
    told = tell(process, ["fleet", runs])
    tree.wait_for_quiet()
    calls = len(read_calls(backend)) - before
    used, wrote = tree.cpu() - cpu, tree.written() - written
    assert process.stdin is not None
    process.stdin.write('["end"]\n')
    process.stdin.flush()
    return Measured(
        engine=engine,
        runs=runs,
        overhead_s=(told["ended"] - told["began"]) / 1e9 - IDEAL_SECONDS,
        cpu_s=used,
        rss_mb=tree.peak_rss / 1e6,
        written_mb=wrote / 1e6,
        start_p50_ms=statistics.median(latencies),
        start_p95_ms=statistics.quantiles(latencies, n=20)[-1],
        load=os.getloadavg()[0],
        accepted=told["result"] == runs and calls == CALLS_PER_RUN * runs,
    )


def start_latency(process: subprocess.Popen[str], backend: Path, name: str) -> float:
    """Milliseconds from the call to the first step's line in the backend."""
    told = tell(process, ["single", name])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for _, run, moment in read_calls(backend)[-3:]:
            if run == name:
                return (moment - told["began"]) / 1e6
        time.sleep(0.005)
    raise RuntimeError(f"{name} never ran")


def tell(process: subprocess.Popen[str], command: list[object]) -> dict[str, int]:
    assert process.stdin is not None
    process.stdin.write(json.dumps(command) + "\n")
    process.stdin.flush()
    told: dict[str, int] = json.loads(wait_for_line(process, "{"))
    return told


def wait_for_line(process: subprocess.Popen[str], beginning: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(beginning):
            return line
    raise RuntimeError(f"the peer ended with {process.wait()}; see its stderr file")


def summarise(rounds: list[Measured]) -> dict[tuple[str, int], dict[str, tuple[float, float, float]]]:
    """Median, least and most of each figure, by engine and N; rejected rounds do not count."""
    report: dict[tuple[str, int], dict[str, tuple[float, float, float]]] = {}
    for key in dict.fromkeys((measured.engine, measured.runs) for measured in rounds):
        group = [one for one in rounds if (one.engine, one.runs) == key and one.accepted]
        if not group:
            continue
        figures = {name: [getattr(one, name) for one in group] for name in
                   ("overhead_s", "cpu_s", "rss_mb", "written_mb", "start_p50_ms", "start_p95_ms", "load")}  # fmt: skip
        figures["runs/s"] = [one.runs_per_s for one in group]
        report[key] = {name: (statistics.median(values), min(values), max(values)) for name, values in figures.items()}
    return report


def print_tables(report: dict[tuple[str, int], dict[str, tuple[float, float, float]]]) -> None:
    columns = ["overhead_s", "runs/s", "cpu_s", "rss_mb", "written_mb", "start_p50_ms", "start_p95_ms", "load"]
    for runs in dict.fromkeys(key[1] for key in report):
        print(f"\nN = {runs}: median (least-most)\n| engine | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 1)}")
        for (engine, number), figures in report.items():
            if number == runs:
                shown = [f"{mid:.3g} ({low:.3g}-{high:.3g})" for mid, low, high in (figures[name] for name in columns)]
                print(f"| {engine} | {' | '.join(shown)} |")
        print_ratios(report, runs)


def print_ratios(report: dict[tuple[str, int], dict[str, tuple[float, float, float]]], runs: int) -> None:
    print("\n| ratio | is | target | met |\n|---|---|---|---|")
    for engine, figure, peer, bound, target in TARGETS:
        ours, theirs = report.get((engine, runs)), report.get((peer, runs))
        if ours and theirs:
            ratio = ours[figure][0] / theirs[figure][0]
            met = ratio >= target if bound == "at least" else ratio <= target
            print(f"| {engine} / {peer}: {figure} | {ratio:.2f} | {bound} {target:g} | {'yes' if met else 'NO'} |")


def describe(measured: Measured) -> str:
    state = "" if measured.accepted else " REJECTED: wrong count"
    return (
        f"{measured.overhead_s:.2f} s over, {measured.cpu_s:.1f} CPU s, {measured.rss_mb:.0f} MB, "
        f"{measured.written_mb:.0f} MB written, start p95 {measured.start_p95_ms:.1f} ms, load {measured.load:.1f}"
        f"{state}"
    )


if __name__ == "__main__":
    main()
