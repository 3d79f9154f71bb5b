"""One claimed version of a raw drop: identified, conditioned into the lake, and settled in the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from conditioners.corrections import Correction, parse_known_corrections
from conditioners.declaration import Source
from conditioners.drift import compare_with_last
from conditioners.engine import condition
from conditioners.hashing import HashedInput
from conditioners.outcome import Refused, Summary
from conditioners.raw import RawInput
from conditioners.refusals import refuse, refuse_above
from conditioners.registry import Unidentified, identify
from shared.domain.files import MAX_ATTEMPTS, ConditionedFile, FileState, RawFile, RowCounts
from shared.domain.identities import conditioned_path, corrections_path, quarantine_path
from shared.ports import BlobChanged, BlobMissing, BlobStat, BlobWriter, Lake, LakeUnavailable, NameTaken

if TYPE_CHECKING:
    from shared.ledger.book import Ledger

_LOG = logging.getLogger("headrace.intake")
HEAD_BYTES = 64 << 10
WRITE_TRIES = 5
_RECENT = 5
"""Files before that are looked at for one in the same dialect."""
STILL_IN_USE = "the output made before stays in use"


class OutputContested(Exception):
    """An output was written by others in each of our tries; the file is left to a later attempt."""


class Replaced(Exception):
    """The lake no longer holds the version that was claimed."""


def read_corrections(lake: Lake, source: Source, path: str) -> list[Correction]:
    """The corrections that were given for rows of a raw file."""
    if lake.stat("quarantine", corrections_path(path)) is None:
        return []
    with lake.open_read("quarantine", corrections_path(path)) as stream:
        return parse_known_corrections(source, stream.read())


@dataclass(frozen=True)
class _Place:
    """A place for output as it was seen when the work began; what anybody has put there since is not overwritten."""

    lake: Lake
    container: str
    path: str
    there: BlobStat | None

    def open(self) -> AbstractContextManager[BlobWriter]:
        if self.there is None:
            return self.lake.open_write(self.container, self.path, if_absent=True)
        return self.lake.open_write(self.container, self.path, if_match=self.there.etag)

    def clear(self) -> None:
        if self.there is not None:
            self.lake.delete(self.container, self.path, if_match=self.there.etag)


@dataclass(frozen=True)
class Drop:
    """One version of a raw file that this process has claimed."""

    lake: Lake
    ledger: Ledger
    file: RawFile
    now: Callable[[], datetime]

    def settle(self) -> FileState:
        """Condition the file and note what became of it; raises Replaced or OutputContested."""
        for _ in range(WRITE_TRIES):
            accepted, rejected = self._look_at("conditioned"), self._look_at("quarantine")
            self._require_current()
            try:
                return self._condition(accepted, rejected)
            except NameTaken as taken:
                return self._refuse_unplaced(taken)
            except (BlobChanged, BlobMissing) as changed:
                # The next round sees whether it was the raw file.
                last = changed
        raise OutputContested(f"{self.file.path}: written by others {WRITE_TRIES} times: {last}") from last

    def give_back(self, reason: str) -> FileState:
        """Leave the file to a later attempt; after the last one it is quarantined with its reason."""
        if self.file.attempts >= MAX_ATTEMPTS:
            self._give_up(reason)
        return self.ledger.files.release(self.file, reason, self.now()).state

    def _give_up(self, reason: str) -> None:
        try:
            rejected, stands = self._look_at("quarantine"), self._has_output()
            told = Refused(_tell_standing(f"gave up after {MAX_ATTEMPTS} attempts: {reason}", stands))
            self._write_refusal(rejected, told, stands)
        except (BlobChanged, Replaced):
            _LOG.info("a newer version of %s speaks for itself in quarantine", self.file.path)
        except LakeUnavailable as fault:
            _LOG.warning("only the ledger tells why %s is in quarantine: %s", self.file.path, fault)

    def _look_at(self, container: str) -> _Place:
        path = conditioned_path(self.file.path) if container == "conditioned" else quarantine_path(self.file.path)
        return _Place(self.lake, container, path, self.lake.stat(container, path))

    def _require_current(self) -> None:
        raw = self.lake.stat("raw", self.file.path)
        if raw is None or raw.etag != self.file.etag:
            raise Replaced

    def _condition(self, accepted: _Place, rejected: _Place) -> FileState:
        with self.lake.open_read("raw", self.file.path, self.file.etag) as stream:
            identified = identify(self.file.path, stream.read(HEAD_BYTES))
        if isinstance(identified, Unidentified):
            return self._refuse(rejected, None, Refused(identified.reason))
        hashed = HashedInput(lambda: self.lake.open_read("raw", self.file.path, self.file.etag))
        with accepted.open() as good, rejected.open() as bad:
            raw = RawInput(self.file.path, hashed.open, self.file.size)
            corrections = read_corrections(self.lake, identified.source, self.file.path)
            outcome = condition(identified.source, raw, good, bad, corrections=corrections)
            sha256 = hashed.sha256()
            if isinstance(outcome, Refused):
                return self._refuse(rejected, sha256, outcome)
            names = identified.source.reads_file_names
            twin = self.ledger.outcomes.claim_content(self.file, sha256, name_counts=names)
            if twin is not None:
                return self._leave_to(twin, sha256, accepted, rejected)
            made = self._commit_accepted(outcome.summary, accepted, good)
            if outcome.summary.rows_quarantined:
                self._commit_rejected(bad, rejected)
            else:
                rejected.clear()
        told = self._tell(outcome.summary)
        self.ledger.outcomes.settle_conditioned(self.file, _describe(outcome.summary, told, made), self.now())
        return FileState.CONDITIONED

    def _tell(self, summary: Summary) -> dict[str, Any]:
        """The summary, with how the file differs from the one that its source sent before."""
        told = summary.to_json()
        recent = self.ledger.conditioned.list_summaries(self.file.source, but_for=self.file.id, top=_RECENT)
        return {**told, "drift": compare_with_last(recent, told)}

    def _leave_to(self, twin: RawFile, sha256: str, accepted: _Place, rejected: _Place) -> FileState:
        accepted.clear()
        rejected.clear()
        if not self.ledger.outcomes.settle_duplicate(self.file, sha256, twin, self.now()):
            raise BlobChanged(f"{twin.path} was replaced or given up just now, and with it the output of these bytes")
        return FileState.DUPLICATE

    def _commit_accepted(self, summary: Summary, accepted: _Place, writer: BlobWriter) -> BlobStat:
        """Write the standard CSV, unless it is what stands there."""
        if accepted.there is not None and accepted.there.metadata.get("sha256") == summary.sha256:
            return accepted.there
        return writer.commit({"raw_etag": _header_text(self.file.etag), "sha256": summary.sha256})

    def _commit_rejected(self, writer: BlobWriter, rejected: _Place) -> None:
        """Write into quarantine; take it back if a newer version landed meanwhile, which may have been done by now.

        Where something stood there, a newer version that was done would have changed it, and we could not have written.
        """
        written = writer.commit({"raw_etag": _header_text(self.file.etag)})
        if rejected.there is not None:
            return
        try:
            self._require_current()
        except Replaced:
            self.lake.delete(written.container, written.path, if_match=written.etag)
            raise

    def _refuse(self, rejected: _Place, sha256: str | None, refused: Refused) -> FileState:
        """Quarantine the whole file. What was made of its path before stays in use, and the reason says so."""
        stands = self._has_output()
        told = Refused(_tell_standing(refused.reason, stands), refused.where)
        self._write_refusal(rejected, told, stands)
        reason = f"{told.reason} ({told.where})" if told.where else told.reason
        self.ledger.outcomes.settle_quarantined(self.file, sha256, reason, self.now())
        return FileState.QUARANTINED

    def _refuse_unplaced(self, taken: NameTaken) -> FileState:
        """Quarantine a file whose output has no place; where its refusal has none either, the ledger alone tells."""
        accepted = self._look_at("conditioned")
        if accepted.there is not None and accepted.there.metadata.get("raw_etag") == _header_text(self.file.etag):
            accepted.clear()  # its rejected rows could not stand beside it
        reason = f"its output has no place, so give it another name: {taken}"
        try:
            return self._refuse(self._look_at("quarantine"), None, Refused(reason))
        except NameTaken:
            self.ledger.outcomes.settle_quarantined(self.file, None, reason, self.now())
            return FileState.QUARANTINED

    def _has_output(self) -> bool:
        """Whether an output stands that was made of the path before."""
        return self.lake.stat("conditioned", conditioned_path(self.file.path)) is not None

    def _write_refusal(self, rejected: _Place, refused: Refused, output_stands: bool) -> None:
        """Leave one line in quarantine that speaks for the whole file, above the rejected rows of an output in use."""
        with rejected.open() as writer:
            if output_stands and rejected.there is not None:
                with self.lake.open_read("quarantine", rejected.path, rejected.there.etag) as stream:
                    for block in refuse_above(stream, refused):
                        writer.write(block)
            else:
                writer.write(refuse(refused))
            self._commit_rejected(writer, rejected)


def _tell_standing(reason: str, output_stands: bool) -> str:
    """A reason, and that an output from before stays in use, if there is one."""
    return f"{reason}; {STILL_IN_USE}" if output_stands else reason


def _describe(summary: Summary, told: dict[str, Any], written: BlobStat) -> ConditionedFile:
    return ConditionedFile(
        path=written.path,
        etag=written.etag,
        sha256=summary.sha256,
        size=written.size,
        counts=RowCounts(summary.rows_in, summary.rows_out, summary.rows_quarantined, summary.rows_duplicate),
        first_date=summary.first_day,
        last_date=summary.last_day,
        summary=told,
    )


def _header_text(etag: str) -> str:
    """An etag without its quotes, as metadata travels in HTTP headers."""
    return etag.strip('"')
