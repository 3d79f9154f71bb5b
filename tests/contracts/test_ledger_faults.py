"""What a ledger survives: several writers, a killed one, a database that is locked, full, damaged or of another age."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine

from shared.ledger import connections
from shared.ledger.book import Ledger
from shared.ledger.connections import reading
from shared.ledger.store import VERSION, open_database
from shared.ledger.tables import METADATA
from shared.ports import LedgerUnavailable
from tests.contracts.books import START, champions, condition, dump, land, publish
from tests.contracts.ledger_writers import ENTRIES, FILES, MODELS

ROOT = Path(__file__).resolve().parents[2]


def start_writer(*arguments):
    command = [sys.executable, "-m", "tests.contracts.ledger_writers", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told_by(writer):
    out, err = writer.communicate(timeout=120)
    assert writer.returncode == 0, err
    return json.loads(out)


def open_file(file):
    ledger = Ledger(f"sqlite:///{file}")
    ledger.close()


def test_processes_that_write_at_once_share_the_work_and_lose_nothing(make_ledger, tmp_path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    writers = [start_writer("race", url, who) for who in "ab"]
    while not all((tmp_path / f"start-{who}").exists() for who in "ab"):
        assert all(writer.poll() is None for writer in writers), [writer.communicate() for writer in writers]
    (tmp_path / "start").touch()
    told = [told_by(writer) for writer in writers]

    claimed = [path for one in told for path in one["claimed"]]
    assert sorted(claimed) == [f"events/{number:02d}.csv" for number in range(FILES)]
    assert [one["started"] for one in told].count(True) == 1
    ledger = make_ledger("new.db")
    assert len(champions(ledger)) == 2 * MODELS
    assert ledger.models.find_broken_link() is None


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A folder for each entry, with what a process left that was killed while it made it; and the numbers of kills."""
    folder = tmp_path_factory.mktemp("killed")
    return folder, told_by(start_writer("kill", folder))


@pytest.mark.parametrize("entry", list(ENTRIES))
def test_an_entry_of_a_killed_process_is_there_as_a_whole_or_not_at_all_and_may_be_made_again(entry, killed):
    folder, kills = killed[0] / entry, killed[1][entry]
    before, after = dump(folder / "before.db"), dump(folder / "after.db")

    assert kills >= 3
    assert before != after
    for number in range(kills):
        assert dump(folder / f"{number}.db") in (before, after)
        ledger = Ledger(f"sqlite:///{folder / f'{number}.db'}")
        ENTRIES[entry](ledger)
        ledger.close()
        assert dump(folder / f"{number}.db") == after


@pytest.mark.parametrize("statements", [1, 15, 30])
def test_migrations_that_were_cut_off_are_done_at_the_next_start(tmp_path, statements):
    left = [statements]

    def fail(*_):
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(KeyboardInterrupt):
            open_file(tmp_path / "ledger.db")
    finally:
        event.remove(Engine, "before_cursor_execute", fail)

    open_file(tmp_path / "ledger.db")
    assert find_differences(tmp_path / "ledger.db") == []


def test_the_migrations_make_the_tables_that_the_code_declares(empty_ledger):
    assert find_differences(empty_ledger) == []


def test_a_table_that_lacks_a_column_an_index_or_a_rule_is_noticed(make_ledger, tmp_path):
    make_ledger()
    change(tmp_path / "ledger.db", "DROP INDEX raw_file_by_state", "ALTER TABLE run DROP COLUMN progress")

    assert {difference[0] for difference in find_differences(tmp_path / "ledger.db")} == {"add_index", "add_column"}


def find_differences(file):
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == VERSION
            return compare_metadata(MigrationContext.configure(connection), METADATA)
    finally:
        engine.dispose()


def change(file, *statements):
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_locked_ledger_is_waited_for_and_then_says_what_to_do(make_ledger, tmp_path, monkeypatch):
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.2)
    ledger, other = make_ledger(), create_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with other.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable, match=r"ledger\.db: database is locked: another process holds it"):
            land(ledger)
        assert ledger.files.count_by_state() == {}
        connection.exec_driver_sql("ROLLBACK")
    other.dispose()

    assert land(ledger).attempts == 0


def test_connections_that_are_all_in_use_are_an_outage_and_no_fault_of_a_file(empty_ledger, monkeypatch):
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.2)
    engine = open_database(f"sqlite:///{empty_ledger}")
    with pytest.raises(LedgerUnavailable, match=r"all in use for 0\.2 s: .*it is tried again"), ExitStack() as threads:
        for _ in range(100):
            threads.enter_context(reading(engine))
    with reading(engine) as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def test_a_full_disk_is_told_and_leaves_the_ledger_as_it_was(make_ledger, tmp_path):
    condition(make_ledger())
    before = dump(tmp_path / "ledger.db")

    def allow_few_pages(connection, _):
        connection.execute("PRAGMA max_page_count = 45")

    event.listen(Engine, "connect", allow_few_pages)
    try:
        ledger = make_ledger()
        with pytest.raises(LedgerUnavailable, match="is full: free some space"):
            ledger.forecasts.record_published(publish(stores=[f"{store:05d}" for store in range(5_000)]), START)
    finally:
        event.remove(Engine, "connect", allow_few_pages)

    assert dump(tmp_path / "ledger.db") == before
    ledger.forecasts.record_published(publish(), START)


