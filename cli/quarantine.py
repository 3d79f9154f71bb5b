"""The commands `source release` and `source replay`: quarantined rows, mended or tried again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.condition import find_source
from cli.failures import Failure
from cli.output import print_json, tell
from cli.raw_paths import RawPath, check_paths, describe_file
from conditioners.drops.releases import NotReleased, count_without_effect, list_still_wrong, release_rows, replay_file
from shared.domain.files import FileState

Reason = Annotated[str, typer.Option(help="Written into the audit log.")]
_MOST_TOLD = 10
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object per file.")]


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

    released = describe_file(path).get("rows_released")
    if released is not None and (count := count_without_effect(wiring.lake(), path, released)) > 0:
        print(f"{count} mended rows have no effect: the file has no such rejected rows any more, or they repeat others")


def run_replay(
    paths: Annotated[list[str] | None, typer.Argument(help="Paths in the container raw.", callback=check_paths)] = None,
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
    told = {**describe_file(path), "state": state}
    if as_json:
        print_json(told)
    else:
        counts = " ".join(f"{name}={told[name]}" for name in told if name.startswith("rows_"))
        print(f"{path}: {state} {counts or told.get('reason') or ''}".rstrip())
    return state in (FileState.CONDITIONED, FileState.DUPLICATE)
