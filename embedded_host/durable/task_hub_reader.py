"""Reading a state file: instances, histories and messages, as last committed."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded_host.durable.history import Event, parse_stamp
from embedded_host.durable.instances import Instance, Status

BUSY_SECONDS = 30.0


class TaskHubError(Exception):
    """The state file cannot be used; the message says why, and what to do. Nothing acknowledged is lost."""


class TaskHubFenced(TaskHubError):
    """Another host has taken this task hub over; this one has to stop."""


@dataclass(frozen=True)
class InstanceRow:
    """An instance as a reader sees it."""

    instance: Instance
    is_entity: bool


@dataclass(frozen=True)
class InstanceFilter:
    """Which instances to list; times in microseconds since 1970, both ends included."""

    after: str = ""
    prefix: str = ""
    created_from: int | None = None
    created_to: int | None = None
    statuses: frozenset[str] | None = None
    top: int = 100

    def parameters(self) -> dict[str, Any]:
        """Those of the statements that list instances; None for what does not matter."""
        statuses = None if self.statuses is None else f",{','.join(sorted(self.statuses))},"
        return {
            "after": self.after,
            "prefix": self.prefix,
            "created_from": self.created_from,
            "created_to": self.created_to,
            "statuses": statuses,
            "top": self.top,
        }


def load_statements() -> dict[str, str]:
    """The named parts of the SQL file."""
    parts: dict[str, list[str]] = {}
    name = ""
    for line in Path(__file__).with_name("task_hub.sql").read_text(encoding="utf-8").splitlines():
        if line.startswith("-- :"):
            name = line[4:].strip()
        elif name:
            parts.setdefault(name, []).append(line)
    return {name: "\n".join(lines).strip() for name, lines in parts.items()}


SQL = load_statements()


def microseconds(stamp: str) -> int:
    """A history timestamp as microseconds since 1970."""
    return round(parse_stamp(stamp).timestamp() * 1_000_000)


class TaskHubReader:
    """Reads a state file: committed state only, from any thread, without changing anything."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []

    def close(self) -> None:
        """Close all connections."""
        for reader in self._readers:
            reader.close()

    def read(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a named query on this thread's own read connection: committed state only."""
        return self._query(self._reader(), statement, values)

    def _query(self, connection: sqlite3.Connection, statement: str, values: Any) -> list[tuple[Any, ...]]:
        try:
            if len(values) == 1 and isinstance(values[0], dict):
                return connection.execute(SQL[statement], values[0]).fetchall()
            return connection.execute(SQL[statement], values).fetchall()
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def _reader(self) -> sqlite3.Connection:
        if not hasattr(self._local, "reader"):
            reader = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=ro",
                uri=True,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            self._local.reader = reader
            self._readers.append(reader)
        connection: sqlite3.Connection = self._local.reader
        return connection

    def find_instance(self, instance_id: str) -> InstanceRow | None:
        """An instance as last committed."""
        rows = self.read("get_instance", instance_id)
        return instance_row(rows[0]) if rows else None

    def list_instances(self, wanted: InstanceFilter) -> list[InstanceRow]:
        """Instances by id."""
        return [instance_row(row) for row in self.read("list_instances", wanted.parameters())]

    def history_rows(self, instance_id: str) -> list[str]:
        """An instance's episodes, committed."""
        return [row[0] for row in self.read("history_rows", instance_id)]


def instance_row(row: tuple[Any, ...]) -> InstanceRow:
    """An instance from a row of the statements that read some."""
    (instance_id, is_entity, execution_id, name, version, input_text, parent, generation, created_at, continued) = row[
        :10
    ]
    status, output, custom_status, updated_at, last_episode, last_at = row[10:]
    instance = Instance(
        instance_id=instance_id,
        execution_id=execution_id,
        name=name,
        version=version,
        input_text=input_text,
        parent=json.loads(parent) if parent else None,
        generation=generation,
        created_at=created_at,
        status=Status(status),
        output=output,
        custom_status=custom_status,
        updated_at=_later(updated_at, last_at),
        episodes=0 if last_episode is None else last_episode + 1,
        continued=bool(continued),
    )
    return InstanceRow(instance, bool(is_entity))


def _later(one: str, other: str | None) -> str:
    if other is None or other == one:
        return one
    return max(one, other, key=parse_stamp)


def events_of(rows: Iterable[str]) -> list[Event]:
    """The events of history rows."""
    events: list[Event] = json.loads(f"[{','.join(rows)}]")
    return events


def explain(error: sqlite3.Error | OSError, path: Path) -> TaskHubError:
    """What a failure of the state file means for whoever runs the host."""
    told = str(error)
    if "locked" in told or "busy" in told:
        return TaskHubError(
            f"{path} has been locked by another program for {BUSY_SECONDS:.0f} s. Close whatever has it open "
            "(a database browser, a backup) and start the host again; nothing acknowledged is lost."
        )
    if "full" in told or getattr(error, "errno", None) == 28:
        return TaskHubError(
            f"The disk that holds {path} is full. Free some space and start the host again; nothing acknowledged "
            "is lost."
        )
    if "malformed" in told or "not a database" in told or "corrupt" in told:
        return TaskHubError(corruption(path, told))
    return TaskHubError(f"{path} cannot be used as a state file: {told}.")


def corruption(path: Path, told: str) -> str:
    """What to do about a state file that cannot be read; `told` is what SQLite says."""
    return (
        f"{path} is damaged or no task hub ({told}). The host does not touch it: restore a backup, try "
        f"`sqlite3 {path.name} .recover`, or start afresh with another --state file."
    )
