"""One claimed version of a raw drop: identified, conditioned into the lake, and settled in the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from conditioners.corrections import Correction, parse_known_corrections
from conditioners.declaration import Source
from conditioners.drops.drift import compare_with_last
from conditioners.drops.made_output import MadeOutput
from conditioners.drops.places import WRITE_TRIES, OutputContested, Place, header_text, look_at_output, look_at_rejects
from conditioners.drops.refusals import refuse, refuse_above
from conditioners.engine import condition
from conditioners.inputs.hashing import HashedInput
from conditioners.inputs.raw import RawInput
from conditioners.outcome import Refused, Summary
from conditioners.registry import Identified, Unidentified, identify
from shared.domain.files import (
    MAX_ATTEMPTS,
    ConditionedFile,
    FileState,
    Intent,
    RawFile,
    RowCounts,
    source_folder,
)  # fmt: skip
from shared.domain.identities import corrections_path, staged_path
from shared.ports import BlobChanged, BlobMissing, BlobWriter, Lake, LakeUnavailable, NameTaken

if TYPE_CHECKING:
    from shared.ledger.book import Ledger

_LOG = logging.getLogger("headrace.intake")
HEAD_BYTES = 64 << 10
STILL_IN_USE = "the output made before stays in use"


class Replaced(Exception):
    """The lake no longer holds the version that was claimed."""


def read_corrections(lake: Lake, source: Source, path: str) -> list[Correction]:
    """The corrections that were given for rows of a raw file."""
    if lake.stat("quarantine", corrections_path(path)) is None:
        return []
    with lake.open_read("quarantine", corrections_path(path)) as stream:
        return parse_known_corrections(source, stream.read())


@dataclass(frozen=True)
class Drop:
    """One version of a raw file that this process has claimed."""

    lake: Lake
    ledger: Ledger
    file: RawFile
    now: Callable[[], datetime]

    def settle(self) -> FileState:
        """Condition the file and note what became of it; raises OutputContested."""
        try:
            return self._settle()
        except Replaced:
            return self._give_way()

    def _settle(self) -> FileState:
        path = self.file.path
        for _ in range(WRITE_TRIES):
            accepted, rejected = look_at_output(self.lake, path), look_at_rejects(self.lake, path)
            self._require_current()
            try:
                return self._condition(accepted, rejected)
            except NameTaken as taken:
                return self._refuse_unplaced(taken)
            except (BlobChanged, BlobMissing) as changed:
                # The next round sees whether it was the raw file.
                last = changed
        raise OutputContested(f"{path}: written by others {WRITE_TRIES} times: {last}") from last

    def give_back(self, reason: str, *, at_once: bool = False) -> FileState:
        """Leave the file to a later attempt, maybe at once; after the last one it is quarantined with its reason."""
        if self.file.attempts >= MAX_ATTEMPTS and self._give_up(reason):
            return FileState.CONDITIONED
        return self.ledger.files.release(self.file, reason, self.now(), at_once=at_once).state

    def _give_way(self) -> FileState:
        """Leave the path to what the lake holds there now; what was made of this version in time counts as made."""
        if self._finish_earlier():
            return FileState.CONDITIONED
        self.ledger.outcomes.settle_superseded(self.file, self.now())
        return FileState.SUPERSEDED

    def _give_up(self, reason: str) -> bool:
        """Refuse the file; whether its output stands after all, made by an attempt that did not live to note it."""
        try:
            if self._finish_earlier(but_for_before=True):
                return True
            rejected, stands = look_at_rejects(self.lake, self.file.path), self._has_output()
            told = Refused(_tell_standing(f"gave up after {MAX_ATTEMPTS} attempts: {reason}", stands))
            self._write_refusal(rejected, told, stands)
        except (BlobChanged, OutputContested, Replaced):
            _LOG.info("a newer version of %s speaks for itself in quarantine", self.file.path)
        except LakeUnavailable as fault:
            _LOG.warning("only the ledger tells why %s is in quarantine: %s", self.file.path, fault)
        return False

    def _finish_earlier(self, *, but_for_before: bool = False, to_refuse: bool = False) -> bool:
        """Finish what earlier attempts at this version have written; whether there is such an output.

        What stood before a replay counts as one, but for who gives the replay up. `to_refuse` is as in MadeOutput.
        """
        intents = self.ledger.intents.list_of(self.file)
        intents = [each for each in intents if not (but_for_before and each.is_of_before)]
        made = [MadeOutput(self.lake, self.ledger, intent, self.now) for intent in intents]
        return any(each.finish(to_refuse=to_refuse) for each in made)

    def _require_current(self) -> None:
        raw = self.lake.stat("raw", self.file.path)
        if raw is None or raw.etag != self.file.etag:
            raise Replaced

    def _condition(self, accepted: Place, rejected: Place) -> FileState:
        with self.lake.open_read("raw", self.file.path, self.file.etag) as stream:
            identified = identify(self.file.path, stream.read(HEAD_BYTES))
        if isinstance(identified, Unidentified):
            drop = self._belonging_to(source_folder(self.file.path))
            return drop._refuse(rejected, None, Refused(identified.reason))
        return self._belonging_to(identified.source.name)._make(identified, accepted, rejected)

    def _belonging_to(self, source: str) -> Drop:
        """The same file as one of a source; until it is looked into, it is that of its folder."""
        if self.file.source == source:
            return self
        return replace(self, file=self.ledger.files.name_source(self.file, source))

    def _make(self, identified: Identified, accepted: Place, rejected: Place) -> FileState:
        hashed, intent_id = HashedInput(lambda: self.lake.open_read("raw", self.file.path, self.file.etag)), uuid4().hex
        with accepted.open() as good, self.lake.open_write("quarantine", staged_path(intent_id)) as bad:
            raw = RawInput(self.file.path, hashed.open, self.file.size)
            corrections = read_corrections(self.lake, identified.source, self.file.path)
            outcome = condition(identified.source, raw, good, bad, corrections=corrections)
            sha256, names = hashed.sha256(), identified.source.reads_file_names
            if isinstance(outcome, Refused):
                return self._refuse(rejected, sha256, outcome)
            twin = self.ledger.outcomes.claim_content(self.file, sha256, name_counts=names)
            described = self._describe(outcome.summary, accepted.path)
            made = MadeOutput(self.lake, self.ledger, Intent(intent_id, self.file, sha256, names, described), self.now)
            if twin is not None:
                return self._leave_to(twin, made, accepted, rejected)
            return self._put_out(made, accepted, good, bad)

    def _put_out(self, made: MadeOutput, accepted: Place, good: BlobWriter, bad: BlobWriter) -> FileState:
        state = made.put_out(accepted, good, bad)
        if state is None:
            raise Replaced
        return state

    def _describe(self, summary: Summary, path: str) -> ConditionedFile:
        """What is made, but for its etag and size; its summary tells how the file differs from the one before."""
        told = summary.to_json()
        recent = self.ledger.conditioned.list_summaries(self.file.source, before=self.file.id)
        return ConditionedFile(
            path=path,
            etag="",
            sha256=summary.sha256,
            size=0,
            counts=RowCounts(summary.rows_in, summary.rows_out, summary.rows_quarantined, summary.rows_duplicate),
            first_date=summary.first_day,
            last_date=summary.last_day,
            summary={**told, "drift": compare_with_last(recent, told)},
        )

    def _leave_to(self, twin: RawFile, made: MadeOutput, accepted: Place, rejected: Place) -> FileState:
        nothing = replace(made.intent, made=replace(made.intent.made, sha256=""))
        if accepted.there is not None and not self.ledger.intents.intend(nothing, self.now()):
            raise Replaced
        accepted.clear()
        rejected.clear()
        if not self.ledger.outcomes.settle_duplicate(self.file, made.intent.content, twin, self.now()):
            raise BlobChanged(f"{twin.path} was replaced or given up just now, and with it the output of these bytes")
        return FileState.DUPLICATE

    def _commit_refusal(self, writer: BlobWriter, rejected: Place) -> None:
        """Write into quarantine; take it back if a newer version landed meanwhile, which may have been done by now.

        Where something stood there, a newer version that was done would have changed it, and we could not have written.
        """
        written = writer.commit({"raw_etag": header_text(self.file.etag)})
        if rejected.there is not None:
            return
        try:
            self._require_current()
        except Replaced:
            self.lake.delete(written.container, written.path, if_match=written.etag)
            raise

    def _refuse(self, rejected: Place, sha256: str | None, refused: Refused) -> FileState:
        """Quarantine the whole file. What was made of its path before stays in use, and the reason says so."""
        finished = self._finish_earlier(to_refuse=True)
        stands = self._has_output()
        told = Refused(_tell_standing(refused.reason, stands), refused.where)
        self._write_refusal(rejected, told, stands)
        reason = f"{told.reason} ({told.where})" if told.where else told.reason
        self.ledger.outcomes.settle_quarantined(self.file, sha256, reason, self.now(), finished=finished)
        return FileState.QUARANTINED

    def _refuse_unplaced(self, taken: NameTaken) -> FileState:
        """Quarantine a file whose output has no place; where its refusal has none either, the ledger alone tells."""
        for intent in self.ledger.intents.list_of(self.file):  # its rejected rows could not stand beside it
            MadeOutput(self.lake, self.ledger, intent, self.now).take_away()
        reason = f"its output has no place, so give it another name: {taken}"
        try:
            return self._refuse(look_at_rejects(self.lake, self.file.path), None, Refused(reason))
        except NameTaken:
            self.ledger.outcomes.settle_quarantined(self.file, None, reason, self.now())
            return FileState.QUARANTINED

    def _has_output(self) -> bool:
        """Whether an output stands that was made of the path before."""
        return look_at_output(self.lake, self.file.path).there is not None

    def _write_refusal(self, rejected: Place, refused: Refused, output_stands: bool) -> None:
        """Leave one line in quarantine that speaks for the whole file, above the rejected rows of an output in use."""
        with rejected.open() as writer:
            if output_stands and rejected.there is not None:
                with self.lake.open_read("quarantine", rejected.path, rejected.there.etag) as stream:
                    for block in refuse_above(stream, refused):
                        writer.write(block)
            else:
                writer.write(refuse(refused))
            self._commit_refusal(writer, rejected)


def _tell_standing(reason: str, output_stands: bool) -> str:
    """A reason, and that an output from before stays in use, if there is one."""
    return f"{reason}; {STILL_IN_USE}" if output_stands else reason
