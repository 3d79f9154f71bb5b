"""The commands `source …`: new ones, trials, quarantined rows, what came in, and how fresh it is."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.output import print_json, print_table
from cli.quarantine import run_rejects, run_release, run_replay
from cli.source_drafts import run_new, run_try

app = typer.Typer(no_args_is_help=True)
app.command("new")(run_new)
app.command("try")(run_try)
app.command("rejects")(run_rejects)
app.command("release")(run_release)
app.command("replay")(run_replay)
COLUMNS = {
    "files": "files", "refused": "files_quarantined", "in": "rows_in", "out": "rows_out",
    "quarantined": "rows_quarantined", "duplicate": "rows_duplicate", "last day": "last_date", "last drop": "landed_at",
}  # fmt: skip


@app.command("ls")
def list_sources(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the sources with their files, rows and freshness."""
    from conditioners.drift import describe_drift
    from conditioners.registry import all_sources
    from shared import wiring

    ledger = wiring.ledger()
    seen = {told["source"]: told for told in ledger.reports.report_sources()}
    names = sorted({source.name for source in all_sources()} | set(seen))
    told = [
        {**seen.get(name, {"source": name, "files": 0}), "drift": ledger.files.find_last_drift(name)} for name in names
    ]
    if as_json:
        print_json({"sources": told})
        return
    print_table(["source", *COLUMNS], [[each["source"], *map(each.get, COLUMNS.values())] for each in told])
    for each in told:
        if standing := each.get("files_on_older_output"):
            print(f"{each['source']}: {standing} refused, where the output made before stays in use")
        if each["drift"] and (words := describe_drift(each["drift"])):
            print(f"{each['source']}: the last file differs from the one before: {words}")


@app.callback()
def describe() -> None:
    """Sources: new ones, trials, quarantined rows, and freshness."""
