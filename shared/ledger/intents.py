"""What is about to be put into the lake, noted before it is: whoever comes next finishes it, or withdraws it.

An intent ends with the outcome of its version. Others stay until they are withdrawn, as it may be that nobody died, and
the one who intended it is only slow.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, delete, not_, select, true

from shared.domain.files import ConditionedFile, FileState, Finished, Intent, RawFile, RowCounts
from shared.ledger.connections import reading
from shared.ledger.store import begin_alone
from shared.ledger.tables import output_intent, raw_file
from shared.ledger.versions import (
    at_work,
    find_twin,
    is_overtaken,
    note_output,
    raw_file_of,
    read,
    settle,
    void_outputs,
)  # fmt: skip


class Intents:
    """Outputs that are about to be put into the lake."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def intend(self, intent: Intent, now: datetime) -> bool:
        """Note what is about to be put into the lake; False where a newer version has its outcome, so it must not."""
        row = {
            "id": intent.id,
            "raw_file_id": intent.file.id,
            "path": intent.file.path,
            "content": intent.content,
            "name_counts": intent.name_counts,
            "made": asdict(intent.made),
            "intended_at": now.isoformat(),
        }
        with begin_alone(self._engine) as connection:
            if is_overtaken(connection, intent.file):
                return False
            connection.execute(output_intent.insert().values(**row))
            return True

    def finish(self, intent: Intent, made: ConditionedFile, now: datetime, *, to_refuse: bool = False) -> Finished:
        """Note an output that stands in the lake, unless a newer version or another path has its outcome instead.

        A version that was refused since stays so; what is said to be in use is then this output. One that its holder
        is about to refuse (`to_refuse`) stays the holder's, and keeps its intents until it is refused.
        """
        with begin_alone(self._engine) as connection:
            if is_overtaken(connection, intent.file):
                return Finished.OVERTAKEN
            if find_twin(connection, intent.file, intent.content, name_counts=intent.name_counts):
                return Finished.COPY
            note_output(connection, intent.file, made, now, name_counts=intent.name_counts)
            if to_refuse:
                return Finished.NOTED
            if read(connection, intent.file.id).state is not FileState.QUARANTINED:
                settle(connection, intent.file.id, FileState.CONDITIONED, now, sha256=intent.content)
            connection.execute(delete(output_intent).where(output_intent.c.raw_file_id == intent.file.id))
            return Finished.NOTED

    def withdraw(self, intent: Intent) -> None:
        """Forget an intent of which nothing stands in the lake, nor will."""
        with self._engine.begin() as connection:
            connection.execute(delete(output_intent).where(output_intent.c.id == intent.id))

    def note_gone(self, file: RawFile) -> None:
        """Note that no output stands for a file's path, unless a newer version has its outcome.

        What was made of its versions counts as replaced, and copies of them are conditioned after all.
        """
        with begin_alone(self._engine) as connection:
            if not is_overtaken(connection, file):
                void_outputs(connection, raw_file.c.path == file.path)

    def is_overtaken(self, file: RawFile) -> bool:
        """Whether a newer version of the file's path has its outcome."""
        with reading(self._engine) as connection:
            return is_overtaken(connection, file)

    def list_of(self, file: RawFile) -> list[Intent]:
        """The intents of one version, whoever is at work on it."""
        return [intent for intent, _ in self._list(raw_file.c.id == file.id)]

    def list_open(self, now: datetime, path: str | None = None) -> list[tuple[Intent, datetime]]:
        """Intents (or those of one raw path) whose version nobody is at work on, with when each was noted."""
        return self._list(and_(not_(at_work(now)), true() if path is None else output_intent.c.path == path))

    def _list(self, wanted: ColumnElement[bool]) -> list[tuple[Intent, datetime]]:
        mine = output_intent.c
        query = (
            select(raw_file, mine.id.label("intent_id"), mine.content, mine.name_counts, mine.made, mine.intended_at)
            .join(output_intent, mine.raw_file_id == raw_file.c.id)
            .where(wanted)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(mine.intended_at)).all()
        return [(_intent(row), datetime.fromisoformat(row.intended_at)) for row in rows]


def _intent(row: Row[Any]) -> Intent:
    counts = RowCounts(**row.made["counts"])
    made = ConditionedFile(**{**row.made, "counts": counts})
    return Intent(row.intent_id, raw_file_of(row), row.content, row.name_counts, made)
