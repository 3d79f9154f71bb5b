"""The way of one raw drop: claimed, identified, conditioned into the lake, and accounted for in the ledger."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from conditioners.engine import condition
from conditioners.hashing import HashedInput
from conditioners.outcome import Refused, Summary
from conditioners.raw import RawInput
from conditioners.registry import Unidentified, identify
from shared.domain.files import ConditionedFile, FileState, RawFile, RowCounts
from shared.domain.identities import conditioned_path, quarantine_path
from shared.ports import BlobChanged, BlobMissing, BlobStat, BlobWriter, Lake

if TYPE_CHECKING:
    from shared.ledger.book import Ledger

_LOG = logging.getLogger("headrace.intake")
HEAD_BYTES = 64 << 10
WRITE_TRIES = 5
REFUSAL_HEADER = ("place", "rule", "column", "reason", "raw")


def condition_drop(
    lake: Lake, ledger: Ledger, path: str, now: Callable[[], datetime], *, raise_faults: bool = True
) -> str:
    """Condition the version of a raw file that is in the lake now, once; answers the state it is in then.

    A fault (not a fault of the data) gives the file back for another attempt and is raised unless told otherwise.
    """
    found = lake.stat("raw", path)
    if found is None:
        return "gone"
    file = ledger.files.record_landed(path, found.etag, found.size, found.modified_at, now())
    claimed = ledger.files.claim(file.id, now())
    if claimed is None:
        return file.state
    drop = _Drop(lake, ledger, claimed, now)
    try:
        return drop.settle()
    except (BlobChanged, BlobMissing):
        ledger.files.settle_superseded(claimed, now())
        return FileState.SUPERSEDED
    except Exception as fault:
        _LOG.exception("attempt %d at %s failed", claimed.attempts, path)
        state = drop.give_back(f"{type(fault).__name__}: {fault}")
        if raise_faults and not state.is_settled:
            raise
        return state


@dataclass(frozen=True)
class _Drop:
    """One version of a raw file that this process has claimed."""

    lake: Lake
    ledger: Ledger
    file: RawFile
    now: Callable[[], datetime]

    def settle(self) -> FileState:
        """Condition the file and note what became of it; raises BlobChanged when it is no longer the lake's."""
        with self.lake.open_read("raw", self.file.path, self.file.etag) as stream:
            identified = identify(self.file.path, stream.read(HEAD_BYTES))
        if isinstance(identified, Unidentified):
            return self._refuse(None, Refused(identified.reason))
        hashed = HashedInput(lambda: self.lake.open_read("raw", self.file.path, self.file.etag))
        for attempt in range(WRITE_TRIES):
            # Whoever writes over another version than the one seen here is told so, and looks again.
            there = self.lake.stat("conditioned", conditioned_path(self.file.path))
            self._require_current()
            with ExitStack() as outputs:
                accepted = outputs.enter_context(self._open_accepted(there))
                rejected = outputs.enter_context(self.lake.open_write("quarantine", quarantine_path(self.file.path)))
                raw = RawInput(self.file.path, hashed.open, self.file.size)
                outcome = condition(identified.source, raw, accepted, rejected)
                sha256 = hashed.sha256()
                if isinstance(outcome, Refused):
                    return self._refuse(sha256, outcome)
                twin = self.ledger.files.claim_content(self.file, sha256)
                if twin is not None:
                    self.ledger.files.settle_duplicate(self.file, sha256, twin, self.now())
                    return FileState.DUPLICATE
                try:
                    self._keep(outcome.summary, there, accepted, rejected)
                except BlobChanged:
                    if attempt == WRITE_TRIES - 1:
                        raise
                    continue
                return FileState.CONDITIONED
        raise AssertionError("unreachable")

    def give_back(self, reason: str) -> FileState:
        """Leave the file to a later attempt; after the last one it is quarantined with its reason."""
        given_back = self.ledger.files.release(self.file.id, reason, self.now())
        if given_back.state is FileState.QUARANTINED:
            self._write_refusal(Refused(f"gave up after {self.file.attempts} attempts: {reason}"))
        return given_back.state

    def _require_current(self) -> None:
        raw = self.lake.stat("raw", self.file.path)
        if raw is None or raw.etag != self.file.etag:
            raise BlobChanged(f"{self.file.path} is no longer the version that was claimed")

    def _open_accepted(self, there: BlobStat | None) -> AbstractContextManager[BlobWriter]:
        path = conditioned_path(self.file.path)
        if there is None:
            return self.lake.open_write("conditioned", path, if_absent=True)
        return self.lake.open_write("conditioned", path, if_match=there.etag)

    def _keep(self, summary: Summary, there: BlobStat | None, accepted: BlobWriter, rejected: BlobWriter) -> None:
        if summary.rows_quarantined:
            rejected.commit({"raw_etag": _header_text(self.file.etag)})
        else:
            self.lake.delete("quarantine", quarantine_path(self.file.path))
        if there is None or there.metadata.get("sha256") != summary.sha256:
            there = accepted.commit({"raw_etag": _header_text(self.file.etag), "sha256": summary.sha256})
        self.ledger.files.settle_conditioned(self.file, _describe(summary, there), self.now())

    def _refuse(self, sha256: str | None, refused: Refused) -> FileState:
        self._write_refusal(refused)
        reason = f"{refused.reason} ({refused.where})" if refused.where else refused.reason
        self.ledger.files.settle_quarantined(self.file, sha256, reason, self.now())
        return FileState.QUARANTINED

    def _write_refusal(self, refused: Refused) -> None:
        """Leave one line in quarantine that speaks for the whole file."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerows([REFUSAL_HEADER, (refused.where or "", "file_refused", "", refused.reason, "")])
        with self.lake.open_write("quarantine", quarantine_path(self.file.path)) as writer:
            writer.write(text.getvalue().encode("utf-8", "replace"))
            writer.commit({"raw_etag": _header_text(self.file.etag)})


def _describe(summary: Summary, written: BlobStat) -> ConditionedFile:
    return ConditionedFile(
        path=written.path,
        etag=written.etag,
        sha256=summary.sha256,
        size=written.size,
        counts=RowCounts(summary.rows_in, summary.rows_out, summary.rows_quarantined, summary.rows_duplicate),
        first_date=summary.first_day,
        last_date=summary.last_day,
        summary=summary.to_json(),
    )


def _header_text(etag: str) -> str:
    """An etag without its quotes, as metadata travels in HTTP headers."""
    return etag.strip('"')
