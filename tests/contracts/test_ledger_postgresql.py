"""A ledger on PostgreSQL, which has many writers at a time, as several hosts share it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import NullPool, create_engine, text

from shared.ledger import connections, store
from shared.ledger.book import Ledger
from shared.ledger.store import begin_alone, open_database
from shared.ports import LedgerUnavailable
from tests.contracts.books import START, land, make

HOSTS, ROUNDS = 4, 8


@pytest.fixture
def ledgers(databases):
    """The ledger as several hosts have it open."""
    url = next(databases)
    opened = [Ledger(url) for _ in range(HOSTS)]
    yield opened
    for each in opened:
        each.close()


def at_once(ledgers, act):
    """What each host gets that does something at the same instant."""
    barrier = Barrier(len(ledgers))

    def do(number):
        barrier.wait()
        return act(ledgers[number], number)

    with ThreadPoolExecutor(len(ledgers)) as threads:
        return list(threads.map(do, range(len(ledgers))))


def test_a_file_that_several_hosts_see_at_once_is_one_and_claimed_by_one(ledgers):
    for number in range(ROUNDS):
        files = at_once(ledgers, lambda ledger, _, path=f"events/claim-{number}.csv": land(ledger, path))
        claims = at_once(ledgers, lambda ledger, at, files=files: ledger.files.claim(files[at].id, START))

        assert len({file.id for file in files}) == 1
        assert sum(claim is not None for claim in claims) == 1


def test_versions_of_one_path_that_several_hosts_see_at_once_follow_each_other(ledgers):
    for number in range(ROUNDS):
        path = f"events/order-{number}.csv"
        land(ledgers[0], path, minutes=10)  # by a host whose clock is ahead
        files = at_once(ledgers, lambda ledger, at, path=path: land(ledger, path, etag=f"other {at}"))

        assert len({ledgers[0].reports.tell_file(file.id)["seen_at"] for file in files}) == HOSTS


def claim_it(files, content, ledger, at):
    return ledger.outcomes.claim_content(files[at], content)


def test_of_equal_files_that_several_hosts_condition_at_once_one_makes_the_output(ledgers):
    for number in range(ROUNDS):
        paths = [f"events/{number}-{at}.csv" for at in range(HOSTS)]
        files = [ledgers[0].files.claim(land(ledgers[0], path).id, START) for path in paths]
        twins = at_once(ledgers, partial(claim_it, files, f"content {number}"))

        assert sum(twin is None for twin in twins) == 1


def test_no_file_is_left_as_the_copy_of_one_that_comes_to_nothing_at_that_instant(ledgers):
    first, second = ledgers[:2]
    for number in range(ROUNDS):
        paths = [f"events/gone-{number}.csv", f"events/kept-{number}.csv"]
        gone, kept = (first.files.claim(land(first, path).id, START) for path in paths)
        first.outcomes.claim_content(gone, f"bytes {number}")
        twin = second.outcomes.claim_content(kept, f"bytes {number}")

        def end_or_copy(ledger, at, gone=gone, kept=kept, twin=twin, content=f"bytes {number}"):
            if at == 0:
                return ledger.outcomes.settle_superseded(gone, START)
            return ledger.outcomes.settle_duplicate(kept, content, twin, START)

        _, is_copy = at_once([first, second], end_or_copy)
        state = first.reports.tell_file(kept.id)["state"]
        assert state == ("landed" if is_copy else "conditioning")


def test_what_was_made_is_noted_and_told(ledgers):
    file = ledgers[0].files.claim(land(ledgers[0], "returns/a.csv").id, START)
    ledgers[0].outcomes.settle_conditioned(file, make(file), START)
    (told,) = (each for each in ledgers[1].reports.report_sources() if each["source"] == "returns")

    assert (told["files_conditioned"], told["rows_in"]) == (1, 10)


@pytest.fixture
def url(databases):
    """The address of an empty ledger."""
    return next(databases)


@pytest.fixture
def other(url):
    """A connection of another program to the ledger's database."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def open_ledger(url):
    """Opens the ledger, again if asked."""
    opened = []

    def open_it():
        opened.append(Ledger(url))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


def test_a_lock_that_another_session_keeps_is_waited_for_and_then_says_what_to_do(open_ledger, other, monkeypatch):
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.2)
    ledger = open_ledger()
    other.execute(text("BEGIN"))
    other.execute(text("UPDATE turn SET taken = taken"))
    with pytest.raises(LedgerUnavailable, match=r"lock timeout: another session holds a lock; .*pg_stat_activity"):
        land(ledger)
    assert ledger.files.count_by_state() == {}
    other.execute(text("ROLLBACK"))

    assert land(ledger).attempts == 0


def test_a_host_that_stops_amid_an_entry_does_not_keep_the_others_waiting(url, open_ledger, monkeypatch):
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.3)
    stopped, ledger = open_database(url), open_ledger()
    with pytest.raises(LedgerUnavailable), begin_alone(stopped) as connection:
        assert land(ledger).attempts == 0
        connection.execute(text("SELECT 1"))
    stopped.dispose()


def test_a_statement_that_takes_too_long_is_an_outage_but_no_migration_is(url, open_ledger, monkeypatch):
    monkeypatch.setattr(connections, "STATEMENT_SECONDS", 0.2)
    open_ledger()
    engine = open_database(url)
    with pytest.raises(LedgerUnavailable, match=r"statement timeout: the server took too long"), engine.begin() as slow:
        slow.execute(text("SELECT pg_sleep(20)"))
    engine.dispose()
    monkeypatch.setattr(store, "_upgrade", lambda connection: connection.execute(text("SELECT pg_sleep(0.5)")))
    monkeypatch.setattr(store, "_version_of", lambda _: None)
    open_ledger()


def test_a_server_that_takes_no_writes_is_an_outage(url, open_ledger, other):
    other.execute(text(f"ALTER DATABASE {other.engine.url.database} SET default_transaction_read_only = on"))
    ledger = open_ledger()
    with pytest.raises(LedgerUnavailable, match="read-only transaction: the server takes no writes"):
        land(ledger)


def test_connections_that_were_cut_while_they_were_idle_are_made_anew(open_ledger, other):
    ledger = open_ledger()
    land(ledger)
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
    assert other.execute(text(f"{cut} AND pid <> pg_backend_pid()")).scalar_one() > 0

    assert land(ledger, "events/b.csv").attempts == 0
