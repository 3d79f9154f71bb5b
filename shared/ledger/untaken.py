"""What is in the container `raw` and can be no file to condition: told like files that were refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, and_, or_, update

from shared.domain.blob_names import BlobNameError, check_path, spell_path
from shared.domain.files import UNTAKEN, FileState
from shared.ledger.files import Files
from shared.ledger.outcomes import Outcomes
from shared.ledger.tables import raw_file
from shared.ledger.versions import REPLACED
from shared.ports import BlobStat


class Untaken:
    """Raw files, links and folders that nobody can take."""

    def __init__(self, engine: Engine, files: Files, outcomes: Outcomes) -> None:
        self._engine = engine
        self._files, self._outcomes = files, outcomes

    def note_untaken(self, found: Sequence[tuple[BlobStat, str]], now: datetime) -> None:
        """Quarantine what a list of the container `raw` left out, all of it, each with the reason.

        Those that were noted before and are no more count as replaced.
        """
        there = []
        for blob, reason in found:
            file = self._files.record_landed(_tell_path(blob.path), blob.etag, blob.size, blob.modified_at, now)
            if not file.state.is_settled:
                self._outcomes.settle_quarantined(file, None, reason, now)
            there.append(file.id)
        is_untaken = or_(*(raw_file.c.reason.startswith(beginning) for beginning in UNTAKEN))
        gone = and_(raw_file.c.state == FileState.QUARANTINED, is_untaken, raw_file.c.id.not_in(there))
        with self._engine.begin() as connection:
            connection.execute(update(raw_file).where(gone).values(state=FileState.SUPERSEDED, reason=REPLACED))


def _tell_path(path: str) -> str:
    """The path itself where it can be told as it is."""
    try:
        return check_path(path)
    except BlobNameError:
        return spell_path(path)
