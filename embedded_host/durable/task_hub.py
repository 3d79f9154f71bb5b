"""The task hub in one SQLite file: histories, messages and statuses, each cycle's changes in one transaction."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from embedded_host.durable.dotnet_json import dump, is_storable
from embedded_host.durable.instances import Episode, Instance, Message, Status
from embedded_host.durable.task_hub_reader import (
    BUSY_SECONDS,
    SQL,
    InstanceRow,
    TaskHubError,
    TaskHubFenced,
    TaskHubReader,
    corruption,
    explain,
    instance_row,
    microseconds,
)

LOG = logging.getLogger("embedded_host.task_hub")
FORMAT = "1"


class TaskHub(TaskHubReader):
    """The hub's writer, and its readers. Writing is for one thread."""

    def __init__(self, path: Path | str, observe: Callable[[str, int], None] | None = None, flush: bool = True) -> None:
        """Open or create a state file. Without `flush` a crash of the machine may lose commits: for tests.

        `observe` is told of each commit: "before", "inside" (all statements made, not committed) and "after", with
        the commit's number. Raises TaskHubError.
        """
        super().__init__(path)
        self._flush = flush
        self._observe = observe or (lambda stage, number: None)
        self._commits = 0
        self._begun = False
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
            raise TaskHubError(corruption(self.path, found))
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
        super().close()

    # --- writing -------------------------------------------------------------------------------------------------

    def _write(self, statement: str, values: Iterable[Any]) -> sqlite3.Cursor:
        try:
            if not self._begun:
                self._connection.execute("BEGIN IMMEDIATE")
                self._begun = True
            return self._connection.execute(SQL[statement], tuple(map(_storable, values)))
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
        """Write another row in place of an episode's, as a rewind does."""
        self._write("replace_history", (row, instance_id, episode))

    def delete_history(self, instance_id: str) -> None:
        """Remove all of an instance's episodes."""
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

    # --- reading what is not committed yet: for the writing thread ------------------------------------------------

    def read_own(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a named query on the writer's connection: its open transaction included. For the writing thread."""
        return self._query(self._connection, statement, values)

    def find_own_instance(self, instance_id: str) -> InstanceRow | None:
        """An instance as the writing thread sees it."""
        rows = self.read_own("get_instance", instance_id)
        return instance_row(rows[0]) if rows else None

    def own_history_rows(self, instance_id: str) -> list[str]:
        """An instance's episodes as the writing thread sees them."""
        return [row[0] for row in self.read_own("history_rows", instance_id)]

    def live_instances(self) -> Iterator[Instance]:
        """Instances that have not ended, oldest first."""
        for row in self.read_own("live_instances"):
            yield instance_row(row).instance

    def stored_messages(self) -> Iterator[Message]:
        """Messages that no episode has taken, in order of arrival."""
        for message_id, instance_id, execution_id, event in self.read_own("messages"):
            yield Message(instance_id, json.loads(event), execution_id, message_id)


def _storable(value: Any) -> Any:
    """A value that SQLite takes: of text that is no valid Unicode the odd characters become question marks."""
    if isinstance(value, str) and not value.isascii() and not is_storable(value):
        return value.encode("utf-8", "replace").decode()
    return value
