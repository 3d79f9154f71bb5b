"""The commands `source rejects`, `source release` and `source replay`: quarantined rows, mended or tried again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.condition import find_source
from cli.failures import Failure
from cli.output import print_json, print_table, tell
from cli.written_files import replacing
from conditioners.csv_lines import show_lines
from conditioners.drops.releases import (
    NotReleased,
    count_without_effect,
    list_rejects,
    list_still_wrong,
    release_rows,
    replay_file,
)  # fmt: skip
from shared.domain.blob_names import BlobNameError, check_raw_path
from shared.domain.files import FileState, identify_raw_file

Reason = Annotated[str, typer.Option(help="Written into the audit log.")]
PATH_HELP = "A path in the container raw, such as shipments/texas/2025W01.csv."
_MOST_TOLD, _MOST_RULES = 10, 3
_TOLD_OF_ROW = 5
"""Columns of a list of rejects that tell of a row: place, rule, column, reason, raw."""
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object per file.")]


def _check_paths(given: str | list[str] | None) -> str | list[str] | None:
    """The paths themselves, if they can be some in a lake."""
    for path in [given] if isinstance(given, str) else given or []:
        try:
            check_raw_path(path)
        except BlobNameError as error:
            raise typer.BadParameter(str(error)) from None
    return given


RawPath = Annotated[str, typer.Argument(help=PATH_HELP, callback=_check_paths)]


def run_rejects(
    path: Annotated[str | None, typer.Argument(help=PATH_HELP, callback=_check_paths)] = None,
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
    told = _describe(path)
    if told["state"] == FileState.QUARANTINED:
        tell(f"these rows are of the version before: {path} was refused since, {told['reason']}")


def _tell_none_rejected(path: str) -> str:
    told = _describe(path)
    why = f": it is {told['state']}, {told['reason']}" if told.get("reason") else ""
    return f"{path} has no rows in quarantine{why}"


def run_release(
    path: RawPath,
    rows: Annotated[Path, typer.Argument(help="What `source rejects` wrote, mended.", exists=True, dir_okay=False)],
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Take rejected rows in as they were mended; they are checked like any others. Repeating it changes nothing."""
    from shared import wiring

    try:
        state = release_rows(wiring.own_lake(), wiring.ledger(), path, rows.read_bytes(), wiring.now)
    except NotReleased as refused:
        raise Failure(str(refused)) from None
    is_read = _finish("release", path, state, reason, as_json)
    if not as_json:
        _tell_still_wrong(list_still_wrong(wiring.lake(), path))
        _tell_without_effect(path)
        if state == FileState.QUARANTINED:
            print("the file is refused as it is; the corrections are kept and hold once it is dropped again, mended")
    raise typer.Exit(0 if is_read else 1)


def _tell_still_wrong(places: Sequence[str]) -> None:
    for place in places[:_MOST_TOLD]:
        print(f"still rejected: {place}")
    if len(places) > _MOST_TOLD:
        print(f"still rejected: {len(places) - _MOST_TOLD} more; source rejects PATH lists all")


def _tell_without_effect(path: str) -> None:
    """Say how many mended rows the file as it is now has no use for."""
    from shared import wiring

    released = _describe(path).get("rows_released")
    if released is not None and (count := count_without_effect(wiring.lake(), path, released)) > 0:
        print(f"{count} mended rows have no effect: the file has no such rejected rows any more, or they repeat others")


def run_replay(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Paths in the container raw.", callback=_check_paths)
    ] = None,
    source: Annotated[str | None, typer.Option(help="All files of a source that have rejected rows.")] = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Condition raw files anew, after their source was mended. Exits 0 only if every one could be read."""
    from shared import wiring

    if not paths and source is None:
        raise typer.BadParameter("give paths, or a --source", param_hint="PATHS")
    failed = 0
    for path in dict.fromkeys([*(paths or []), *(_list_rejected(source) if source else [])]):
        try:
            state = replay_file(wiring.own_lake(), wiring.ledger(), path, wiring.now)
        except NotReleased as refused:
            failed += 1
            tell(f"headrace: {refused}")
            continue
        failed += not _finish("replay", path, state, reason, as_json)
    raise typer.Exit(1 if failed else 0)


def _list_rejected(source: str) -> list[str]:
    """Paths of a source's files that have rejects and are still in the lake; says so if there are none."""
    from shared import wiring

    known = wiring.ledger().conditioned.list_rejected(source)
    rejected = [path for path in known if wiring.lake().stat("raw", path) is not None]
    if not rejected:
        name = source if known else find_source(source).name
        tell(f"no file of {name} that is in the lake has rejected rows or was refused")
    return rejected


def _finish(action: str, path: str, state: str, reason: str, as_json: bool) -> bool:
    """Note in the audit log what was done, and tell it; whether the file could be read."""
    from shared import wiring

    wiring.ledger().instances.record_audit(action, f"raw/{path}", "cli", reason, wiring.now())
    told = {**_describe(path), "state": state}
    if as_json:
        print_json(told)
    else:
        counts = " ".join(f"{name}={told[name]}" for name in told if name.startswith("rows_"))
        print(f"{path}: {state} {counts or told.get('reason') or ''}".rstrip())
    return state in (FileState.CONDITIONED, FileState.DUPLICATE)


def _describe(path: str) -> dict[str, Any]:
    from shared import wiring

    found = wiring.lake().stat("raw", path)
    file = wiring.ledger().reports.tell_file(identify_raw_file(path, found.etag)) if found else None
    made = (file or {}).get("conditioned") or {}
    state = (file or {}).get("state", "unknown")
    if state != FileState.CONDITIONED:
        return {"path": path, "state": state, "reason": (file or {}).get("reason")}
    names = ("rows_in", "rows_out", "rows_quarantined", "rows_duplicate")
    released = made["summary"].get("rows_released", 0)
    return {"path": path, "state": state, **{name: made[name] for name in names}, "rows_released": released}
