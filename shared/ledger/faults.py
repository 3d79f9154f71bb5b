"""What a database's faults mean: which of them make the ledger unavailable, and what to do about each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine, event
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from shared.ports import LedgerUnavailable

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

BACKUP = "stop the host, keep a copy of the file, and restore a backup; `sqlite3 FILE .recover` saves what can be read"
PERMISSIONS = "check the permissions of the file and its folder"
REMEDIES = {
    sqlite3.SQLITE_BUSY: "another process holds it locked; try again, or find that process with `fuser FILE`",
    sqlite3.SQLITE_LOCKED: "another process holds it locked; try again, or find that process with `fuser FILE`",
    sqlite3.SQLITE_FULL: "free some space on its disk; nothing was written",
    sqlite3.SQLITE_IOERR: "check its disk, and the space left on it; nothing was written",
    sqlite3.SQLITE_PERM: PERMISSIONS,
    sqlite3.SQLITE_READONLY: PERMISSIONS,
    sqlite3.SQLITE_CANTOPEN: PERMISSIONS,
    sqlite3.SQLITE_CORRUPT: BACKUP,
    sqlite3.SQLITE_NOTADB: BACKUP,
}
"""SQLite's primary result codes, https://www.sqlite.org/rescode.html, that are no fault of our statements."""
SERVER = "check HEADRACE_LEDGER, and that its server runs and can be reached"
SERVER_REMEDIES = {
    "55P03": "another session holds a lock; try again, or find it in pg_stat_activity by pg_blocking_pids(pid)",
    "53100": "free some space on the server's disk; nothing was written",
    "53300": "end other programs' connections to the server, or raise its max_connections",
    "25006": "the server takes no writes, as a standby, or one whose disk is full; check it, and HEADRACE_LEDGER",
    "57014": "the server took too long, or somebody cancelled the statement; see what else it does; it is tried again",
    "25P03": "the connection was idle within a transaction, as if this machine had slept; try again",
}
"""PostgreSQL's codes, https://www.postgresql.org/docs/current/errcodes-appendix.html, with a remedy of their own."""


def name_faults(engine: Engine) -> None:
    """Have an engine raise LedgerUnavailable for what is no fault of a statement; the rest stays as it is."""
    where = engine.url.render_as_string(hide_password=True)

    @event.listens_for(engine, "handle_error")
    def _name(context: ExceptionContext) -> None:
        remedy = None if context.is_pre_ping else _find_remedy(context)  # a connection that is gone is made anew then
        if remedy is not None:
            raise unavailable(where, context.original_exception, remedy) from context.original_exception


@contextmanager
def naming_faults(where: str) -> Iterator[None]:
    """Name whatever goes wrong when the ledger is opened."""
    try:
        yield
    except sqlite3.Error as error:  # of what is set on a connection before SQLAlchemy has it
        raise unavailable(where, error, _remedy_of(error) or SERVER) from error
    except SQLAlchemyError as error:
        raise unavailable(where, error, SERVER) from error
    except ModuleNotFoundError as error:
        raise unavailable(where, error, f"install the driver {error.name}, or choose another one") from error
    except OSError as error:
        raise unavailable(where, error, PERMISSIONS) from error


def unavailable(where: str, error: BaseException, remedy: str) -> LedgerUnavailable:
    """The ledger's one line about a fault: where, what, what to do."""
    what = next(iter(str(error).splitlines()), "") or type(error).__name__
    return LedgerUnavailable(f"{where}: {what}: {remedy}")


def _find_remedy(context: ExceptionContext) -> str | None:
    error = context.original_exception
    if not isinstance(error, Exception):
        return None  # Ctrl-C and the like; the engine counts them as lost connections
    if isinstance(error, sqlite3.Error):
        return _remedy_of(error)
    code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if code in SERVER_REMEDIES:
        return SERVER_REMEDIES[code]
    lost = isinstance(context.sqlalchemy_exception, OperationalError | InterfaceError)
    return SERVER if lost or context.is_disconnect else None


def _remedy_of(error: sqlite3.Error) -> str | None:
    return REMEDIES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
