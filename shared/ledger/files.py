"""The ledger of files: each version of each raw file, who is at work on it, and which ones wait."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, or_, select, true, update

from shared.domain.files import MAX_ATTEMPTS, FileState, RawFile, identify_raw_file, source_folder
from shared.ledger.connections import reading
from shared.ledger.store import begin_alone, insert_if_absent
from shared.ledger.tables import raw_file
from shared.ledger.versions import (
    MADE,
    REVIVABLE,
    backs_off,
    has_run_out,
    held,
    intend_again,
    is_overtaken,
    made_later,
    next_moment,
    overtaken,
    raw_file_of,
    read,
    reland_copies,
    waiting,
)  # fmt: skip
from shared.ports import LedgerUnavailable

LEASE = timedelta(minutes=1)
"""How long a claim keeps others away unless its holder renews it; past it, the holder is taken for dead."""
POSTPONED = timedelta(minutes=1)
"""How long after an outage of the lake or the ledger the reconciler leaves a file alone."""
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (0, 10, 30, 90))
"""How long after the first fault of a file, the second and so on everybody does: what fails may be the machine."""
NOTHING_YET = {"reason": None, "settled_at": None, "same_as": None}


class Files:
    """Raw files, from where they land to where something becomes of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._owed: deque[tuple[RawFile, str, ColumnElement[bool]]] = deque()
        """Claims that an outage ended while the ledger was away, and that are to be given back where they are ours."""

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
        with begin_alone(self._engine) as connection:
            seen_at = next_moment(connection, path, now)
            if not insert_if_absent(connection, raw_file, {**row, "seen_at": seen_at}):
                _wait_again(connection, file_id, now, seen_at)
            return read(connection, file_id)

    def claim(self, file_id: str, now: datetime) -> RawFile | None:
        """Take a file for conditioning; None when it is settled, somebody else has it, or it failed just now."""
        self._give_back_owed(now)
        until = (now + LEASE).isoformat()
        values = {"state": FileState.CONDITIONING, "attempts": raw_file.c.attempts + 1, "claimed_until": until}
        taken = update(raw_file).where(raw_file.c.id == file_id, waiting(now), ~backs_off(now)).values(**values)
        claimed = None
        try:
            with self._engine.begin() as connection:
                if connection.execute(taken).rowcount:
                    claimed = read(connection, file_id)
        except LedgerUnavailable as outage:
            if claimed is not None:  # it may be entered, and the answer alone be lost
                self._owed.append((claimed, f"LedgerUnavailable: {outage}", raw_file.c.claimed_until == until))
            raise
        return claimed

    def renew(self, file: RawFile, now: datetime) -> None:
        """Keep a claim for another lease; nothing happens if the file is settled or another's by now."""
        with self._engine.begin() as connection:
            connection.execute(update(raw_file).where(held(file)).values(claimed_until=(now + LEASE).isoformat()))

    def name_source(self, file: RawFile, source: str) -> RawFile:
        """Note which source a file belongs to, which its folder need not be named after."""
        with self._engine.begin() as connection:
            connection.execute(update(raw_file).where(raw_file.c.id == file.id).values(source=source))
        return replace(file, source=source)

    def release(self, file: RawFile, reason: str, now: datetime, *, at_once: bool = False) -> RawFile:
        """Give a file back after a fault; after the last attempt it is quarantined with the fault as its reason.

        It is left alone for a while, unless it may be taken again `at_once`: where waiting mends nothing.
        """
        if file.attempts >= MAX_ATTEMPTS:
            settled = {"state": FileState.QUARANTINED, "claimed_until": None, "settled_at": now.isoformat()}
            return self._give_back(file, true(), reason=reason, **settled)
        wait = BACK_OFF[file.attempts - 1]
        until = (now + wait).isoformat() if wait and not at_once else None
        return self._give_back(file, true(), state=FileState.LANDED, reason=reason, claimed_until=until)

    def postpone(self, file: RawFile, reason: str, now: datetime) -> RawFile:
        """Give a file back after an outage, which is no fault of the file and so counts as no attempt.

        It is due again after POSTPONED; an event may have it taken sooner, unless it failed before. Where it is the
        ledger that is away, and so raises LedgerUnavailable here too, the file is given back before the next claim.
        """
        return self._postpone(file, reason, now, true())

    def _postpone(self, file: RawFile, reason: str, now: datetime, is_ours: ColumnElement[bool]) -> RawFile:
        values = {"state": FileState.LANDED, "reason": reason, "claimed_until": (now + POSTPONED).isoformat()}
        try:
            return self._give_back(file, is_ours, **values, attempts=file.attempts - 1)
        except LedgerUnavailable:
            self._owed.append((file, reason, is_ours))
            raise

    def _give_back_owed(self, now: datetime) -> None:
        while True:
            try:
                file, reason, is_ours = self._owed.popleft()
            except IndexError:  # other threads may have given back the last one
                return
            self._postpone(file, reason, now, is_ours)

    def _give_back(self, file: RawFile, is_ours: ColumnElement[bool], **values: Any) -> RawFile:
        """End a claim without an outcome; nothing happens if the file is settled or another's by now."""
        with begin_alone(self._engine) as connection:
            given = update(raw_file).where(held(file), is_ours).values(**values, sha256=None)
            if connection.execute(given).rowcount == 1:
                reland_copies(connection, raw_file.c.id == file.id)
            return read(connection, file.id)

    def reopen(self, file_id: str, now: datetime) -> bool:
        """Have a file of which something was made wait to be conditioned anew; False for any other, and where
        something was made of a later version of its path, which may have taken over the output that stands. One that
        waits because it failed, or for an outage, waits no longer.
        """
        settled = and_(raw_file.c.id == file_id, raw_file.c.state.in_(MADE), ~made_later())
        values = {"state": FileState.LANDED, "attempts": 0, **NOTHING_YET}
        with begin_alone(self._engine) as connection:
            waits = and_(raw_file.c.id == file_id, raw_file.c.state == FileState.LANDED)
            connection.execute(update(raw_file).where(waits).values(claimed_until=None))
            if connection.execute(select(raw_file.c.id).where(settled)).first() is None:
                return False
            intend_again(connection, file_id, now)
            connection.execute(update(raw_file).where(raw_file.c.id == file_id).values(**values))
            return True

    def list_unsettled(self, now: datetime, path: str | None = None) -> list[RawFile]:
        """Files (or versions of one) that wait for conditioning, oldest first, without those somebody is at work on."""
        of_path = true() if path is None else raw_file.c.path == path
        return self._list(and_(waiting(now), of_path))

    def list_due(self, now: datetime) -> list[RawFile]:
        """The same without those that an outage has postponed, or that failed just now."""
        is_due = or_(raw_file.c.claimed_until.is_(None), has_run_out(now))
        return self._list(and_(waiting(now), is_due))

    def _list(self, wanted: ColumnElement[bool]) -> list[RawFile]:
        query = select(raw_file).where(wanted).order_by(raw_file.c.landed_at, raw_file.c.path)
        with reading(self._engine) as connection:
            return [raw_file_of(row) for row in connection.execute(query)]

    def count_by_state(self) -> dict[str, int]:
        """How many file versions are in each state."""
        query = select(raw_file.c.state, func.count().label("files")).group_by(raw_file.c.state)
        with reading(self._engine) as connection:
            return {row.state: row.files for row in connection.execute(query)}

    def known_versions(self) -> set[tuple[str, str]]:
        """Every (path, etag) that the ledger has seen, but for those that need noting again if the lake holds them."""
        query = select(raw_file.c.path, raw_file.c.etag).where(~REVIVABLE, ~overtaken())
        with reading(self._engine) as connection:
            return {(path, etag) for path, etag in connection.execute(query)}


def _wait_again(connection: Connection, file_id: str, now: datetime, seen_at: str) -> None:
    """Have a known version that the lake holds wait, where it was taken for replaced or another one came since."""
    mine, values = raw_file.c.id == file_id, {"state": FileState.LANDED, "seen_at": seen_at, **NOTHING_YET}
    connection.execute(update(raw_file).where(mine, REVIVABLE).values(**values))
    if connection.execute(select(raw_file.c.id).where(mine, overtaken())).first():
        if not is_overtaken(connection, read(connection, file_id)):
            intend_again(connection, file_id, now)  # the later ones were refused, so its output stands
        connection.execute(update(raw_file).where(mine).values(**values, attempts=0))
    waits_behind = and_(raw_file.c.state == FileState.LANDED, made_later())
    connection.execute(update(raw_file).where(mine, waits_behind).values(seen_at=seen_at))
