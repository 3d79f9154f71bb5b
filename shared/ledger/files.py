"""The ledger of files: each version of each raw file, and the standard CSV that was made of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, exists, func, or_, select, update

from shared.domain.files import MAX_ATTEMPTS, ConditionedFile, FileState, RawFile, identify_raw_file, source_folder
from shared.ledger.store import insert_if_absent, reading
from shared.ledger.tables import conditioned_file, raw_file

LEASE = timedelta(minutes=15)
"""How long a claim keeps others away; past it, its holder is taken for dead."""


class Files:
    """Raw files and what was made of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record_landed(self, path: str, etag: str, size: int, landed_at: datetime, now: datetime) -> RawFile:
        """Note a version of a raw file, or find it; older versions that still wait are superseded."""
        file_id = identify_raw_file(path, etag)
        row = {
            "id": file_id,
            "source": source_folder(path),
            "path": path,
            "etag": etag,
            "size": size,
            "state": FileState.LANDED,
            "attempts": 0,
            "landed_at": landed_at.isoformat(),
            "seen_at": now.isoformat(),
        }
        with self._engine.begin() as connection:
            if insert_if_absent(connection, raw_file, row):
                _supersede_older(connection, path, file_id, now)
            return _read(connection, file_id)

    def claim(self, file_id: str, now: datetime) -> RawFile | None:
        """Take a file for conditioning; None when it is settled or somebody else has it."""
        free = or_(
            raw_file.c.state == FileState.LANDED,
            and_(raw_file.c.state == FileState.CONDITIONING, raw_file.c.claimed_until < now.isoformat()),
        )
        taken = (
            update(raw_file)
            .where(raw_file.c.id == file_id, free)
            .values(
                state=FileState.CONDITIONING,
                attempts=raw_file.c.attempts + 1,
                claimed_until=(now + LEASE).isoformat(),
            )
        )
        with self._engine.begin() as connection:
            if connection.execute(taken).rowcount == 0:
                return None
            return _read(connection, file_id)

    def release(self, file_id: str, reason: str, now: datetime) -> RawFile:
        """Give a file back after a fault; after the last attempt it is quarantined with the fault as its reason."""
        with self._engine.begin() as connection:
            file = _read(connection, file_id)
            spent = file.attempts >= MAX_ATTEMPTS
            state = FileState.QUARANTINED if spent else FileState.LANDED
            settled = now.isoformat() if spent else None
            connection.execute(
                update(raw_file)
                .where(raw_file.c.id == file_id, raw_file.c.state == FileState.CONDITIONING)
                .values(state=state, reason=reason, claimed_until=None, settled_at=settled, sha256=None)
            )
            _reland_copies(connection, raw_file.c.id == file_id)
            return _read(connection, file_id)

    def claim_content(self, file: RawFile, sha256: str) -> str | None:
        """Claim the right to make the one output of these bytes; the id of the file that has it, if another does.

        Of equal files that are conditioned side by side, the first to come here makes the output.
        """
        newer = raw_file.alias()
        replaced = exists().where(
            newer.c.path == raw_file.c.path,
            newer.c.seen_at > raw_file.c.seen_at,
            newer.c.state == FileState.CONDITIONED,
        )
        twins = (
            select(raw_file.c.id)
            .where(
                raw_file.c.source == file.source,
                raw_file.c.sha256 == sha256,
                raw_file.c.state.in_([FileState.CONDITIONED, FileState.CONDITIONING]),
                raw_file.c.id != file.id,
                ~replaced,
            )
            .order_by(raw_file.c.seen_at)
            .limit(1)
        )
        with self._engine.begin() as connection:
            twin: str | None = connection.execute(twins).scalar()
            if twin is None:
                connection.execute(update(raw_file).where(raw_file.c.id == file.id).values(sha256=sha256))
            return twin

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
        with self._engine.begin() as connection:
            _reland_copies(connection, and_(raw_file.c.path == file.path, raw_file.c.id != file.id))
            if not insert_if_absent(connection, conditioned_file, row):
                again = update(conditioned_file).where(conditioned_file.c.raw_file_id == file.id)
                connection.execute(again.values(etag=made.etag))
            _settle(connection, file.id, FileState.CONDITIONED, now)

    def settle_duplicate(self, file: RawFile, sha256: str, twin: str, now: datetime) -> None:
        """Note that a file holds the same bytes as one that was conditioned before."""
        with self._engine.begin() as connection:
            _settle(
                connection, file.id, FileState.DUPLICATE, now, sha256=sha256, same_as=twin, reason=f"same as {twin}"
            )

    def settle_quarantined(self, file: RawFile, sha256: str | None, reason: str, now: datetime) -> None:
        """Note that a whole file was refused, and why."""
        with self._engine.begin() as connection:
            _settle(connection, file.id, FileState.QUARANTINED, now, sha256=sha256, reason=reason)

    def settle_superseded(self, file: RawFile, now: datetime) -> None:
        """Note that a newer version of the path made this one pointless."""
        with self._engine.begin() as connection:
            _settle(connection, file.id, FileState.SUPERSEDED, now, reason="a newer version landed")
            _reland_copies(connection, raw_file.c.id == file.id)

    def list_unsettled(self, now: datetime) -> list[RawFile]:
        """Files that wait for conditioning, oldest first; those that somebody is at work on are left out."""
        waiting = or_(
            raw_file.c.state == FileState.LANDED,
            and_(raw_file.c.state == FileState.CONDITIONING, raw_file.c.claimed_until < now.isoformat()),
        )
        query = select(raw_file).where(waiting).order_by(raw_file.c.landed_at, raw_file.c.path)
        with reading(self._engine) as connection:
            return [_raw_file(row) for row in connection.execute(query)]

    def count_by_state(self) -> dict[str, int]:
        """How many file versions are in each state."""
        query = select(raw_file.c.state, func.count().label("files")).group_by(raw_file.c.state)
        with reading(self._engine) as connection:
            return {row.state: row.files for row in connection.execute(query)}

    def known_versions(self) -> set[tuple[str, str]]:
        """Every (path, etag) that the ledger has seen."""
        with reading(self._engine) as connection:
            return {(path, etag) for path, etag in connection.execute(select(raw_file.c.path, raw_file.c.etag))}


