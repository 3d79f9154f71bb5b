"""The command `demo`: a made-up food company's raw files, taken all the way to published forecasts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.api import Api
from cli.demo_progress import Progress
from cli.demo_report import print_report
from cli.failures import Failure
from cli.host_process import end_orphan, find_host, running_host
from cli.output import print_json, tell
from orchestrators.engine import UNFINISHED
from shared import wiring
from shared.domain.weeks import IsoWeek

FLEET = "demand"
WEEK = "2026W47"
SEED = 20170102
UNSETTLED = ("files_landed", "files_conditioning")
LOOK_EVERY = 1.0
WAIT_FOR_HEADWAY = 15.0
"""Seconds; the claim of a worker that was killed lasts longer."""


def run_demo(
    week: Annotated[str, typer.Option(help="The week to forecast.")] = WEEK,
    seed: Annotated[int, typer.Option(help="Another seed makes another company.")] = SEED,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget earlier demos first.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object last.")] = False,
) -> None:
    """One whole weekly run on sample data. Exits 0 only if every cell of the fleet has a state."""
    started = float(os.environ.get("HEADRACE_STARTED", time.time()))
    try:
        wanted = IsoWeek.parse(week)
    except ValueError as error:
        raise Failure(f"--week: {error}") from error
    home = wiring.settings().home
    if fresh:
        _forget(home)
    home.mkdir(parents=True, exist_ok=True)
    _prepare_tracking(home)
    files = _drop_sample(home, wanted, seed)
    with running_host() as api:
        summary = _run_week(api, wanted, files)
    summary["seconds"] = round(time.time() - started, 1)
    print_report(summary, home)
    if as_json:
        print_json(summary)
    if summary["waiting"]:
        raise Failure(f"{summary['waiting']} cells have no state; look at: python3 headrace.py fleet")


def _forget(home: Path) -> None:
    if home.exists() and not (home / "ledger.db").exists() and any(home.iterdir()):
        raise Failure(f"{home} does not look like a home of Headrace; it was left alone")
    end_orphan()
    if find_host() is not None:
        raise Failure(f"a host is at work in {home}; end it first, with Ctrl-C where it was started")
    shutil.rmtree(home, ignore_errors=True)


def _prepare_tracking(home: Path) -> None:
    """Have MLflow's store made beside the other work, so that the first training run need not."""
    if (home / "mlflow.db").exists():
        return
    code = "from shared import wiring; wiring.model_registry()"
    with (home / "prepare.log").open("wb") as log:
        subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def _drop_sample(home: Path, week: IsoWeek, seed: int) -> int:
    """Put the sample's raw files into the lake unless they are there; answers how many there are."""
    note = home / "sample.json"
    dropped = json.loads(note.read_text(encoding="utf-8")) if note.exists() else {}
    if dropped.get("seed", seed) != seed:
        raise Failure(f"{home} holds the company of seed {dropped['seed']}; add --fresh to replace it")
    if dropped.get("week") == str(week):
        return int(dropped["files"])
    tell(f"making the raw files of a food company up to {week.plus(-1)}")
    made = _make_sample(week, seed)
    tell(f"  {made['files']} raw files, {made['written']} of them new to the lake")
    note.write_text(json.dumps({"seed": seed, "week": str(week), "files": made["files"]}), encoding="utf-8")
    return made["files"]


def _make_sample(week: IsoWeek, seed: int) -> dict[str, int]:
    """Make the sample in a process of its own, whose memory is free again when the training begins."""
    command = [sys.executable, "-m", "cli.sample.lake", FLEET, str(week), str(seed)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failure(f"the sample could not be written; is there space in {wiring.settings().home}?")
    made: dict[str, int] = json.loads(done.stdout)
    return made


def _run_week(api: Api, week: IsoWeek, files: int) -> dict[str, Any]:
    fleet = wiring.fleets()[FLEET]
    progress = Progress(regions=len(fleet.shards(fleet.segments)))
    _wait_for_conditioning(api, files, progress)
    started = api.post("start/weekly", {"fleet": FLEET, "week": str(week)})
    run = api.get(f"runs/{started['id']}")
    if run["status"] == "Completed":
        tell(f"week {week} was done before, at {run['updated_at']}; nothing was left to do")
    while run["status"] in UNFINISHED:
        progress.show_run(run)
        time.sleep(LOOK_EVERY)
        run = api.get(f"runs/{started['id']}")
    progress.end()
    if run["status"] != "Completed":
        raise Failure(
            f"{run['id']} ended as {run['status'].lower()}: {_first_line(run['error'] or run['output'])}\n"
            f"Look at it:     python3 headrace.py up, then python3 headrace.py runs show {run['id']}\n"
            f"Try it again:   python3 headrace.py runs rerun {run['id']}"
        )
    output: dict[str, Any] = run["output"]
    return output


def _wait_for_conditioning(api: Api, files: int, progress: Progress) -> None:
    """Let the blob trigger take every file; what makes no headway is left to the weekly run, which finds it."""
    settled, headway_at = -1, time.monotonic()
    while time.monotonic() - headway_at < WAIT_FOR_HEADWAY:
        sources = api.get("sources")["sources"]
        seen = sum(source["files"] for source in sources)
        left = sum(source[state] for source in sources for state in UNSETTLED)
        progress.show_conditioning(seen - left, max(files, seen))
        if seen >= files and not left:
            return
        if seen - left > settled:
            settled, headway_at = seen - left, time.monotonic()
        time.sleep(LOOK_EVERY)


def _first_line(text: Any) -> str:
    return str(text).splitlines()[0] if text else "no reason was given"
