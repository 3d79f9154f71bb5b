"""The contract of intents: noted before an output is written, ended by its outcome, found by whoever comes next."""

from __future__ import annotations

import pytest

from shared.domain.files import FileState, Finished
from shared.ledger.files import LEASE
from tests.contracts.books import START, at, condition, intend, land, make


@pytest.fixture
def ledger(each_ledger):
    """The contract holds for both."""
    return each_ledger


def open_ids(ledger, now, path=None):
    return [intent.id for intent, _ in ledger.intents.list_open(now, path)]


def test_an_intent_is_read_as_it_was_noted_and_found_once_its_holder_is_taken_for_dead(ledger):
    file = ledger.files.claim(land(ledger).id, START)
    intent = intend(ledger, file)

    assert ledger.intents.list_of(file) == [intent]
    assert open_ids(ledger, START + LEASE) == []
    assert ledger.intents.list_open(START + 2 * LEASE)[0] == (intent, START)
    assert open_ids(ledger, START + 2 * LEASE, "events/other.csv") == []


def test_an_outcome_ends_the_intents_of_its_version_and_no_others(ledger):
    older, newer = land(ledger), land(ledger, etag="e2", minutes=1)
    for file in (older, newer):
        intend(ledger, file)
    ledger.outcomes.settle_conditioned(newer, make(newer), at(2))

    assert ledger.intents.list_of(newer) == []
    assert len(ledger.intents.list_of(older)) == 1, "who intended it may be slow"


def test_nothing_older_is_intended_finished_or_settled_behind_a_newer_outcome(ledger):
    older = land(ledger)
    intent = intend(ledger, older)
    condition(ledger, etag="e2", minutes=1)

    assert intend(ledger, older) is None
    assert ledger.intents.finish(intent, make(older), at(2)) is Finished.OVERTAKEN
    assert ledger.outcomes.settle_conditioned(older, make(older), at(2)) is FileState.SUPERSEDED
    assert ledger.reports.tell_file(older.id)["conditioned"] is None
    assert [each.id for each in ledger.intents.list_of(older)] == [intent.id], "it is still to be taken away"


def test_a_refusal_does_not_keep_an_older_output_from_being_finished(ledger):
    older = land(ledger)
    intent = intend(ledger, older)
    ledger.outcomes.settle_quarantined(land(ledger, etag="e2", minutes=1), None, "it is damaged", at(1))

    assert ledger.intents.finish(intent, make(older), at(2)) is Finished.NOTED
    told = ledger.reports.tell_file(older.id)
    assert (told["state"], told["sha256"], told["conditioned"]["rows_in"]) == ("conditioned", "1" * 64, 10)


def test_a_version_that_was_refused_since_stays_so_when_its_output_is_finished(ledger):
    file = land(ledger)
    intent = intend(ledger, file)
    ledger.outcomes.settle_quarantined(file, None, "it is damaged", at(1))

    assert ledger.intents.finish(intent, make(file), at(2)) is Finished.NOTED
    told = ledger.reports.tell_file(file.id)
    assert (told["state"], told["reason"]) == ("quarantined", "it is damaged")
    assert ledger.reports.report_sources()[0]["files_on_older_output"] == 1


def test_an_output_of_bytes_that_another_path_has_is_not_noted(ledger):
    file = land(ledger)
    intent = intend(ledger, file)
    condition(ledger, "events/other.csv")

    assert ledger.intents.finish(intent, make(file), at(2)) is Finished.COPY
    assert ledger.reports.tell_file(file.id)["conditioned"] is None


def test_an_output_that_was_left_unwritten_is_not_noted_while_something_else_may_be_written_over_it(ledger):
    older, newer = land(ledger), land(ledger, etag="e2", minutes=1)
    other, mine = intend(ledger, older, sha256="b" * 64), intend(ledger, newer)

    assert ledger.outcomes.settle_conditioned(newer, make(newer), at(2), unwritten=mine) is None
    assert ledger.intents.list_of(newer) == [mine]
    ledger.intents.withdraw(other)
    assert ledger.outcomes.settle_conditioned(newer, make(newer), at(2), unwritten=mine) is FileState.CONDITIONED


def test_what_stands_no_more_counts_as_replaced_and_its_copies_are_conditioned_after_all(ledger):
    original = condition(ledger)
    copy = land(ledger, "events/copy.csv", minutes=1)
    ledger.outcomes.settle_duplicate(copy, "1" * 64, original, at(1))
    newer = land(ledger, etag="e2", minutes=2)
    ledger.intents.note_gone(newer)

    assert ledger.reports.tell_file(original.id)["state"] == "superseded"
    assert ledger.reports.tell_file(copy.id)["state"] == "landed"


def test_what_is_gone_is_not_noted_behind_a_newer_outcome(ledger):
    older = land(ledger)
    newer = condition(ledger, etag="e2", minutes=1)
    ledger.intents.note_gone(older)

    assert ledger.reports.tell_file(newer.id)["state"] == "conditioned"
