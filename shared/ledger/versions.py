"""Versions of raw files as rows: the conditions by which they are found, and what several entries do to them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, not_, or_, select, true, update

from shared.domain.files import MAX_ATTEMPTS, ConditionedFile, FileState, RawFile, RowCounts
from shared.ledger.store import insert_if_absent
from shared.ledger.tables import conditioned_file, output_intent, raw_file

REVIVABLE = and_(raw_file.c.state == FileState.SUPERSEDED, raw_file.c.attempts < MAX_ATTEMPTS)
"""Versions that were taken for replaced, and wait again where the lake holds them after all."""
MADE = (FileState.CONDITIONED, FileState.DUPLICATE, FileState.QUARANTINED)
CLOCKS_DIFFER = timedelta(hours=1)
"""So far apart the clocks of hosts may be, and no further."""
REPLACED = "the lake no longer holds this version"


def reland_copies(connection: Connection, originals: ColumnElement[bool]) -> None:
    """Let files that were passed over as copies of some others be conditioned themselves."""
    original_ids = select(raw_file.c.id).where(originals)
    copies = and_(raw_file.c.same_as.in_(original_ids), raw_file.c.state == FileState.DUPLICATE)
    connection.execute(update(raw_file).where(copies).values(state=FileState.LANDED, same_as=None, reason=None))


def overtaken() -> ColumnElement[bool]:
    """Versions of which something was made, and then of another one of their path: they are replaced, or back."""
    return and_(raw_file.c.state.in_(MADE), made_later())


def made_later() -> ColumnElement[bool]:
    """Versions behind which something was made of another one of their path."""
    newer = raw_file.alias()
    return exists().where(
        newer.c.path == raw_file.c.path, newer.c.seen_at > raw_file.c.seen_at, newer.c.state.in_(MADE)
    )


def next_moment(connection: Connection, path: str, now: datetime) -> str:
    """Now, or just behind the last version of the path: it may have been seen by a host whose clock is ahead."""
    last = connection.execute(select(func.max(raw_file.c.seen_at)).where(raw_file.c.path == path)).scalar()
    behind = datetime.fromisoformat(last) + timedelta(microseconds=1) if last else now
    return max(now, behind).isoformat()


def has_content(sha256: str) -> ColumnElement[bool]:
    """Files whose bytes are these, and that have their output or are about to make it."""
    newer = raw_file.alias()
    replaced = exists().where(
        newer.c.path == raw_file.c.path,
        newer.c.seen_at > raw_file.c.seen_at,
        newer.c.state == FileState.CONDITIONED,
    )
    made = [FileState.CONDITIONED, FileState.CONDITIONING]
    return and_(raw_file.c.sha256 == sha256, raw_file.c.state.in_(made), ~replaced)


def find_twin(connection: Connection, file: RawFile, sha256: str, *, name_counts: bool) -> RawFile | None:
    """The file of another path that has the output of these bytes, or is about to make it."""
    name = file.path.rsplit("/", 1)[-1]
    twins = select(raw_file).where(
        has_content(sha256),
        raw_file.c.source == file.source,
        raw_file.c.path != file.path,
        raw_file.c.path.endswith(f"/{name}", autoescape=True) if name_counts else true(),
    )
    twin = connection.execute(twins.order_by(raw_file.c.seen_at).limit(1)).first()
    return raw_file_of(twin) if twin else None


def is_overtaken(connection: Connection, file: RawFile) -> bool:
    """Whether a newer version of the file's path has an output, or is the copy of one that has."""
    newer, mine = raw_file.alias(), raw_file.alias()
    made_later = select(newer.c.id).where(
        mine.c.id == file.id, newer.c.path == mine.c.path, newer.c.seen_at > mine.c.seen_at,
        newer.c.state.in_([FileState.CONDITIONED, FileState.DUPLICATE]),
    )  # fmt: skip
    return connection.execute(made_later.limit(1)).first() is not None


