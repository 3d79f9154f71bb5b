"""The command `source rejects`: the rejected rows of a raw file, or the files that have some."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import Failure
from cli.output import print_json, print_table, tell
from cli.raw_paths import PATH_HELP, check_paths, describe_file
from cli.written_files import replacing
from conditioners.csv_lines import show_lines
from conditioners.drops.releases import NotReleased, list_rejects
from shared.domain.files import FileState

_MOST_RULES = 3
_TOLD_OF_ROW = 5
"""Columns of a list of rejects that tell of a row: place, rule, column, reason, raw."""


def run_rejects(
    path: Annotated[str | None, typer.Argument(help=PATH_HELP, callback=check_paths)] = None,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    top: Annotated[int, typer.Option(help="Without a path: how many files to list.", min=1)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write the rejected rows of a raw file as CSV, with empty columns for `source release`; or list the files."""
    if path is None:
        _list_files_with_rejects(top, as_json)
        return
    rows = _read_rejects(path)
    _tell_refused(path)
    if out is not None:
        with replacing(out, out.parent) as writing:
            writing.write(show_lines(rows).encode())
            writing.keep = True
    if as_json:
        header, *others = (row[:_TOLD_OF_ROW] for row in rows)  # those behind are to be filled in
        print_json({"path": path, "rows": [dict(zip(header, row, strict=True)) for row in others]})
    elif out is None:
        sys.stdout.write(show_lines(rows))
    else:
        print(f"{len(rows) - 1} rows -> {out}")


def _read_rejects(path: str) -> list[list[str]]:
    """The lines of the list of a file's rejected rows, its header first."""
    from shared import wiring

    try:
        rows = list(list_rejects(wiring.lake(), path))
    except NotReleased as reason:
        raise Failure(str(reason)) from None
    if not rows:
        raise Failure(_tell_none_rejected(path))
    return rows


def _list_files_with_rejects(top: int, as_json: bool) -> None:
    """Which files that came in last have rows in quarantine, and by which rules."""
    from shared import wiring

    files = wiring.ledger().conditioned.list_with_rejects(top)
    if as_json:
        print_json({"files": files})
        return
    if not files:
        print("no file has rejected rows")
        return
    shown = [
        [file["path"], file["rows_in"], file["rows_quarantined"], _show_rules(file["rejects"])] for file in files
    ]  # fmt: skip
    print_table(["file", "rows in", "rejected", "why"], shown)
    print("what each row is: python3 headrace.py source rejects FILE   refused files: python3 headrace.py source ls")


def _show_rules(rejects: dict[str, int]) -> str:
    """The rules that most rows break, with how many do."""
    most = sorted(rejects.items(), key=lambda each: -each[1])
    more = ", ..." if len(most) > _MOST_RULES else ""
    return ", ".join(f"{count} {rule.strip()}" for rule, count in most[:_MOST_RULES]) + more


def _tell_refused(path: str) -> None:
    """Say of rows whose file was refused since that they are those of the output in use."""
    told = describe_file(path)
    if told["state"] == FileState.QUARANTINED:
        tell(f"these rows are of the version before: {path} was refused since, {told['reason']}")


def _tell_none_rejected(path: str) -> str:
    told = describe_file(path)
    why = f": it is {told['state']}, {told['reason']}" if told.get("reason") else ""
    return f"{path} has no rows in quarantine{why}"
