"""Activities that find raw files and condition them."""

from __future__ import annotations

from typing import Any

from conditioners.drops.intake import condition_drop
from conditioners.drops.leftovers import finish_all
from orchestrators.inputs import CHUNK, in_chunks
from shared import wiring
from shared.ports import BlobStat

BATCHES = 8


def find_drops(order: dict[str, Any]) -> dict[str, Any]:
    """Compare the lake with the ledger, note what no event told of, and cut what waits into batches of paths."""
    lake, ledger, now = wiring.own_lake(), wiring.ledger(), wiring.now()
    known = ledger.files.known_versions()
    untaken: list[tuple[BlobStat, str]] = []
    listed = lake.list("raw", leave_out=lambda blob, reason: untaken.append((blob, reason)))
    unknown = [blob for blob in listed if (blob.path, blob.etag) not in known]
    for blob in sorted(unknown, key=lambda blob: blob.modified_at):  # they are seen in the order in which they landed
        ledger.files.record_landed(blob.path, blob.etag, blob.size, blob.modified_at, wiring.now())
    ledger.untaken.note_untaken(untaken, now)
    finish_all(lake, ledger, wiring.now)
    waiting = ledger.files.list_due(now)
    postponed = len(ledger.files.list_unsettled(now)) - len(waiting)
    states = ledger.files.count_by_state()
    paths = [file.path for file in waiting[: BATCHES * CHUNK]]
    return {
        "batches": list(in_chunks(paths, max(1, -(-len(paths) // BATCHES)))),
        "waiting": len(waiting),
        "busy": states.get("landed", 0) + states.get("conditioning", 0) - postponed,
        "postponed": postponed,
        "states": states,
    }


def condition_drops(order: dict[str, Any]) -> dict[str, Any]:
    """Condition some raw files, one after the other; a fault of one is noted with it and the others go on."""
    states: dict[str, int] = {}
    for path in order["paths"]:
        state = condition_drop(wiring.own_lake(), wiring.ledger(), path, wiring.now, raise_faults=False)
        states[state] = states.get(state, 0) + 1
        wiring.telemetry().event("drop_settled", path=path, state=state)
    return states
