"""A PostgreSQL server for tests, which nobody reaches but by a socket in its folder, and empty ledgers on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from itertools import count

from sqlalchemy import NullPool, create_engine

from shared.ledger.book import Ledger


def find_programs() -> list[str] | None:
    """initdb and pg_ctl; None where they are missing."""
    # Debian's package leaves them in a folder of their version, off the path.
    path = os.pathsep.join([os.environ.get("PATH", ""), *sorted(glob("/usr/lib/postgresql/*/bin"))])
    found = [shutil.which("initdb", path=path), shutil.which("pg_ctl", path=path)]
    return None if None in found else [program for program in found if program]


@contextmanager
def running(programs: list[str]) -> Iterator[Iterator[str]]:
    """URLs of databases that hold an empty ledger each, until the block is left."""
    initdb, control = programs
    # It runs as nobody who may do everything.
    own = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    folder = tempfile.mkdtemp(prefix="headrace-pg-")
    if own:
        shutil.chown(folder, **own)
    options = f"-c listen_addresses='' -c fsync=off -k {folder}"

    def run(*command: str) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **own)  # type: ignore[call-overload]

    run(initdb, "-D", f"{folder}/data", "-A", "trust", "-U", "postgres")
    run(control, "-D", f"{folder}/data", "-o", options, "-l", f"{folder}/log", "-w", "start")
    try:
        yield _make_ledgers(f"postgresql+psycopg://postgres@/{{}}?host={folder}")
    finally:
        run(control, "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _make_ledgers(address: str) -> Iterator[str]:
    administration = create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def make(name: str) -> str:
        with administration.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return address.format(name.split()[0])

    Ledger(make("empty")).close()
    for number in count():
        yield make(f"ledger_{number} TEMPLATE empty")
