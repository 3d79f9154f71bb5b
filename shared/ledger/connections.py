"""Connections to the ledger's database: how they are made, and how long anything waits for what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, QueuePool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.exc import TimeoutError as NoneFree

from shared.ledger.faults import name_faults
from shared.ports import LedgerUnavailable

WAIT_SECONDS = 30
"""So long a lock, a free connection or a server's answer is waited for."""
IDLE_SECONDS = 60
"""So long a transaction may do nothing; the server ends it then, or a host without power would hold locks for hours."""
STATEMENT_SECONDS = 300
"""So long a statement may take on a server: it took seconds with a million files, and others may wait for its locks."""
ALIVE = {
    "connect_timeout": WAIT_SECONDS,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 1000 * WAIT_SECONDS,
}
"""What libpq is told, so that a server that is gone is noticed, and routers on the way keep idle connections."""
LIBPQ = ("psycopg", "psycopg2")
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
REMOVED = "the file was removed while it was in use: put it back, or start anew to begin an empty one"
_READING = "headrace_reading"


def make_engine(address: URL) -> Engine:
    """An engine for the ledger, whose faults are named and whose waits all end."""
    engine = _make_file_engine(address) if is_on_file(address) else _make_other_engine(address)
    name_faults(engine)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    if engine.dialect.name == "postgresql":
        _prepare_postgresql(engine)
    return engine


def _make_file_engine(address: URL) -> Engine:
    Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
    waits = {"timeout": WAIT_SECONDS}
    return create_engine(address, poolclass=_Connections, pool_timeout=WAIT_SECONDS, connect_args=waits)


def _make_other_engine(address: URL) -> Engine:
    if address.get_backend_name() == "sqlite":
        return create_engine(address)
    given = ALIVE if address.get_driver_name() in LIBPQ else {}
    alive = {name: value for name, value in given.items() if name not in address.query}
    waits = {"poolclass": _Connections, "pool_timeout": WAIT_SECONDS, "pool_pre_ping": True}
    return create_engine(address, **waits, connect_args=alive)


class _Connections(QueuePool):
    """The connections of a process, of which each thread at work takes one."""

    def connect(self) -> PoolProxiedConnection:
        """One that is free; raises LedgerUnavailable where none gets free in time."""
        try:
            return super().connect()
        except NoneFree as error:
            raise LedgerUnavailable(
                f"the ledger's connections were all in use for {self.timeout():g} s: "
                "see whether another program holds a lock on it; it is tried again"
            ) from error


def is_on_file(address: URL) -> bool:
    """Whether the ledger is a file of this machine."""
    return address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")


def watch_file(engine: Engine, file: Path, where: str) -> None:
    """Have nobody go on with a file that was removed or replaced: what is written there is lost when it is closed."""

    @event.listens_for(engine, "do_connect")
    def _require_there(*_: Any) -> None:  # SQLite would make an empty one
        if not file.exists():
            raise LedgerUnavailable(f"{where}: {REMOVED}")

    @event.listens_for(engine, "connect")
    def _remember(_connection: Any, record: Any) -> None:
        record.info["file"] = _identify_file(file)

    @event.listens_for(engine, "checkout")
    def _require_same(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info.get("file") != _identify_file(file):
            raise DisconnectionError(f"{where} is another file by now")


def _identify_file(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def reading(engine: Engine) -> Connection:
    """A connection for queries alone, to be used in a `with`; it never waits for a writer."""
    return engine.connect().execution_options(**{_READING: True})


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we write BEGIN ourselves, below
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that turns from reading to writing midway would fail at once instead of waiting its turn.
        only_reads = connection.get_execution_options().get(_READING, False)
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _prepare_postgresql(engine: Engine) -> None:
    settings = {
        "lock_timeout": WAIT_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
        "statement_timeout": STATEMENT_SECONDS,
    }

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for name, seconds in settings.items():
            cursor.execute(f"SET {name} = {int(1000 * seconds)}")  # milliseconds
        cursor.close()
        connection.commit()
