"""What was made of raw files: summaries, drift, and which files have rejected rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, or_, select

from shared.domain.files import FileState
from shared.ledger.connections import reading
from shared.ledger.tables import conditioned_file, raw_file

_RECENT = 5
"""Files before one that are looked at for one in the same dialect."""


class Conditioned:
    """What was made of raw files."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_summaries(self, source: str, *, before: str | None = None, top: int = _RECENT) -> list[dict[str, Any]]:
        """The summaries of a source's files, those that came last first; only of files that came before one, if told.

        Files come in the order in which they were seen, however late or often they were conditioned.
        """
        query = select(conditioned_file.c.summary).join(raw_file, conditioned_file.c.raw_file_id == raw_file.c.id)
        query = query.where(raw_file.c.source == source)
        query = query.order_by(raw_file.c.seen_at.desc(), raw_file.c.path.desc()).limit(top)
        with reading(self._engine) as connection:
            if before is not None:
                mine = connection.execute(select(raw_file).where(raw_file.c.id == before)).one()
                query = query.where(_came_before(mine))
            return [dict(row.summary) for row in connection.execute(query)]

    def find_last_drift(self, source: str) -> dict[str, Any] | None:
        """How the source's last file differs from the one before it; None where there is none to compare it with."""
        recent = self.list_summaries(source, top=1)
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

    def list_with_rejects(self, top: int) -> list[dict[str, Any]]:
        """Files of all sources that have rows in quarantine, the last seen first: `path`, figures, and rows by rule."""
        made = conditioned_file.c
        query = (
            select(raw_file.c.path, raw_file.c.seen_at, made.rows_in, made.rows_quarantined, made.summary)
            .join(conditioned_file, made.raw_file_id == raw_file.c.id)
            .where(raw_file.c.state == FileState.CONDITIONED, made.rows_quarantined > 0)
            .order_by(raw_file.c.seen_at.desc(), raw_file.c.path)
            .limit(top)
        )
        with reading(self._engine) as connection:
            rows = [dict(row._mapping) for row in connection.execute(query)]
        return [{**row, "rejects": summary["rejects"]} for row in rows for summary in [row.pop("summary")]]


def _came_before(mine: Row[Any]) -> ColumnElement[bool]:
    """Files that were seen before one; of those at the same time, those with lesser paths."""
    other = raw_file.c
    at_once = and_(other.seen_at == mine.seen_at, other.path < mine.path)
    return and_(other.seen_at <= mine.seen_at, or_(other.seen_at < mine.seen_at, at_once))
