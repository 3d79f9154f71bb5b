"""What became of raw files: which of equal ones makes the output, and how each version ended."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Engine, and_, select, true, update

from shared.domain.files import ConditionedFile, FileState, RawFile
from shared.ledger.store import begin_alone, insert_if_absent
from shared.ledger.tables import conditioned_file, raw_file
from shared.ledger.versions import REPLACED, has_content, other_versions, raw_file_of, reland_copies, settle


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
        name = file.path.rsplit("/", 1)[-1]
        twins = (
            select(raw_file)
            .where(
                has_content(sha256),
                raw_file.c.source == file.source,
                raw_file.c.path != file.path,
                raw_file.c.path.endswith(f"/{name}", autoescape=True) if name_counts else true(),
            )
            .order_by(raw_file.c.seen_at)
            .limit(1)
        )
        with begin_alone(self._engine) as connection:
            twin = connection.execute(twins).first()
            if twin is None:
                connection.execute(update(raw_file).where(raw_file.c.id == file.id).values(sha256=sha256))
            return raw_file_of(twin) if twin else None

    def settle_conditioned(self, file: RawFile, made: ConditionedFile, now: datetime) -> None:
        """Note what was made of a file. Copies of a version that this one replaces are conditioned after all."""
        row = {
            "raw_file_id": file.id,
            "source": file.source,
            "path": made.path,
            "etag": made.etag,
            "sha256": made.sha256,
            "size": made.size,
            **asdict(made.counts),
            "first_date": made.first_date,
            "last_date": made.last_date,
            "summary": dict(made.summary),
            "conditioned_at": now.isoformat(),
        }
        with begin_alone(self._engine) as connection:
            reland_copies(connection, other_versions(file))
            if not insert_if_absent(connection, conditioned_file, row):
                again = update(conditioned_file).where(conditioned_file.c.raw_file_id == file.id)
                connection.execute(again.values(**row))
            settle(connection, file.id, FileState.CONDITIONED, now)

    def settle_duplicate(self, file: RawFile, sha256: str, twin: RawFile, now: datetime) -> bool:
        """Note that a file holds the same bytes as one of another path that has their output; False if it has no more.

        Nothing stands for this path any more: what was made of versions before counts as replaced, and copies of them
        are conditioned after all.
        """
        same = {"sha256": sha256, "same_as": twin.id, "reason": f"same bytes as {twin.path}"}
        still = select(raw_file.c.id).where(raw_file.c.id == twin.id, has_content(sha256))
        with begin_alone(self._engine) as connection:
            if connection.execute(still).first() is None:
                return False
            reland_copies(connection, other_versions(file))
            made = and_(other_versions(file), raw_file.c.state == FileState.CONDITIONED)
            connection.execute(update(raw_file).where(made).values(state=FileState.SUPERSEDED, reason=REPLACED))
            settle(connection, file.id, FileState.DUPLICATE, now, **same)
            return True

    def settle_quarantined(self, file: RawFile, sha256: str | None, reason: str, now: datetime) -> None:
        """Note that a whole file was refused, and why."""
        with begin_alone(self._engine) as connection:
            settle(connection, file.id, FileState.QUARANTINED, now, sha256=sha256, reason=reason)

    def settle_superseded(self, file: RawFile, now: datetime) -> None:
        """Note that the lake no longer holds this version, unless something became of it already."""
        unsettled = and_(raw_file.c.id == file.id, raw_file.c.state.in_([FileState.LANDED, FileState.CONDITIONING]))
        values = {"state": FileState.SUPERSEDED, "reason": REPLACED, "settled_at": now.isoformat()}
        with begin_alone(self._engine) as connection:
            connection.execute(update(raw_file).where(unsettled).values(**values, claimed_until=None))
            reland_copies(connection, raw_file.c.id == file.id)
