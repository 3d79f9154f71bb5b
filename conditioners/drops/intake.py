"""The way of one raw drop: looked at in the lake, claimed in the ledger, tried, and given back where that failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from conditioners.drops.claimed_drop import Drop
from conditioners.drops.claims import kept_claim
from conditioners.drops.leftovers import finish_path
from conditioners.outcome import SourceError
from conditioners.registry import SourcesUnavailable
from shared.domain.blob_names import BlobNameError, check_raw_path
from shared.domain.files import MAX_ATTEMPTS, FileState, RawFile
from shared.ports import BlobStat, Lake, LakeUnavailable, LedgerUnavailable

if TYPE_CHECKING:
    from shared.ledger.book import Ledger

_LOG = logging.getLogger("headrace.intake")
DIED = "the process that worked on it was killed, or ran out of memory; look at its log, and replay the file"


def condition_drop(
    lake: Lake, ledger: Ledger, path: str, now: Callable[[], datetime], *, raise_faults: bool = True
) -> str:
    """Condition the version of a raw file that is in the lake now, once; answers the state it is in then.

    A fault (not a fault of the data) gives the file back for another attempt and is raised unless told otherwise. An
    outage of the lake or the ledger counts as no attempt, and neither does a source's module that fails to load. A name
    that cannot be used is left to the reconciler to note.
    """
    try:
        check_raw_path(path)
    except BlobNameError as error:
        _LOG.warning("a raw file cannot be taken: %s", error)
        return FileState.QUARANTINED
    waited = ledger.files.list_unsettled(now(), path)
    try:
        found = lake.stat("raw", path)
        finish_path(lake, ledger, path, found, now)
    except LakeUnavailable as outage:
        _postpone_all(ledger, waited, outage, now)
        if raise_faults:
            raise
        return FileState.LANDED
    _settle_replaced(ledger, waited, found, now)
    if found is None:
        return "gone"
    file = ledger.files.record_landed(path, found.etag, found.size, found.modified_at, now())
    claimed = ledger.files.claim(file.id, now())
    return _attempt(Drop(lake, ledger, claimed, now), raise_faults=raise_faults) if claimed else file.state


def _settle_replaced(
    ledger: Ledger, waited: Sequence[RawFile], found: BlobStat | None, now: Callable[[], datetime]
) -> None:
    """Settle versions that the lake holds no more: they were noted before it was looked at, so it holds none older."""
    for version in waited:
        if found is None or version.etag != found.etag:
            ledger.outcomes.settle_superseded(version, now())


def _attempt(drop: Drop, *, raise_faults: bool) -> FileState:
    """Settle a claimed drop, or give it back."""
    file, now = drop.file, drop.now
    if file.attempts > MAX_ATTEMPTS:  # Who had the last attempt did not live to give the file back.
        return drop.give_back(DIED)
    try:
        with kept_claim(drop.ledger, file, now):
            return drop.settle()
    except (LakeUnavailable, LedgerUnavailable, SourcesUnavailable) as outage:
        _postpone(drop.ledger, file, outage, now)
        if raise_faults:
            raise
        return FileState.LANDED
    except Exception as fault:
        _LOG.exception("attempt %d at %s failed", file.attempts, file.path)
        # A source that is wrong stays so until somebody mends it; what is wrong with a machine may pass.
        state = drop.give_back(f"{type(fault).__name__}: {fault}", at_once=isinstance(fault, SourceError))
        if raise_faults and not state.is_settled:
            raise
        return state


def _postpone_all(ledger: Ledger, waited: Sequence[RawFile], outage: Exception, now: Callable[[], datetime]) -> None:
    for version in waited:
        claimed = ledger.files.claim(version.id, now())
        if claimed is not None:
            _postpone(ledger, claimed, outage, now)


def _postpone(ledger: Ledger, file: RawFile, outage: Exception, now: Callable[[], datetime]) -> None:
    _LOG.warning("%s waits: %s", file.path, outage)
    ledger.files.postpone(file, f"{type(outage).__name__}: {outage}", now())
