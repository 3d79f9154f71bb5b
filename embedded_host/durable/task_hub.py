"""The task hub in one SQLite file: histories, messages and statuses, each cycle's changes in one transaction."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded_host.durable.dotnet_json import dump
from embedded_host.durable.history import Event, parse_stamp
from embedded_host.durable.instances import Episode, Instance, Message, Status

LOG = logging.getLogger("embedded_host.task_hub")
FORMAT = "1"
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


class TaskHub:
    """The hub's writer and its readers. Writing is for one thread; reading is for any."""

    def __init__(self, path: Path | str, observe: Callable[[str, int], None] | None = None, flush: bool = True) -> None:
        """Open or create a state file. Without `flush` a crash of the machine may lose commits: for tests.

        `observe` is told of each commit: "before", "inside" (all statements made, not committed) and "after", with
        the commit's number. Raises TaskHubError.
        """
        self.path = Path(path)
        self._flush = flush
        self._observe = observe or (lambda stage, number: None)
        self._commits = 0
        self._begun = False
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._connection = self._open_writer()
        self._epoch = self._take_over()

    # --- opening -------------------------------------------------------------------------------------------------

    def _open_writer(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={'FULL' if self._flush else 'OFF'}")
            connection.execute("PRAGMA cache_size=-16000")
            self._prepare(connection)
        except (sqlite3.Error, OSError) as error:
            raise explain(error, self.path) from error
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise TaskHubError(_corrupt(self.path, found))
        known = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'meta'").fetchone()[0]
        if not known:
            connection.executescript(f"BEGIN IMMEDIATE;{SQL['schema']}COMMIT;")
            connection.execute(SQL["put_meta"], ("format", FORMAT))
        written = connection.execute(SQL["get_meta"], ("format",)).fetchone()
        if written is None or written[0] != FORMAT:
            told = written[0] if written else "none"
            raise TaskHubError(
                f"{self.path} is a task hub of format {told}; this host writes format {FORMAT}. "
                "Use the host version that wrote it, or another --state file."
            )

    def _take_over(self) -> str:
        """Begin a new epoch: whoever wrote before is fenced off from now on."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            last = self._connection.execute(SQL["get_meta"], ("epoch",)).fetchone()
            epoch = str(int(last[0]) + 1 if last else 1)
            self._connection.execute(SQL["put_meta"], ("epoch", epoch))
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise explain(error, self.path) from error
        return epoch

    def close(self) -> None:
        """Close all connections; what was not committed is dropped."""
        self._connection.close()
        for reader in self._readers:
            reader.close()

    # --- writing -------------------------------------------------------------------------------------------------

    def _write(self, statement: str, values: Iterable[Any]) -> sqlite3.Cursor:
        try:
            if not self._begun:
                self._connection.execute("BEGIN IMMEDIATE")
                self._begun = True
            return self._connection.execute(SQL[statement], tuple(values))
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def commit(self) -> bool:
        """Make all changes since the last commit durable, all or none; says whether there were any.

        Raises TaskHubFenced when another host took over, TaskHubError when the file cannot be written.
        """
        if not self._begun:
            return False
        self._commits += 1
        self._observe("before", self._commits)
        try:
            epoch = self._connection.execute(SQL["get_meta"], ("epoch",)).fetchone()
            if epoch is None or epoch[0] != self._epoch:
                self._connection.execute("ROLLBACK")
                raise TaskHubFenced(f"Another host has taken over {self.path}; this one stops without writing.")
            self._observe("inside", self._commits)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise explain(error, self.path) from error
        self._begun = False
        self._observe("after", self._commits)
        return True

    def put_instance(self, instance: Instance) -> None:
        """Write a whole instance row."""
        parent = dump(instance.parent) if instance.parent else None
        self._write(
            "put_instance",
            (
                instance.instance_id,
                False,
                instance.execution_id,
                instance.name,
                instance.version,
                instance.input_text,
                parent,
                instance.generation,
                instance.created_at,
                microseconds(instance.created_at),
                instance.continued,
                instance.status,
                instance.output,
                instance.custom_status,
                instance.updated_at or instance.created_at,
            ),
        )

    def put_entity(self, instance_id: str, state: str, exists: bool, created_at: str, updated_at: str) -> None:
        """Write an entity's row; `state` is the JSON of its input column."""
        custom_status = '{"entityExists":true}' if exists else '{"entityExists":false}'
        row = (instance_id, True, "", instance_id, None, state, None, None, created_at, microseconds(created_at))
        self._write("put_instance", (*row, False, Status.RUNNING, None, custom_status, updated_at))

    def update_status(self, instance: Instance) -> None:
        """Write what an episode may change of an instance."""
        values = (instance.status, instance.output, instance.custom_status, instance.updated_at, instance.instance_id)
        self._write("update_status", values)

    def append_episode(self, episode: Episode, number: int) -> None:
        """Write an episode's history and the inputs of the activities that it scheduled."""
        inputs = {task.task.task_id: task.task.input_text for task in episode.tasks}
        told = dump(inputs) if inputs else None
        self._write("append_history", (episode.instance.instance_id, number, episode.history_row, told, episode.at))

    def replace_history(self, instance_id: str, episode: int, row: str) -> None:
        self._write("replace_history", (row, instance_id, episode))

    def delete_history(self, instance_id: str) -> None:
        self._write("delete_history", (instance_id,))

    def delete_instance(self, instance_id: str) -> None:
        """Remove an instance with its history and messages."""
        for statement in ("delete_history", "delete_messages_of", "delete_instance"):
            self._write(statement, (instance_id,))

    def put_message(self, message: Message) -> int:
        """Store a message; gives its number."""
        stored = self._write("put_message", (message.instance_id, message.execution_id, dump(message.event)))
        assert stored.lastrowid is not None
        return stored.lastrowid

    def delete_message(self, message_id: int) -> None:
        self._write("delete_message", (message_id,))

    def write(self, statement: str, *values: Any) -> None:
        """Run a named statement of the SQL file in the current transaction (receipts, timer statuses, keys)."""
        self._write(statement, values)

    # --- reading -------------------------------------------------------------------------------------------------

    def read(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a named query on this thread's own read connection: committed state only."""
        return self._query(self._reader(), statement, values)

    def read_own(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a named query on the writer's connection: its open transaction included. For the writing thread."""
        return self._query(self._connection, statement, values)

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
        return _instance_row(rows[0]) if rows else None

    def find_own_instance(self, instance_id: str) -> InstanceRow | None:
        """An instance as the writing thread sees it."""
        rows = self.read_own("get_instance", instance_id)
        return _instance_row(rows[0]) if rows else None

    def list_instances(self, wanted: InstanceFilter) -> list[InstanceRow]:
        """Instances by id."""
        return [_instance_row(row) for row in self.read("list_instances", wanted.parameters())]

    def history_rows(self, instance_id: str) -> list[str]:
        """An instance's episodes, committed."""
        return [row[0] for row in self.read("history_rows", instance_id)]

    def own_history_rows(self, instance_id: str) -> list[str]:
        """An instance's episodes as the writing thread sees them."""
        return [row[0] for row in self.read_own("history_rows", instance_id)]

    def live_instances(self) -> Iterator[Instance]:
        """Instances that have not ended, oldest first."""
        for row in self.read_own("live_instances"):
            yield _instance_row(row).instance

    def stored_messages(self) -> Iterator[Message]:
        """Messages that no episode has taken, in order of arrival."""
        for message_id, instance_id, execution_id, event in self.read_own("messages"):
            yield Message(instance_id, json.loads(event), execution_id, message_id)


def _instance_row(row: tuple[Any, ...]) -> InstanceRow:
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
        return TaskHubError(_corrupt(path, told))
    return TaskHubError(f"{path} cannot be used as a state file: {told}.")


def _corrupt(path: Path, told: str) -> str:
    return (
        f"{path} is damaged or no task hub ({told}). The host does not touch it: restore a backup, try "
        f"`sqlite3 {path.name} .recover`, or start afresh with another --state file."
    )