def _reland_copies(connection: Connection, originals: ColumnElement[bool]) -> None:
    """Let files that were passed over as copies of some others be conditioned themselves."""
    original_ids = select(raw_file.c.id).where(originals)
    copies = and_(raw_file.c.same_as.in_(original_ids), raw_file.c.state == FileState.DUPLICATE)
    connection.execute(update(raw_file).where(copies).values(state=FileState.LANDED, same_as=None, reason=None))


def _supersede_older(connection: Connection, path: str, newest: str, now: datetime) -> None:
    older = and_(raw_file.c.path == path, raw_file.c.id != newest, raw_file.c.state == FileState.LANDED)
    values = {"state": FileState.SUPERSEDED, "reason": "a newer version landed", "settled_at": now.isoformat()}
    connection.execute(update(raw_file).where(older).values(**values))


def _settle(connection: Connection, file_id: str, state: FileState, now: datetime, **values: Any) -> None:
    settled = {"state": state, "settled_at": now.isoformat(), "claimed_until": None, "reason": None, **values}
    connection.execute(update(raw_file).where(raw_file.c.id == file_id).values(**settled))


def _read(connection: Connection, file_id: str) -> RawFile:
    return _raw_file(connection.execute(select(raw_file).where(raw_file.c.id == file_id)).one())


def _raw_file(row: Row[Any]) -> RawFile:
    return RawFile(
        id=row.id,
        source=row.source,
        path=row.path,
        etag=row.etag,
        size=row.size,
        state=FileState(row.state),
        attempts=row.attempts,
        reason=row.reason,
        landed_at=row.landed_at,
    )
