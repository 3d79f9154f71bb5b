"""Lets one host at a time work on a task hub: whoever holds the lease file's lock; it falls with the process."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from pathlib import Path

LOG = logging.getLogger("embedded_host")
TRY_EVERY_SECONDS = 0.2
SAY_EVERY_SECONDS = 10.0


class LeaseNotGranted(Exception):
    """Another host works on the task hub."""


class Lease:
    """An exclusive lock beside the state file. SQLite's locks serve, since every platform has them."""

    def __init__(self, state: Path) -> None:
        self._path = state.with_name(state.name + "-lease")
        self._connection: sqlite3.Connection | None = None

    def acquire(self, wait: float | None) -> None:
        """Wait until no other host holds the lease, at most `wait` seconds (None: for ever).

        Raises LeaseNotGranted.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        begun = said = time.monotonic()
        while not self._try():
            now = time.monotonic()
            if wait is not None and now - begun >= wait:
                raise LeaseNotGranted(
                    f"Another host ({self._holder()}) works on this task hub. Stop it, or choose another --state."
                )
            if said == begun or now - said >= SAY_EVERY_SECONDS:
                LOG.warning("Waiting: another host (%s) works on this task hub.", self._holder())
                said = now
            time.sleep(TRY_EVERY_SECONDS)

    def _try(self) -> bool:
        connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            connection.close()
            return False
        self._connection = connection
        self._path.with_name(self._path.name + "-holder").write_text(f"process {os.getpid()}", encoding="utf-8")
        return True

    def _holder(self) -> str:
        try:
            return self._path.with_name(self._path.name + "-holder").read_text(encoding="utf-8")
        except OSError:
            return "unknown process"

    def release(self) -> None:
        """Let the next host in."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
