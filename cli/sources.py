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
FIELDS = ("files", "rows_in", "rows_out", "rows_quarantined", "rows_duplicate", "last_date", "landed_at")


@app.command("ls")
def list_sources(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the sources with their files, rows and freshness."""
    from conditioners.registry import all_sources
    from shared import wiring

    seen = {told["source"]: told for told in wiring.ledger().reports.report_sources()}
    names = sorted({source.name for source in all_sources()} | set(seen))
    if as_json:
        print_json({"sources": [seen.get(name, {"source": name, "files": 0}) for name in names]})
        return
    print_table(
        ["source", "files", "in", "out", "quarantined", "duplicate", "last day", "last drop"],
        [[name, *(seen.get(name, {}).get(field) for field in FIELDS)] for name in names],
    )


@app.callback()
def describe() -> None:
    """Sources: new ones, trials, quarantined rows, and freshness."""
