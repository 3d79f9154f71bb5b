"""Opening the ledger: the connection's settings, and migrations up to the version that this code needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, create_engine, event, inspect, select, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError, IntegrityError

from shared.ledger.faults import name_faults, naming_faults
from shared.ledger.tables import turn
from shared.ports import LedgerUnavailable

MIGRATIONS = Path(__file__).with_name("migrations")
VERSION = "0004"
WAIT_SECONDS = 30
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
REMOVED = "the file was removed while it was in use: put it back, or start anew to begin an empty one"
_READING = "headrace_reading"


def open_database(url: str) -> Engine:
    """Connect to the ledger and bring it to this code's version; raises LedgerUnavailable."""
    with naming_faults("HEADRACE_LEDGER"):
        address = make_url(url)
    where = address.render_as_string(hide_password=True)
    with naming_faults(where):
        engine = _make_engine(address)
        try:
            _migrate(engine, where)
            if _is_on_file(address):
                _watch_file(engine, Path(address.database or ""), where)
        except BaseException:
            engine.dispose()
            raise
    return engine


def _make_engine(address: URL) -> Engine:
    if _is_on_file(address):
        Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, **({"connect_args": {"timeout": WAIT_SECONDS}} if _is_on_file(address) else {}))
    name_faults(engine)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    return engine


def _is_on_file(address: URL) -> bool:
    return address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")


def _watch_file(engine: Engine, file: Path, where: str) -> None:
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


def begin_alone(engine: Engine) -> AbstractContextManager[Connection]:
    """A transaction beside which no other one of this kind runs: what it finds is still so when it ends.

    SQLite has one writer at a time anyway. Elsewhere each changes the one row of `turn` first, whose lock it keeps to
    its end; every database has that, and what is read behind it is what the one before has left (READ COMMITTED).
    """
    return engine.begin() if engine.dialect.name == "sqlite" else _alone(engine)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        if connection.execute(update(turn).values(taken=turn.c.taken + 1)).rowcount != 1:
            raise LedgerUnavailable("the ledger's table `turn` has not its one row: INSERT INTO turn VALUES (1, 0)")
        yield connection


def insert_if_absent(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless one with its key is there; tells whether it was inserted."""
    try:
        with connection.begin_nested():
            connection.execute(table.insert().values(**row))
    except IntegrityError:
        same = and_(*(column == row[column.name] for column in table.primary_key))
        if connection.execute(select(*table.primary_key).where(same)).first() is None:
            raise  # it is another rule that the row breaks
        return False
    return True


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


def _migrate(engine: Engine, where: str) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(4739)"))
        version = _version_of(connection)
        if version == VERSION:
            return
        if version is not None and version > VERSION:
            raise LedgerUnavailable(f"{where}: a newer Headrace wrote it (version {version}, here {VERSION}): update")
        _upgrade(connection)


def _version_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, VERSION)
