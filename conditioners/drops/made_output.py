"""An output from where it is intended to where the ledger has it: the one who makes it may die anywhere between.

Rejected rows are staged, then the intent is noted, then the output written: from there on it counts. What is left to do
(rejected rows to their place, the entry in the ledger) is the same for the one who wrote it and for whoever comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from conditioners.drops.places import WRITE_TRIES, OutputContested, Place, header_text, look_at_output, look_at_rejects
from conditioners.drops.refusals import keep_refusal
from shared.domain.files import ConditionedFile, FileState, Finished, Intent
from shared.domain.identities import staged_path
from shared.ports import BlobChanged, BlobMissing, BlobStat, BlobWriter, Lake, NameTaken

if TYPE_CHECKING:
    from shared.ledger.book import Ledger


@dataclass(frozen=True)
class MadeOutput:
    """What is made of one version of a raw file, and where it belongs."""

    lake: Lake
    ledger: Ledger
    intent: Intent
    now: Callable[[], datetime]

    def put_out(self, accepted: Place, good: BlobWriter, bad: BlobWriter) -> FileState | None:
        """Write the output, unless it is what stands there, with all that belongs to it; answers the version's state.

        None where a newer version has its outcome, and so nothing was written.
        """
        if self.intent.made.counts.rows_quarantined:
            bad.commit({"raw_etag": header_text(self.intent.file.etag)})
        if not self.ledger.intents.intend(self.intent, self.now()):
            self._unstage()
            return None
        if accepted.there is not None and accepted.sha256 == self.intent.made.sha256 and self._stands(accepted.there):
            self._place_rejects(accepted.there)
            state = self._settle(accepted.there, unwritten=True)
            if state is not None:
                return state
        written = self._write(good)
        self._place_rejects(written)
        return self._settle(written)

    def finish(self, *, to_refuse: bool = False) -> bool:
        """Do what is left of another's output where it stands; False where it does not, or may not.

        Its version is conditioned then, unless its holder is about to refuse it (`to_refuse`).
        """
        accepted = look_at_output(self.lake, self.intent.file.path)
        if accepted.there is None:
            self.ledger.intents.note_gone(self.intent.file)
        if accepted.there is None or accepted.sha256 != self.intent.made.sha256:
            self._take_back_rejects()
            return False
        try:
            return self._finish(accepted, accepted.there, to_refuse)
        except NameTaken:  # there is no place for its rejected rows
            self._take_away(accepted)
            return False

    def _finish(self, accepted: Place, standing: BlobStat, to_refuse: bool) -> bool:
        if self.ledger.intents.is_overtaken(self.intent.file):
            self.take_away()
            return False
        self._place_rejects(standing)
        finished = self.ledger.intents.finish(self.intent, self._made(standing), self.now(), to_refuse=to_refuse)
        if finished is Finished.COPY:
            self._take_away(accepted)
        if finished is Finished.NOTED:
            self._unstage()
        return finished is Finished.NOTED

    def withdraw(self) -> None:
        """Forget it: it does not stand in the lake, nor will it."""
        self._unstage()
        self.ledger.intents.withdraw(self.intent)

    def take_away(self) -> None:
        """Leave nothing of this version in the lake, as its output may not stand."""
        accepted = look_at_output(self.lake, self.intent.file.path)
        if accepted.is_of(self.intent.file.etag):
            self._take_away(accepted)
        else:
            self._take_back_rejects()
            self.withdraw()

    def _take_away(self, accepted: Place) -> None:
        accepted.clear()
        self._take_back_rejects()
        self.ledger.intents.note_gone(self.intent.file)
        self.withdraw()

    def _write(self, good: BlobWriter) -> BlobStat:
        try:
            return good.commit(self._labels())
        except (BlobChanged, NameTaken):
            self.withdraw()
            raise

    def _settle(self, standing: BlobStat, *, unwritten: bool = False) -> FileState | None:
        state = self.ledger.outcomes.settle_conditioned(
            self.intent.file,
            self._made(standing),
            self.now(),
            name_counts=self.intent.name_counts,
            unwritten=self.intent if unwritten else None,
        )
        if state is FileState.CONDITIONED:
            self._unstage()
        elif state is FileState.SUPERSEDED:
            self.take_away()
        return state

    def _made(self, standing: BlobStat) -> ConditionedFile:
        return replace(self.intent.made, etag=standing.etag, size=standing.size)

    def _labels(self) -> dict[str, str]:
        return {"raw_etag": header_text(self.intent.file.etag), "sha256": self.intent.made.sha256}

    def _place_rejects(self, standing: BlobStat) -> None:
        """Have the rejected rows of a standing output, and no others, stand in quarantine; below a newer refusal."""
        staged = staged_path(self.intent.id)
        has_rows = bool(self.intent.made.counts.rows_quarantined)
        if self.intent.is_of_before or (has_rows and self.lake.stat("quarantine", staged) is None):
            return  # They are there, maybe below a refusal: whoever was at it before us got so far.
        for _ in range(WRITE_TRIES):
            rejected = look_at_rejects(self.lake, self.intent.file.path)
            if (rejected.there is None and not has_rows) or not self._stands(standing):
                return
            try:
                self._replace_rejects(rejected, staged if has_rows else None)
            except (BlobChanged, BlobMissing):
                continue
            if not self._stands(standing):
                self._take_back_rejects()
            return
        raise OutputContested(f"{self.intent.file.path}: its rejects were written by others {WRITE_TRIES} times")

    def _replace_rejects(self, rejected: Place, staged: str | None) -> None:
        refused_by = self._newer_refusal(rejected)
        if staged is None and refused_by is None:
            rejected.clear()
            return
        labels = {**self._labels(), **({"raw_etag": refused_by} if refused_by else {})}
        with rejected.open() as writer:
            for block in self._read_rejects(rejected if refused_by else None, staged):
                writer.write(block)
            writer.commit(labels)

    def _read_rejects(self, refused: Place | None, staged: str | None) -> Iterator[bytes]:
        """The rows that were staged, if any, below the refusal of another version, if there is one."""
        with self._open(refused.path if refused else None) as there, self._open(staged) as rows:
            yield from keep_refusal(there, rows)

    def _open(self, path: str | None) -> AbstractContextManager[BinaryIO]:
        return self.lake.open_read("quarantine", path) if path else nullcontext(BytesIO())

    def _newer_refusal(self, rejected: Place) -> str | None:
        """The version that was refused while this output was on its way, and that the lake still holds."""
        raw = self.lake.stat("raw", self.intent.file.path)
        if raw is None or raw.etag == self.intent.file.etag or not rejected.is_of(raw.etag):
            return None
        return header_text(raw.etag)

    def _take_back_rejects(self) -> None:
        """Remove rejected rows of this output, which does not stand any more."""
        rejected = look_at_rejects(self.lake, self.intent.file.path)
        if rejected.is_of(self.intent.file.etag) and rejected.sha256 == self.intent.made.sha256:
            try:
                rejected.clear()
            except BlobChanged:
                return  # they are others' by now

    def _stands(self, standing: BlobStat) -> bool:
        there = self.lake.stat(standing.container, standing.path)
        return there is not None and there.etag == standing.etag

    def _unstage(self) -> None:
        if self.intent.made.counts.rows_quarantined:
            self.lake.delete("quarantine", staged_path(self.intent.id))