def note_output(
    connection: Connection, file: RawFile, made: ConditionedFile, now: datetime, *, name_counts: bool
) -> None:
    """Note an output with its version. Copies of versions that it replaces are conditioned after all."""
    reland_copies(connection, other_versions(file))
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
        "name_counts": name_counts,
    }
    if not insert_if_absent(connection, conditioned_file, row):
        connection.execute(update(conditioned_file).where(conditioned_file.c.raw_file_id == file.id).values(**row))


def intend_again(connection: Connection, file_id: str, now: datetime) -> None:
    """Note what was made of a version as intended, under the version's own id; nothing where it has no output.

    So an output is known that stands until there is another, and nobody makes it of the same bytes, where the file is
    replaced or given up before.
    """
    mine = and_(raw_file.c.id == file_id, raw_file.c.state == FileState.CONDITIONED)
    noted = select(raw_file.c.path.label("raw_path"), raw_file.c.sha256.label("content"), conditioned_file).join(
        conditioned_file, conditioned_file.c.raw_file_id == raw_file.c.id
    )
    row = connection.execute(noted.where(mine)).first()
    if row is None:
        return
    counts = RowCounts(row.rows_in, row.rows_out, row.rows_quarantined, row.rows_duplicate)
    made = ConditionedFile(row.path, "", row.sha256, 0, counts, row.first_date, row.last_date, row.summary)
    intent = {
        "id": file_id,
        "raw_file_id": file_id,
        "path": row.raw_path,
        "content": row.content,
        "name_counts": row.name_counts,
        "made": asdict(made),
        "intended_at": now.isoformat(),
    }
    insert_if_absent(connection, output_intent, intent)


def void_outputs(connection: Connection, versions: ColumnElement[bool]) -> None:
    """Note that no output of some versions stands any more, so that copies of them are conditioned after all."""
    reland_copies(connection, versions)
    made = and_(versions, raw_file.c.state == FileState.CONDITIONED)
    connection.execute(update(raw_file).where(made).values(state=FileState.SUPERSEDED, reason=REPLACED))


def other_versions(file: RawFile) -> ColumnElement[bool]:
    """Versions of a file's path but for itself."""
    return and_(raw_file.c.path == file.path, raw_file.c.id != file.id)


def held(file: RawFile) -> ColumnElement[bool]:
    """The file while the claim on it is the one that its holder was given."""
    return and_(
        raw_file.c.id == file.id,
        raw_file.c.attempts == file.attempts,
        raw_file.c.state == FileState.CONDITIONING,
    )


def at_work(now: datetime) -> ColumnElement[bool]:
    """Versions whose holder lives, as far as its lease tells."""
    return and_(raw_file.c.state == FileState.CONDITIONING, not_(has_run_out(now)))


def waiting(now: datetime) -> ColumnElement[bool]:
    """Versions that nobody is at work on and nothing has become of."""
    left = and_(raw_file.c.state == FileState.CONDITIONING, has_run_out(now))
    return or_(raw_file.c.state == FileState.LANDED, left)


def backs_off(now: datetime) -> ColumnElement[bool]:
    """Versions that failed a moment ago, or an outage has met after that: what is wrong gets some time to pass."""
    delayed = and_(raw_file.c.claimed_until.is_not(None), not_(has_run_out(now)))
    return and_(raw_file.c.state == FileState.LANDED, raw_file.c.attempts > 0, delayed)


def has_run_out(now: datetime) -> ColumnElement[bool]:
    """Versions whose claim, or delay, is over, or lasts longer than any is given: a clock was wrong then."""
    until, latest = raw_file.c.claimed_until, now + CLOCKS_DIFFER
    return or_(until < now.isoformat(), until > latest.isoformat())


def settle(connection: Connection, file_id: str, state: FileState, now: datetime, **values: Any) -> None:
    """Note what became of a version, which ends the claim on it."""
    settled = {"state": state, "settled_at": now.isoformat(), "claimed_until": None, "reason": None, **values}
    connection.execute(update(raw_file).where(raw_file.c.id == file_id).values(**settled))


def read(connection: Connection, file_id: str) -> RawFile:
    """A version by its id, which the ledger knows."""
    return raw_file_of(connection.execute(select(raw_file).where(raw_file.c.id == file_id)).one())


def raw_file_of(row: Row[Any]) -> RawFile:
    """A row as the domain has it."""
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
