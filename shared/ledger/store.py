"""Opening the ledger, with migrations up to the version that this code needs, and transactions on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from shared.ledger.connections import is_on_file, make_engine, reading, watch_file
from shared.ledger.faults import naming_faults
from shared.ledger.tables import identity, turn
from shared.ports import LedgerUnavailable

MIGRATIONS = Path(__file__).with_name("migrations")
VERSION = "0005"


def open_database(url: str) -> Engine:
    """Connect to the ledger and bring it to this code's version; raises LedgerUnavailable."""
    with naming_faults("HEADRACE_LEDGER"):
        address = make_url(url)
    where = address.render_as_string(hide_password=True)
    with naming_faults(where):
        engine = make_engine(address)
        try:
            _migrate(engine, where)
            if is_on_file(address):
                watch_file(engine, Path(address.database or ""), where)
        except BaseException:
            engine.dispose()
            raise
    return engine


def read_identity(engine: Engine) -> str:
    """Which ledger this is, wherever it is moved to."""
    with reading(engine) as connection:
        return str(connection.execute(select(identity.c.name)).scalar_one())


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


def _migrate(engine: Engine, where: str) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))  # a migration may take its time
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
