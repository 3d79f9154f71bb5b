"""Taking raw files in where a lake, a ledger, a source or a taker fails: each file comes in, or its reason is told."""

from __future__ import annotations

import itertools
import sqlite3
import time
from contextlib import suppress

import pytest

from conditioners import registry
from conditioners.drops import claimed_drop
from conditioners.drops.intake import condition_drop
from shared.adapters.folder_lake import FolderLake
from shared.domain.files import MAX_ATTEMPTS, identify_raw_file
from shared.domain.identities import quarantine_path
from shared.ledger.files import LEASE
from shared.ports import BlobChanged, LakeUnavailable, LedgerUnavailable
from tests.contracts.drops import (
    drop,
    find_wrong,
    output_of,
    read,
    reconcile,
    version,
)
from tests.contracts.taking import NEW, OLD, PATH, SIZES, Meddling, once

MOST_ENTRIES = 20


def test_a_file_that_ends_whoever_takes_it_is_quarantined_after_five_attempts(lake, ledger, take, clock):
    class OutOfMemory(BaseException):
        """The process is gone at once; nothing of it runs any more."""

    def end(container):
        raise OutOfMemory

    drop(lake, PATH, OLD)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(OutOfMemory):
            take(through=Meddling(lake, on_commit=end))
        clock.pass_by(seconds=LEASE.total_seconds() + 1)

    assert take() == "quarantined"
    assert b"gave up after 5 attempts: the process that" in read(lake, "quarantine", quarantine_path(PATH))
    assert "was killed" in version(ledger, lake, PATH)["reason"]
    reconcile(lake, ledger, clock)


def test_a_lake_that_takes_no_refusal_keeps_no_other_file_waiting(lake, ledger, clock, monkeypatch):
    def fail(container):
        raise LakeUnavailable("no space is left")

    monkeypatch.setattr(claimed_drop, "condition", lambda *_, **__: 1 / 0)
    drop(lake, PATH, OLD)
    for _ in range(MAX_ATTEMPTS):
        state = condition_drop(Meddling(lake, on_commit=fail), ledger, PATH, clock, raise_faults=False)
        clock.pass_by(minutes=2)

    assert state == "quarantined"
    assert version(ledger, lake, PATH)["reason"] == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize("outage", [LakeUnavailable, LedgerUnavailable])
def test_an_outage_uses_up_no_attempt_and_the_file_comes_in_by_itself_behind_it(lake, ledger, take, clock, outage):
    drop(lake, PATH, OLD)

    def fail(container):
        raise outage("the network is down")

    failing = Meddling(lake, on_commit=fail)
    for _ in range(2 * MAX_ATTEMPTS):
        with pytest.raises(outage):
            take(through=failing)
        assert condition_drop(failing, ledger, PATH, clock, raise_faults=False) == "landed"
    told = version(ledger, lake, PATH)

    assert (told["state"], told["attempts"]) == ("landed", 0)
    assert told["reason"] == f"{outage.__name__}: the network is down"
    reconcile(lake, ledger, clock)
    assert version(ledger, lake, PATH)["reason"] is None
    assert find_wrong(lake, ledger, SIZES) == []


def test_a_ledger_that_is_away_when_a_file_is_to_be_given_back_uses_up_no_attempt_either(
    lake, ledger, take, clock, tmp_path
):
    database, aside = tmp_path / "ledger.db", tmp_path / "aside.db"
    drop(lake, PATH, OLD)
    for _ in range(MAX_ATTEMPTS + 1):
        with pytest.raises(LedgerUnavailable):
            take(through=Meddling(lake, on_read=once(lambda: database.rename(aside))))
        aside.rename(database)
        clock.pass_by(seconds=LEASE.total_seconds() + 1)

    assert take() == "conditioned"
    assert find_wrong(lake, ledger, SIZES) == []


def test_an_answer_of_the_ledger_that_is_lost_costs_no_attempt_whichever_it_is(make_ledger, clock, tmp_path):
    for number in range(MOST_ENTRIES):
        lake, ledger = FolderLake(tmp_path / f"lake-{number}"), make_ledger(f"{number}.db")
        drop(lake, PATH, NEW)
        lost = lose_answer(ledger, number)
        for _ in range(2):  # an event that comes again as it was not taken
            with suppress(LedgerUnavailable):
                condition_drop(lake, ledger, PATH, clock)

        told = version(ledger, lake, PATH)
        assert (told["state"], told["attempts"]) == ("conditioned", 1), f"the answer to entry {number} was lost"
        assert find_wrong(lake, ledger, SIZES) == []
        if not lost:
            return
    raise AssertionError("there are more entries")


