"""Raw paths that commands are given, and what becomes of the files there."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from shared.domain.blob_names import BlobNameError, check_raw_path
from shared.domain.files import FileState, identify_raw_file

PATH_HELP = "A path in the container raw, such as shipments/texas/2025W01.csv."


def check_paths(given: str | list[str] | None) -> str | list[str] | None:
    """The paths themselves, if they can be some in a lake."""
    for path in [given] if isinstance(given, str) else given or []:
        try:
            check_raw_path(path)
        except BlobNameError as error:
            raise typer.BadParameter(str(error)) from None
    return given


RawPath = Annotated[str, typer.Argument(help=PATH_HELP, callback=check_paths)]


def describe_file(path: str) -> dict[str, Any]:
    """The state of the version that is in the lake now, with the reason or the rows of its output."""
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
