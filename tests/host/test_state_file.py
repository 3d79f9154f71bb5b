"""A state file that is locked, full, damaged or taken over: a clear error, and nothing acknowledged is lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from embedded_host.durable import task_hub_reader
from embedded_host.durable.dispatcher import Dispatcher
from embedded_host.durable.task_hub import TaskHub
from embedded_host.durable.task_hub_reader import TaskHubError, TaskHubFenced
from embedded_host.engine_thread import EngineThread


def test_a_damaged_file_is_refused_and_not_touched(tmp_path):
    state = tmp_path / "state.db"
    TaskHub(state).close()
    content = bytearray(state.read_bytes())
    content[0:100] = b"\0" * 100
    state.write_bytes(content)

    with pytest.raises(TaskHubError, match=r"damaged or no task hub .* restore a backup"):
        TaskHub(state)
    assert state.read_bytes() == content


def test_a_flipped_page_is_found_at_the_start(tmp_path):
    state = tmp_path / "state.db"
    hub = TaskHub(state)
    for number in range(300):
        hub.write("put_poison", "queue", f"message {number} " + "x" * 200, "now")
    hub.commit()
    hub.close()
    content = bytearray(state.read_bytes())
    for page in range(len(content) // 4096 // 2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    state.write_bytes(content)

    with pytest.raises(TaskHubError, match="damaged"):
        TaskHub(state)


def test_another_format_is_refused(tmp_path):
    state = tmp_path / "state.db"
    TaskHub(state).close()
    with sqlite3.connect(state) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    connection.close()

    with pytest.raises(TaskHubError, match=r"is a task hub of format 99; this host writes format 1"):
        TaskHub(state)


def test_some_other_database_is_refused(tmp_path):
    state = tmp_path / "state.db"
    with sqlite3.connect(state) as connection:
        connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
    connection.close()

    with pytest.raises(TaskHubError, match="is a task hub of format none"):
        TaskHub(state)


def test_a_locked_file_is_told_as_such_and_later_commits_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr("embedded_host.durable.task_hub.BUSY_SECONDS", 0.1)
    hub = TaskHub(tmp_path / "state.db")
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(TaskHubError, match="has been locked by another program"):
        hub.write("put_poison", "queue", "one", "now")
    other.execute("ROLLBACK")
    hub.write("put_poison", "queue", "two", "now")
    hub.commit()
    assert hub.read("poison_messages", "queue") == [("two",)]
    other.close()
    hub.close()


def test_a_full_disk_is_told_as_such_and_keeps_what_was_committed(tmp_path):
    state = tmp_path / "state.db"
    hub = TaskHub(state)
    hub.write("put_poison", "queue", "kept", "now")
    hub.commit()
    pages = hub._connection.execute("PRAGMA page_count").fetchone()[0]
    hub._connection.execute(f"PRAGMA max_page_count={pages + 4}")  # SQLite then fails as on a full disk

    with pytest.raises(TaskHubError, match=r"disk that holds .* is full"):
        for _ in range(100):
            hub.write("put_poison", "queue", "x" * 4000, "now")
        hub.commit()
    hub.close()
    again = TaskHub(state)
    assert again.read("poison_messages", "queue") == [("kept",)]
    again.close()


def test_a_host_that_was_taken_over_is_fenced_off(tmp_path):
    first = TaskHub(tmp_path / "state.db")
    second = TaskHub(tmp_path / "state.db")
    first.write("put_poison", "queue", "late", "now")

    with pytest.raises(TaskHubFenced, match="Another host has taken over"):
        first.commit()
    second.write("put_poison", "queue", "new", "now")
    second.commit()
    assert second.read("poison_messages", "queue") == [("new",)]
    first.close()
    second.close()


def test_a_failed_commit_stops_the_engine_and_answers_nobody(start_host, apps, monkeypatch):
    host = start_host(apps / "flows")
    failures = []
    engine = EngineThread(host.dispatcher, failures.append)
    monkeypatch.setattr(host.hub, "commit", fail_to_commit)
    promise = Dispatcher.submit(host.dispatcher, lambda: host.hub.write("put_poison", "queue", "lost", "now"))
    engine.start()

    with pytest.raises(TaskHubError, match="disk full"):
        promise.result(timeout=10)
    with pytest.raises(TaskHubError, match="disk full"):
        Dispatcher.submit(host.dispatcher, lambda: None).result(timeout=10)
    engine.stop(grace=0)
    assert host.hub.read("poison_messages", "queue") == []
    assert [str(failure) for failure in failures] == ["disk full"]


def fail_to_commit():
    raise TaskHubError("disk full")


def test_every_statement_of_the_sql_file_is_used():
    root = Path(task_hub_reader.__file__).parents[1]
    code = "\n".join(path.read_text() for path in root.rglob("*.py"))
    unused = [name for name in task_hub_reader.SQL if f'"{name}"' not in code and f"'{name}'" not in code]

    assert unused == []
