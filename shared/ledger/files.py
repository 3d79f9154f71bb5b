"""The ledger of files: each version of each raw file, and the standard CSV that was made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, exists, func, or_, select, true, update

from shared.domain.blob_names import spell_path
from shared.domain.files import (
    MAX_ATTEMPTS,
    UNUSABLE_NAME,
    ConditionedFile,
    FileState,
    RawFile,
    identify_raw_file,
    source_folder,
)
from shared.ledger.store import begin_alone, insert_if_absent, reading
from shared.ledger.tables import conditioned_file, raw_file
from shared.ports import BlobStat

LEASE = timedelta(minutes=1)
"""How long a claim keeps others away unless its holder renews it; past it, the holder is taken for dead."""
POSTPONED = timedelta(minutes=1)
"""How long after an outage of the lake or the ledger the reconciler leaves a file alone."""
REPLACED = "the lake no longer holds this version"
_REVIVABLE = and_(raw_file.c.state == FileState.SUPERSEDED, raw_file.c.attempts < MAX_ATTEMPTS)
_MADE = (FileState.CONDITIONED, FileState.DUPLICATE, FileState.QUARANTINED)
_NOTHING_YET = {"reason": None, "settled_at": None, "same_as": None}


class Files:
    """Raw files and what was made of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record_landed(self, path: str, etag: str, size: int, landed_at: datetime, now: datetime) -> RawFile:
        """Note a version of a raw file that the lake holds, or find it.

        One that was taken for replaced waits again, and so does one that is back although a newer one was there since.
        """
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
        }
        with self._engine.begin() as connection:
            row["seen_at"] = _next_moment(connection, path, now)
            if not insert_if_absent(connection, raw_file, row):
                values = {"state": FileState.LANDED, "seen_at": row["seen_at"], **_NOTHING_YET}
                mine = raw_file.c.id == file_id
                connection.execute(update(raw_file).where(mine, _REVIVABLE).values(**values))
                connection.execute(update(raw_file).where(mine, _overtaken()).values(**values, attempts=0))
            return _read(connection, file_id)

    def claim(self, file_id: str, now: datetime) -> RawFile | None:
        """Take a file for conditioning; None when it is settled or somebody else has it."""
        taken = (
            update(raw_file)
            .where(raw_file.c.id == file_id, _waiting(now))
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

    def renew(self, file: RawFile, now: datetime) -> None:
        """Keep a claim for another lease; nothing happens if the file is settled or another's by now."""
        with self._engine.begin() as connection:
            connection.execute(update(raw_file).where(_held(file)).values(claimed_until=(now + LEASE).isoformat()))

    def release(self, file: RawFile, reason: str, now: datetime) -> RawFile:
        """Give a file back after a fault; after the last attempt it is quarantined with the fault as its reason."""
        spent = file.attempts >= MAX_ATTEMPTS
        state = FileState.QUARANTINED if spent else FileState.LANDED
        settled = now.isoformat() if spent else None
        return self._give_back(file, state=state, reason=reason, claimed_until=None, settled_at=settled)

    def postpone(self, file: RawFile, reason: str, now: datetime) -> RawFile:
        """Give a file back after an outage, which is no fault of the file and so counts as no attempt.

        It is due again after POSTPONED; an event may have it taken sooner.
        """
        until = (now + POSTPONED).isoformat()
        attempts = file.attempts - 1
        return self._give_back(file, state=FileState.LANDED, reason=reason, claimed_until=until, attempts=attempts)

    def _give_back(self, file: RawFile, **values: Any) -> RawFile:
        """End a claim without an outcome; nothing happens if the file is settled or another's by now."""
        with begin_alone(self._engine) as connection:
            given = update(raw_file).where(_held(file)).values(**values, sha256=None)
            if connection.execute(given).rowcount == 1:
                _reland_copies(connection, raw_file.c.id == file.id)
            return _read(connection, file.id)

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
                _has_content(sha256),
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
            return _raw_file(twin) if twin else None

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
            _reland_copies(connection, _other_versions(file))
            if not insert_if_absent(connection, conditioned_file, row):
                again = update(conditioned_file).where(conditioned_file.c.raw_file_id == file.id)
                connection.execute(again.values(**row))
            _settle(connection, file.id, FileState.CONDITIONED, now)

    def settle_duplicate(self, file: RawFile, sha256: str, twin: RawFile, now: datetime) -> bool:
        """Note that a file holds the same bytes as one of another path that has their output; False if it has no more.

        Nothing stands for this path any more: what was made of versions before counts as replaced, and copies of them
        are conditioned after all.
        """
        same = {"sha256": sha256, "same_as": twin.id, "reason": f"same bytes as {twin.path}"}
        still = select(raw_file.c.id).where(raw_file.c.id == twin.id, _has_content(sha256))
        with begin_alone(self._engine) as connection:
            if connection.execute(still).first() is None:
                return False
            _reland_copies(connection, _other_versions(file))
            made = and_(_other_versions(file), raw_file.c.state == FileState.CONDITIONED)
            connection.execute(update(raw_file).where(made).values(state=FileState.SUPERSEDED, reason=REPLACED))
            _settle(connection, file.id, FileState.DUPLICATE, now, **same)
            return True

    def settle_quarantined(self, file: RawFile, sha256: str | None, reason: str, now: datetime) -> None:
        """Note that a whole file was refused, and why."""
        with begin_alone(self._engine) as connection:
            _settle(connection, file.id, FileState.QUARANTINED, now, sha256=sha256, reason=reason)

    def settle_superseded(self, file: RawFile, now: datetime) -> None:
        """Note that the lake no longer holds this version, unless something became of it already."""
        unsettled = and_(raw_file.c.id == file.id, raw_file.c.state.in_([FileState.LANDED, FileState.CONDITIONING]))
        values = {"state": FileState.SUPERSEDED, "reason": REPLACED, "settled_at": now.isoformat()}
        with begin_alone(self._engine) as connection:
            connection.execute(update(raw_file).where(unsettled).values(**values, claimed_until=None))
            _reland_copies(connection, raw_file.c.id == file.id)

    def note_unusable(self, found: Sequence[tuple[BlobStat, str]], now: datetime) -> None:
        """Quarantine raw files under whose names nothing can be made, all that there are, each with the reason.

        Those that were noted before and are no more count as replaced.
        """
        there = []
        for blob, reason in found:
            file = self.record_landed(spell_path(blob.path), blob.etag, blob.size, blob.modified_at, now)
            if not file.state.is_settled:
                self.settle_quarantined(file, None, f"{UNUSABLE_NAME}{reason}", now)
            there.append(file.id)
        noted = and_(raw_file.c.state == FileState.QUARANTINED, raw_file.c.reason.startswith(UNUSABLE_NAME))
        gone = and_(noted, raw_file.c.id.not_in(there))
        with self._engine.begin() as connection:
            connection.execute(update(raw_file).where(gone).values(state=FileState.SUPERSEDED, reason=REPLACED))

    def reopen(self, file_id: str) -> bool:
        """Have a file of which something was made wait to be conditioned anew; False for any other."""
        settled = raw_file.c.state.in_(_MADE)
        values = {"state": FileState.LANDED, "attempts": 0, **_NOTHING_YET}
        with self._engine.begin() as connection:
            reopened = update(raw_file).where(raw_file.c.id == file_id, settled).values(**values)
            return connection.execute(reopened).rowcount == 1

    def list_unsettled(self, now: datetime, path: str | None = None) -> list[RawFile]:
        """Files (or versions of one) that wait for conditioning, oldest first, without those somebody is at work on."""
        of_path = true() if path is None else raw_file.c.path == path
        return self._list(and_(_waiting(now), of_path))

    def list_due(self, now: datetime) -> list[RawFile]:
        """The same without those that an outage has postponed."""
        is_due = or_(raw_file.c.claimed_until.is_(None), raw_file.c.claimed_until < now.isoformat())
        return self._list(and_(_waiting(now), is_due))

    def _list(self, wanted: ColumnElement[bool]) -> list[RawFile]:
        query = select(raw_file).where(wanted).order_by(raw_file.c.landed_at, raw_file.c.path)
        with reading(self._engine) as connection:
            return [_raw_file(row) for row in connection.execute(query)]

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

    def count_by_state(self) -> dict[str, int]:
        """How many file versions are in each state."""
        query = select(raw_file.c.state, func.count().label("files")).group_by(raw_file.c.state)
        with reading(self._engine) as connection:
            return {row.state: row.files for row in connection.execute(query)}

    def known_versions(self) -> set[tuple[str, str]]:
        """Every (path, etag) that the ledger has seen, but for those that need noting again if the lake holds them."""
        query = select(raw_file.c.path, raw_file.c.etag).where(~_REVIVABLE, ~_overtaken())
        with reading(self._engine) as connection:
            return {(path, etag) for path, etag in connection.execute(query)}


def _reland_copies(connection: Connection, originals: ColumnElement[bool]) -> None:
    """Let files that were passed over as copies of some others be conditioned themselves."""
    original_ids = select(raw_file.c.id).where(originals)
    copies = and_(raw_file.c.same_as.in_(original_ids), raw_file.c.state == FileState.DUPLICATE)
    connection.execute(update(raw_file).where(copies).values(state=FileState.LANDED, same_as=None, reason=None))


def _overtaken() -> ColumnElement[bool]:
    """Versions of which something was made, and then of another one of their path: they are replaced, or back."""
    newer = raw_file.alias()
    made_later = exists().where(
        newer.c.path == raw_file.c.path, newer.c.seen_at > raw_file.c.seen_at, newer.c.state.in_(_MADE)
    )
    return and_(raw_file.c.state.in_(_MADE), made_later)


def _next_moment(connection: Connection, path: str, now: datetime) -> str:
    """Now, or just behind the last version of the path: it may have been seen by a host whose clock is ahead."""
    last = connection.execute(select(func.max(raw_file.c.seen_at)).where(raw_file.c.path == path)).scalar()
    behind = datetime.fromisoformat(last) + timedelta(microseconds=1) if last else now
    return max(now, behind).isoformat()


def _has_content(sha256: str) -> ColumnElement[bool]:
    """Files whose bytes are these, and that have their output or are about to make it."""
    newer = raw_file.alias()
    replaced = exists().where(
        newer.c.path == raw_file.c.path,
        newer.c.seen_at > raw_file.c.seen_at,
        newer.c.state == FileState.CONDITIONED,
    )
    made = [FileState.CONDITIONED, FileState.CONDITIONING]
    return and_(raw_file.c.sha256 == sha256, raw_file.c.state.in_(made), ~replaced)


def _other_versions(file: RawFile) -> ColumnElement[bool]:
    return and_(raw_file.c.path == file.path, raw_file.c.id != file.id)


def _held(file: RawFile) -> ColumnElement[bool]:
    """The file while the claim on it is the one that its holder was given."""
    return and_(
        raw_file.c.id == file.id,
        raw_file.c.attempts == file.attempts,
        raw_file.c.state == FileState.CONDITIONING,
    )


def _waiting(now: datetime) -> ColumnElement[bool]:
    left = and_(raw_file.c.state == FileState.CONDITIONING, raw_file.c.claimed_until < now.isoformat())
    return or_(raw_file.c.state == FileState.LANDED, left)


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
