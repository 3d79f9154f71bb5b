"""What was made of raw files: summaries, drift, and which files have rejected rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, and_, or_, select

from shared.domain.files import FileState
from shared.ledger.store import reading
from shared.ledger.tables import conditioned_file, raw_file


class Conditioned:
    """What was made of raw files."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_summaries(self, source: str, *, but_for: str, top: int) -> list[dict[str, Any]]:
        """The summaries of a source's files that were conditioned last, the latest first, without one file's."""
        made = conditioned_file.c
        query = select(made.summary).where(made.source == source, made.raw_file_id != but_for)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(made.conditioned_at.desc(), made.raw_file_id).limit(top))
            return [dict(row.summary) for row in rows]

    def find_last_drift(self, source: str) -> dict[str, Any] | None:
        """How the source's last file differs from the one before it; None where there is none to compare it with."""
        recent = self.list_summaries(source, but_for="", top=1)
        return recent[0].get("drift") if recent else None

    def list_rejected(self, source: str) -> list[str]:
        """Paths of a source's files that are in quarantine as a whole or have rows there."""
        made = conditioned_file.c
        some = and_(raw_file.c.state == FileState.CONDITIONED, made.rows_quarantined > 0)
        query = (
            select(raw_file.c.path)
            .join(conditioned_file, made.raw_file_id == raw_file.c.id, isouter=True)
            .where(raw_file.c.source == source, or_(raw_file.c.state == FileState.QUARANTINED, some))
            .order_by(raw_file.c.path)
        )
        with reading(self._engine) as connection:
            return list(dict.fromkeys(row.path for row in connection.execute(query)))
