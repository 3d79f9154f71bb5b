"""The commands `runs …`: list, show, watch and steer what was started."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from cli.api import quote
from cli.demo_progress import Progress
from cli.failures import Failure
from cli.host_process import require_host
from cli.output import print_json, print_table
from orchestrators.engine import UNFINISHED

app = typer.Typer(no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="The instance, such as weekly-demand-2026W47.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Reason = Annotated[str, typer.Option(help="Written into the audit log.")]


@app.command("ls")
def list_runs(
    fleet: Annotated[str, typer.Option(help="Only of this fleet.")] = "",
    week: Annotated[str, typer.Option(help="Only of this week.")] = "",
    top: Annotated[int, typer.Option(help="At most so many.", min=1, max=500)] = 50,
    as_json: Json = False,
) -> None:
    """List what was started, the newest first."""
    told = require_host().get("runs", fleet=fleet, week=week, top=str(top))
    if as_json:
        print_json(told)
        return
    fields = ("id", "status", "requested_at")
    print_table(["id", "status", "requested"], [[run[field] for field in fields] for run in told["runs"]])


@app.command("show")
def show_run(instance: Id, as_json: Json = False) -> None:
    """Tell of one instance: its steps, its ML runs, and why it failed."""
    run = require_host().get(f"runs/{quote(instance)}")
    if as_json:
        print_json(run)
    else:
        _print_run(run)


@app.command("watch")
def watch_run(instance: Id, as_json: Json = False) -> None:
    """Follow an instance to its end; exits 0 only if it completed."""
    api, progress = require_host(), Progress()
    while (run := api.get(f"runs/{quote(instance)}"))["status"] in UNFINISHED:
        progress.show_run(run)
        time.sleep(1)
    progress.end()
    if as_json:
        print_json(run)
    else:
        _print_run(run)
    if run["status"] != "Completed":
        raise Failure(f"{instance} ended as {run['status'].lower()}")


@app.command("terminate")
def terminate_run(instance: Id, reason: Reason = "", as_json: Json = False) -> None:
    """End an instance, what is below it, and its ML runs."""
    _steer(instance, "terminate", reason, as_json)


@app.command("suspend")
def suspend_run(instance: Id, reason: Reason = "", as_json: Json = False) -> None:
    """Hold an instance and what is below it; ML runs that are under way go on."""
    _steer(instance, "suspend", reason, as_json)


@app.command("resume")
def resume_run(instance: Id, reason: Reason = "", as_json: Json = False) -> None:
    """Let a suspended instance go on."""
    _steer(instance, "resume", reason, as_json)


@app.command("rerun")
def rerun_run(instance: Id, reason: Reason = "", as_json: Json = False) -> None:
    """Start a finished instance once more; what is done already is adopted, not done again."""
    _steer(instance, "rerun", reason, as_json)


def _steer(instance: str, action: str, reason: str, as_json: bool) -> None:
    told = require_host().post(f"runs/{quote(instance)}/{action}", {"reason": reason})
    if as_json:
        print_json(told)
    else:
        print(f"{action}: {instance}" + (f" (attempt {told['attempt']})" if "attempt" in told else ""))


def _print_run(run: dict[str, Any]) -> None:
    print(f"{run['id']}  {run['status']}  {run['created_at']} to {run['updated_at']}")
    if run["error"]:
        print(f"  error: {str(run['error']).splitlines()[0]}")
    print_table(
        ["step", "state", "scheduled", "ended"],
        [[step["name"], step["state"], step["scheduled_at"], step["ended_at"]] for step in run["steps"]],
    )
    if run["runs"]:
        print("ML runs")
        fields = ("name", "state", "progress", "started_at", "ended_at")
        print_table(["run", "state", "progress", "started", "ended"], [[one[f] for f in fields] for one in run["runs"]])
    for one in run["runs"]:
        if one["error"]:
            print(f"  {one['name']}: {one['error'].splitlines()[0]}")
