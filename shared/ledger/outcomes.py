"""What became of raw files: which of equal ones makes the output, and how each version ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select, update

from shared.domain.files import ConditionedFile, FileState, Intent, RawFile
from shared.ledger.store import begin_alone
from shared.ledger.tables import output_intent, raw_file
from shared.ledger.versions import (
    REPLACED,
    find_twin,
    has_content,
    is_overtaken,
    note_output,
    other_versions,
    reland_copies,
    settle,
    void_outputs,
)  # fmt: skip


class Outcomes:
    """What became of raw files."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim_content(self, file: RawFile, sha256: str, *, name_counts: bool = False) -> RawFile | None:
        """Claim the right to make the one output of these bytes; the file of another path that has it, if one does.

        Of equal files that are conditioned side by side, the first to come here makes the output. Earlier versions of
        the same path are passed over: the source or corrections may be others since, or a refusal stand in quarantine.
        Where the name is part of what is made of a file (`name_counts`), only files of one name are equal.
        """
        with begin_alone(self._engine) as connection:
            twin = find_twin(connection, file, sha256, name_counts=name_counts)
            if twin is None:
                connection.execute(update(raw_file).where(raw_file.c.id == file.id).values(sha256=sha256))
            return twin

    def settle_conditioned(
        self,
        file: RawFile,
        made: ConditionedFile,
        now: datetime,
        *,
        name_counts: bool = False,
        unwritten: Intent | None = None,
    ) -> FileState | None:
        """Note what was made of a file, which ends its intents; answers the state that it is in then.

        That is superseded where a newer version has its outcome already, and then nothing else is noted, so that what
        was written is still known by its intent. None, and nothing noted, where the output stood there before and so
        was `unwritten`, but somebody may be about to put something else there: writing it once more keeps that away.
        `name_counts` is as in an Intent.
        """
        with begin_alone(self._engine) as connection:
            if unwritten and _is_contested(connection, unwritten):
                return None
            if is_overtaken(connection, file):
                settle(connection, file.id, FileState.SUPERSEDED, now, reason=REPLACED)
                reland_copies(connection, raw_file.c.id == file.id)
                return FileState.SUPERSEDED
            note_output(connection, file, made, now, name_counts=name_counts)
            settle(connection, file.id, FileState.CONDITIONED, now)
            _end_intents(connection, file)
            return FileState.CONDITIONED

    def settle_duplicate(self, file: RawFile, sha256: str, twin: RawFile, now: datetime) -> bool:
        """Note that a file holds the same bytes as one of another path that has their output; False if it has no more.

        Nothing stands for this path any more: what was made of versions before counts as replaced, and copies of them
        are conditioned after all, as are those of this one.
        """
        same = {"sha256": sha256, "same_as": twin.id, "reason": f"same bytes as {twin.path}"}
        still = select(raw_file.c.id).where(raw_file.c.id == twin.id, has_content(sha256))
        with begin_alone(self._engine) as connection:
            if connection.execute(still).first() is None:
                return False
            _end_intents(connection, file)
            void_outputs(connection, other_versions(file))
            reland_copies(connection, raw_file.c.id == file.id)
            settle(connection, file.id, FileState.DUPLICATE, now, **same)
            return True

    def settle_quarantined(
        self, file: RawFile, sha256: str | None, reason: str, now: datetime, *, finished: bool = False
    ) -> None:
        """Note that a whole file was refused, and why; it ends its intents where one of them is `finished`."""
        with begin_alone(self._engine) as connection:
            if finished:
                _end_intents(connection, file)
            settle(connection, file.id, FileState.QUARANTINED, now, sha256=sha256, reason=reason)

    def settle_superseded(self, file: RawFile, now: datetime) -> None:
        """Note that the lake no longer holds this version, unless something became of it already."""
        unsettled = raw_file.c.state.in_([FileState.LANDED, FileState.CONDITIONING])
        values = {"state": FileState.SUPERSEDED, "reason": REPLACED, "settled_at": now.isoformat()}
        with begin_alone(self._engine) as connection:
            replaced = update(raw_file).where(raw_file.c.id == file.id, unsettled)
            connection.execute(replaced.values(**values, claimed_until=None))
            reland_copies(connection, raw_file.c.id == file.id)


def _is_contested(connection: Connection, mine: Intent) -> bool:
    """Whether an intent to put something else there is open, or another outcome of the version has ended this one."""
    found = output_intent.c
    there = select(found.id, found.raw_file_id, found.made).where(found.path == mine.file.path)
    others = connection.execute(there).all()
    same = (mine.file.id, mine.made.sha256)
    is_open = mine.id in [each.id for each in others]
    return not is_open or any((each.raw_file_id, each.made["sha256"]) != same for each in others)


def _end_intents(connection: Connection, file: RawFile) -> None:
    connection.execute(delete(output_intent).where(output_intent.c.raw_file_id == file.id))