DAMAGES = {
    "is no database": lambda content: b"week;units\n" * 500,
    "is cut off": lambda content: content[: len(content) // 2],
    "has lost its first pages": lambda content: content[:4096] + bytes(3 * 4096) + content[4 * 4096 :],
    "has flipped bits": lambda content: content[:4096] + bytes(255 - byte for byte in content[4096:]),
}


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_a_ledger_that_is_damaged_is_refused_and_says_how_to_mend_it(empty_ledger, tmp_path, damage):
    file = tmp_path / "damaged.db"
    file.write_bytes(DAMAGES[damage](empty_ledger.read_bytes()))
    content = file.read_bytes()

    with pytest.raises(LedgerUnavailable, match=r"damaged\.db: .*(not a database|malformed).*restore a backup"):
        open_file(file)
    assert file.read_bytes() == content


def test_damage_that_shows_only_later_is_named_then(make_ledger, tmp_path):
    ledger, file = make_ledger(), tmp_path / "ledger.db"
    condition(ledger)
    ledger.close()
    page = read_one(file, "SELECT rootpage FROM sqlite_master WHERE name = 'conditioned_file'")
    content = bytearray(file.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    file.write_bytes(content)

    with pytest.raises(LedgerUnavailable, match=r"malformed: .*restore a backup"):
        make_ledger().reports.report_sources()


def read_one(file, query):
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        value = connection.execute(text(query)).scalar_one()
    engine.dispose()
    return value


def test_a_ledger_whose_file_is_removed_takes_nothing_until_it_is_back(make_ledger, tmp_path):
    ledger, file = make_ledger(), tmp_path / "ledger.db"
    land(ledger, "events/a.csv")
    file.rename(tmp_path / "away.db")
    for _ in range(2):
        with pytest.raises(LedgerUnavailable, match="the file was removed while it was in use: put it back"):
            land(ledger, "events/b.csv")
    assert not file.exists()

    (tmp_path / "away.db").rename(file)
    land(ledger, "events/b.csv")
    assert list_paths(ledger) == ["events/a.csv", "events/b.csv"]


def test_a_ledger_whose_file_is_replaced_goes_on_with_the_new_one(make_ledger, tmp_path):
    ledger, file = make_ledger(), tmp_path / "ledger.db"
    land(ledger, "events/a.csv")
    make_ledger("backup.db").close()
    (tmp_path / "backup.db").replace(file)
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)

    land(ledger, "events/b.csv")
    assert list_paths(make_ledger()) == ["events/b.csv"]


def list_paths(ledger):
    return [told["path"] for told in ledger.reports.list_files(source=None, state=None, top=9)]


def test_a_log_that_was_cut_off_costs_the_last_entries_and_nothing_else(make_ledger, tmp_path):
    ledger = make_ledger()
    for number in range(20):
        land(ledger, f"events/{number:02d}.csv", minutes=number)
    log = (tmp_path / "ledger.db-wal").read_bytes()
    (tmp_path / "cut.db").write_bytes((tmp_path / "ledger.db").read_bytes())
    (tmp_path / "cut.db-wal").write_bytes(log[: len(log) * 2 // 3])
    found = make_ledger("cut.db").files.known_versions()

    assert 0 < len(found) < 20
    assert found == {(f"events/{number:02d}.csv", "e1") for number in range(len(found))}


def test_a_ledger_of_a_newer_headrace_is_left_alone(empty_ledger, tmp_path):
    file = tmp_path / "newer.db"
    file.write_bytes(empty_ledger.read_bytes())
    change(file, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(LedgerUnavailable, match=r"newer Headrace wrote it \(version 9999, here \d+\): update"):
        open_file(file)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("no address at all", "HEADRACE_LEDGER: Could not parse"),
        ("sqlite:////dev/null/ledger.db", "check the permissions"),
        ("sqlite:///{folder}", "unable to open database file: check the permissions"),
        ("nonsense://me:s3cret@host/ledger", "Can't load plugin.*check HEADRACE_LEDGER"),
        ("mysql+pymysql://me:s3cret@host/ledger", "install the driver pymysql"),
        ("postgresql+psycopg://me:s3cret@127.0.0.1:1/ledger", "check HEADRACE_LEDGER, and that its server runs"),
    ],
)
def test_an_address_that_leads_to_no_ledger_says_what_to_do_in_one_line_without_the_password(url, said, tmp_path):
    with pytest.raises(LedgerUnavailable, match=said) as refused:
        Ledger(url.format(folder=tmp_path))

    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)
