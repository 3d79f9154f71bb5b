"""A ledger on PostgreSQL, which has many writers at a time, as several hosts share it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from shared.ledger.book import Ledger
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