def lose_answer(ledger, number):
    """Have one entry be made whose answer does not arrive; gives a list that holds its number then."""
    dialect, left, lost = ledger._engine.dialect, itertools.count(), []
    commit = dialect.do_commit

    def commit_and_lose(connection):
        commit(connection)
        if next(left) == number:
            lost.append(number)
            error = sqlite3.OperationalError("the connection was cut")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

    dialect.do_commit = commit_and_lose
    return lost


def test_a_claim_that_was_never_entered_takes_no_other_ones_claim_away(make_ledger, lake, clock):
    ledger, other = make_ledger(), make_ledger()
    seen = drop(lake, PATH, OLD)
    file = ledger.files.record_landed(PATH, seen.etag, seen.size, seen.modified_at, clock())
    dialect = ledger._engine.dialect
    dialect.do_commit, commit = cut_off, dialect.do_commit
    with pytest.raises(LedgerUnavailable):
        ledger.files.claim(file.id, clock())
    dialect.do_commit = commit

    assert other.files.claim(file.id, clock()).attempts == 1
    assert ledger.files.claim(file.id, clock()) is None
    assert version(ledger, lake, PATH)["state"] == "conditioning"


def cut_off(_):
    error = sqlite3.OperationalError("the connection was cut")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    raise error


def test_a_source_that_fails_to_load_uses_up_no_attempt_of_any_file(lake, ledger, take, clock, monkeypatch):
    def fail():
        raise registry.SourcesUnavailable("conditioners/sources/other.py: SyntaxError: half written")

    drop(lake, PATH, OLD)
    monkeypatch.setattr(registry, "all_sources", fail)
    for _ in range(9):
        with pytest.raises(registry.SourcesUnavailable):
            take()
    told = version(ledger, lake, PATH)
    assert (told["state"], told["attempts"]) == ("landed", 0)
    assert told["reason"] == "SourcesUnavailable: conditioners/sources/other.py: SyntaxError: half written"
    monkeypatch.undo()
    reconcile(lake, ledger, clock)

    assert b"old" in output_of(lake, PATH)


def test_a_file_that_cannot_be_looked_at_waits_and_keeps_no_other_one_waiting(lake, ledger, clock):
    seen = drop(lake, PATH, OLD)
    ledger.files.record_landed(PATH, seen.etag, seen.size, seen.modified_at, clock())
    meddling = Meddling(lake)

    def fail(container, path):
        raise LakeUnavailable(f"{path} cannot be looked at")

    meddling.stat = fail

    assert condition_drop(meddling, ledger, PATH, clock, raise_faults=False) == "landed"
    assert "cannot be looked at" in version(ledger, lake, PATH)["reason"]
    assert ledger.files.list_due(clock()) == []
    reconcile(lake, ledger, clock)
    assert find_wrong(lake, ledger, SIZES) == []


def test_an_output_that_others_keep_writing_is_left_to_a_later_attempt(lake, ledger, take, clock):
    drop(lake, PATH, OLD)

    def contest(container):
        if container == "conditioned":
            with lake.open_write("conditioned", f"{PATH}.csv") as writer:
                writer.write(b"somebody else's")
                writer.commit()

    with pytest.raises(Exception, match="written by others"):
        take(through=Meddling(lake, on_commit=contest))
    assert version(ledger, lake, PATH)["state"] == "landed"
    assert take() == "conditioned"
    assert find_wrong(lake, ledger, SIZES) == []


def test_a_conflict_in_the_lake_is_never_taken_for_a_newer_version(lake, ledger, take):
    drop(lake, PATH, OLD)

    def conflict(container):
        if container == "conditioned":
            raise BlobChanged("so it seems")

    with pytest.raises(Exception, match="written by others"):
        take(through=Meddling(lake, on_commit=conflict))
    assert version(ledger, lake, PATH)["state"] == "landed"


def test_a_claim_lasts_for_as_long_as_the_work_does(lake, ledger, clock, monkeypatch):
    monkeypatch.setattr("conditioners.drops.claims.RENEW_EVERY", 0.01)
    drop(lake, PATH, OLD)
    others = []

    def work_on_past_the_lease():
        if not others:
            clock.pass_by(seconds=LEASE.total_seconds() * 3)
            file = identify_raw_file(PATH, lake.stat("raw", PATH).etag)
            wait_until(lambda: claimed_until(ledger, file) > clock().isoformat())
            others.append(ledger.files.claim(file, clock()))

    condition_drop(Meddling(lake, on_read=work_on_past_the_lease), ledger, PATH, clock)

    assert others == [None]
    assert version(ledger, lake, PATH)["state"] == "conditioned"


def claimed_until(ledger, file_id):
    return ledger.reports.tell_file(file_id)["claimed_until"]


def wait_until(is_so):
    for _ in range(500):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to be so")
