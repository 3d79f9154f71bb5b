"""The commands `source …`: new ones, trials, quarantined rows, what came in, and how fresh it is."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.output import print_json, print_table
from cli.quarantine import run_release, run_replay
from cli.rejects import run_rejects
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
MOST_REFUSED = 10
"""Refused files that are named, of each source."""
TAKER = "a host that runs does so within minutes: python3 headrace.py up"
REMEDY = (
    "mend the file and drop it again, or mend its source in conditioners/sources and run: "
    "python3 headrace.py source replay PATH"
)


@app.command("ls")
def list_sources(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the sources with their files, rows and freshness; and files that were refused, each with its reason."""
    told = _describe_sources()
    if as_json:
        print_json({"sources": told})
        return
    print_table(["source", *COLUMNS], [[each["source"], *_show_row(each)] for each in told])
    for each in told:
        _tell_waiting(each)
        _tell_refused(each)
        _tell_drift(each)


def _describe_sources() -> list[dict[str, Any]]:
    """Each source that is declared, or that the ledger knows files of."""
    from conditioners.registry import all_sources
    from shared import wiring

    ledger = wiring.ledger()
    seen = {told["source"]: told for told in ledger.reports.report_sources()}
    names = sorted({source.name for source in all_sources()} | set(seen))
    return [
        {
            **seen.get(name, {"source": name, "files": 0}),
            "drift": ledger.conditioned.find_last_drift(name), "refused": _list_refused(name),
            "postponed": _list_postponed(name),
        }
        for name in names
    ]  # fmt: skip


def _show_row(told: dict[str, Any]) -> list[Any]:
    """A source's cells; of the last drop the time to the minute, in UTC."""
    landed_at = told.get("landed_at")
    return [*map(told.get, list(COLUMNS.values())[:-1]), landed_at and f"{landed_at[:10]} {landed_at[11:16]}"]


def _list_refused(source: str) -> list[dict[str, Any]]:
    """The files of a source that were refused last; `replaced` where the lake holds another version by now, or none."""
    from shared import wiring
    from shared.domain.files import FileState

    refused = wiring.ledger().reports.list_files(source=source, state=FileState.QUARANTINED, top=MOST_REFUSED)
    return [
        {**{name: file[name] for name in ("path", "reason", "seen_at")}, "replaced": _is_replaced(file)}
        for file in refused
    ]


def _is_replaced(file: dict[str, Any]) -> bool:
    from shared import wiring
    from shared.domain.files import UNTAKEN

    if file["reason"].startswith(UNTAKEN):
        return False  # The reconciler notes when it is gone.
    found = wiring.lake().stat("raw", file["path"])
    return found is None or found.etag != file["etag"]


def _list_postponed(source: str) -> list[dict[str, Any]]:
    """The files of a source that landed last and wait because something failed."""
    from shared import wiring
    from shared.domain.files import FileState

    waiting = wiring.ledger().reports.list_files(source=source, state=FileState.LANDED, top=MOST_REFUSED)
    return [{name: file[name] for name in ("path", "reason", "seen_at")} for file in waiting if file["reason"]]


def _tell_waiting(told: dict[str, Any]) -> None:
    if waiting := told.get("files_landed", 0) + told.get("files_conditioning", 0):
        print(f"{told['source']}: {waiting} wait to be conditioned; {TAKER}")
    for file in told["postponed"]:
        print(f"{told['source']}: {file['path']} was tried and will be again: {file['reason']}")


def _tell_refused(told: dict[str, Any]) -> None:
    for file in told["refused"]:
        since = "; the lake no longer holds this version, so nothing is left to do" if file["replaced"] else ""
        print(f"{told['source']}: {file['path']} was refused: {file['reason']}{since}")
    if (more := told.get("files_quarantined", 0) - len(told["refused"])) > 0:
        where = "GET /files?state=quarantined tells all, page by page"
        print(f"{told['source']}: {more} more were refused before; {where}")
    if any(not file["replaced"] for file in told["refused"]):
        print(f"{told['source']}: {REMEDY}")
    if standing := told.get("files_on_older_output"):
        print(f"{told['source']}: {standing} refused, where the output made before stays in use")


def _tell_drift(told: dict[str, Any]) -> None:
    from conditioners.drops.drift import describe_drift

    if told["drift"] and (words := describe_drift(told["drift"])):
        print(f"{told['source']}: the last file differs from the one before: {words}")


@app.callback()
def describe() -> None:
    """Sources: new ones, trials, quarantined rows, and freshness."""
