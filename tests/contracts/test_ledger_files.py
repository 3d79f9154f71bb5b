"""The contract of the ledger of files: each version is taken by one, its content made once, its end told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.files import MAX_ATTEMPTS, FileState
from shared.ledger.files import LEASE, POSTPONED
from tests.contracts.books import START, at, condition, freeze, land, make


@pytest.fixture
def ledger(each_ledger):
    """The contract holds for both."""
    return each_ledger


def state_of(ledger, file):
    return ledger.reports.tell_file(file.id)["state"]


def test_a_version_that_is_noted_twice_is_one_file(ledger):
    first = land(ledger)
    again = land(ledger, minutes=5)

    assert first == again
    assert ledger.files.count_by_state() == {"landed": 1}


def test_another_etag_is_another_version(ledger):
    assert land(ledger).id != land(ledger, etag="e2").id


def test_noting_a_file_again_does_not_undo_what_became_of_it(ledger):
    condition(ledger)

    assert land(ledger, minutes=9).state is FileState.CONDITIONED


def test_a_file_is_claimed_by_one_alone(ledger):
    file = land(ledger)

    assert ledger.files.claim(file.id, at(0)).attempts == 1
    assert ledger.files.claim(file.id, at(1)) is None


def test_a_claim_whose_holder_died_is_free_when_its_lease_is_over(ledger):
    file = land(ledger)
    ledger.files.claim(file.id, START)

    assert ledger.files.claim(file.id, START + LEASE) is None
    assert ledger.files.claim(file.id, START + LEASE + timedelta(microseconds=1)).attempts == 2


def test_a_claim_that_is_renewed_outlasts_its_lease(ledger):
    file = land(ledger)
    mine = ledger.files.claim(file.id, START)
    ledger.files.renew(mine, START + LEASE / 2)

    assert ledger.files.claim(file.id, START + LEASE + timedelta(seconds=1)) is None
    assert ledger.files.claim(file.id, START + LEASE * 1.5 + timedelta(seconds=1)).attempts == 2


def test_a_claim_and_a_delay_from_when_a_clock_was_years_ahead_are_over_once_it_is_right(ledger):
    ahead = START + timedelta(days=4_000)
    killed, postponed = land(ledger, "events/a.csv"), land(ledger, "events/b.csv")
    ledger.files.claim(killed.id, ahead)
    ledger.files.postpone(ledger.files.claim(postponed.id, ahead), "the lake is away", ahead)

    assert [file.id for file in ledger.files.list_due(START)] == [killed.id, postponed.id]
    assert ledger.files.claim(killed.id, START).attempts == 2


def test_a_claim_of_a_host_whose_clock_is_some_minutes_ahead_is_its_own(ledger):
    file = land(ledger)
    ledger.files.claim(file.id, START + timedelta(minutes=20))

    assert ledger.files.claim(file.id, START) is None
    assert ledger.files.list_due(START) == []


def test_a_claim_that_another_has_taken_over_cannot_be_renewed(ledger):
    file = land(ledger)
    late = ledger.files.claim(file.id, START)
    ledger.files.claim(file.id, START + 2 * LEASE)
    ledger.files.renew(late, START + 9 * LEASE)

    assert ledger.files.claim(file.id, START + 4 * LEASE).attempts == 3


@pytest.mark.parametrize(
    "settle",
    [
        lambda ends, file: ends.settle_conditioned(file, make(file), START),
        lambda ends, file: ends.claim_content(file, "1" * 64) or ends.settle_duplicate(file, "1" * 64, file, START),
        lambda ends, file: ends.settle_quarantined(file, "1" * 64, "no header", START),
        lambda ends, file: ends.settle_superseded(file, START),
    ],
    ids=["conditioned", "duplicate", "quarantined", "superseded"],
)
def test_a_settled_file_is_claimed_by_nobody_also_when_it_is_settled_twice(ledger, settle):
    file = land(ledger)
    ledger.files.claim(file.id, START)
    settle(ledger.outcomes, file)
    once = ledger.reports.tell_file(file.id)
    settle(ledger.outcomes, file)

    assert ledger.reports.tell_file(file.id) == once
    assert FileState(once["state"]).is_settled
    assert ledger.files.claim(file.id, START + 2 * LEASE) is None
    assert ledger.files.list_unsettled(START + 2 * LEASE) == []


def test_a_file_given_back_is_tried_again_and_quarantined_after_its_last_attempt(ledger):
    file = land(ledger)
    seen = []
    for number in range(MAX_ATTEMPTS):
        mine = ledger.files.claim(file.id, at(2 * number))
        seen.append(ledger.files.release(mine, f"fault {number}", at(2 * number)).state)

    assert seen == [FileState.LANDED] * (MAX_ATTEMPTS - 1) + [FileState.QUARANTINED]
    assert ledger.reports.tell_file(file.id)["reason"] == f"fault {MAX_ATTEMPTS - 1}"
    assert ledger.files.claim(file.id, at(99)) is None


def test_between_faults_of_a_file_there_is_ever_more_time(ledger):
    file, now, waits = land(ledger), START, []
    for _ in range(MAX_ATTEMPTS - 1):
        ledger.files.release(ledger.files.claim(file.id, now), "no space left", now)
        waits.append(next(seconds for seconds in range(999) if is_due(ledger, file, now + timedelta(seconds=seconds))))
        now += timedelta(seconds=waits[-1])

    assert waits == [0, 11, 31, 91]


def test_a_file_that_failed_twice_is_left_alone_for_a_while_by_events_too_but_not_by_a_replay(ledger):
    file = land(ledger)
    for _ in range(2):
        ledger.files.release(ledger.files.claim(file.id, START), "no space left", START)

    assert ledger.files.claim(file.id, START) is None
    ledger.files.reopen(file.id, START)
    assert ledger.files.claim(file.id, START).attempts == 3


def is_due(ledger, file, now):
    """Whether the reconciler would take a file."""
    return file.id in [each.id for each in ledger.files.list_due(now)]


def test_a_release_by_one_whose_claim_another_has_taken_over_changes_nothing(ledger):
    file = land(ledger)
    for number in range(MAX_ATTEMPTS - 1):
        late = ledger.files.claim(file.id, START + 2 * number * LEASE)
    ledger.files.claim(file.id, at(99))

    assert ledger.files.release(late, "too late", at(99)).state is FileState.CONDITIONING


def test_an_outage_counts_as_no_attempt_and_keeps_the_reconciler_away_for_a_while_but_no_event(ledger):
    file = land(ledger)
    for number in range(2 * MAX_ATTEMPTS):
        claimed = ledger.files.claim(file.id, at(number))
        assert claimed.attempts == 1
        assert ledger.files.postpone(claimed, "the lake is away", at(number)).state is FileState.LANDED

    last = at(2 * MAX_ATTEMPTS - 1)
    assert ledger.reports.tell_file(file.id)["reason"] == "the lake is away"
    assert (ledger.files.list_due(last), len(ledger.files.list_unsettled(last))) == ([], 1)
    assert [each.id for each in ledger.files.list_due(last + POSTPONED + timedelta(microseconds=1))] == [file.id]


def test_deaths_before_an_outage_still_count_behind_it(ledger):
    file = land(ledger)
    for number in range(3):
        claimed = ledger.files.claim(file.id, START + 2 * number * LEASE)
    ledger.files.postpone(claimed, "the lake is away", at(9))

    assert ledger.files.claim(file.id, at(11)).attempts == 3


def test_a_release_that_comes_after_the_end_changes_nothing(ledger):
    file = condition(ledger)
    ledger.files.release(replace(file, attempts=1), "too late", at(5))

    assert state_of(ledger, file) == "conditioned"


def test_of_equal_contents_the_first_makes_the_output_and_the_others_wait_for_it(ledger):
    first, second = (land(ledger, f"events/{name}.csv") for name in "ab")
    for file in (first, second):
        ledger.files.claim(file.id, START)

    assert ledger.outcomes.claim_content(first, "1" * 64) is None
    assert ledger.outcomes.claim_content(second, "1" * 64).id == first.id
    assert ledger.outcomes.claim_content(first, "1" * 64) is None


def test_equal_contents_of_two_sources_are_two_outputs(ledger):
    condition(ledger, "events/a.csv")

    assert condition(ledger, "returns/a.csv")


@pytest.mark.parametrize("end", ["release", "settle_superseded"])
def test_a_copy_is_conditioned_after_all_when_its_original_comes_to_nothing(ledger, end):
    original, copy = (land(ledger, f"events/{name}.csv") for name in "ab")
    original, _ = (ledger.files.claim(file.id, START) for file in (original, copy))
    ledger.outcomes.claim_content(original, "1" * 64)
    ledger.outcomes.settle_duplicate(copy, "1" * 64, original, START)
    if end == "release":
        ledger.files.release(original, "a fault", START)
    else:
        ledger.outcomes.settle_superseded(original, START)

    assert copy.id in [file.id for file in ledger.files.list_unsettled(START)]
    ledger.files.claim(copy.id, START)
    assert ledger.outcomes.claim_content(copy, "1" * 64) is None


def test_a_copy_is_conditioned_after_all_when_a_newer_version_replaces_its_original(ledger):
    original = condition(ledger)
    copy = land(ledger, "events/copy.csv", minutes=1)
    ledger.outcomes.settle_duplicate(copy, "1" * 64, original, at(1))
    condition(ledger, etag="e2", content="2" * 64, minutes=2)

    assert state_of(ledger, copy) == "landed"
    ledger.files.claim(copy.id, at(3))
    assert ledger.outcomes.claim_content(copy, "1" * 64) is None


def test_a_copy_of_a_file_that_becomes_a_copy_itself_waits_for_its_new_original(ledger):
    first = condition(ledger)
    copy = land(ledger, "events/copy.csv", minutes=1)
    ledger.outcomes.settle_duplicate(copy, "1" * 64, first, at(1))
    ledger.files.reopen(first.id, at(2))
    second = condition(ledger, "events/second.csv", minutes=3)
    ledger.files.claim(first.id, at(4))
    ledger.outcomes.settle_duplicate(first, "1" * 64, second, at(4))

    assert (state_of(ledger, first), state_of(ledger, copy)) == ("duplicate", "landed")
    assert ledger.outcomes.claim_content(ledger.files.claim(copy.id, at(5)), "1" * 64).id == second.id


@pytest.mark.parametrize("end", ["settle_superseded", "postpone", "replaced"])
def test_a_file_is_no_copy_of_one_that_came_to_nothing_since_it_was_found(ledger, end):
    original, copy = (ledger.files.claim(land(ledger, f"events/{name}.csv").id, START) for name in "ab")
    ledger.outcomes.claim_content(original, "1" * 64)
    twin = ledger.outcomes.claim_content(copy, "1" * 64)
    if end == "postpone":
        ledger.files.postpone(original, "the lake is away", START)
    elif end == "replaced":
        ledger.outcomes.settle_conditioned(original, make(original), START)
        condition(ledger, etag="e2", content="2" * 64, minutes=2)
    else:
        ledger.outcomes.settle_superseded(original, START)

    assert ledger.outcomes.settle_duplicate(copy, "1" * 64, twin, START) is False
    assert state_of(ledger, copy) == "conditioning"
    assert ledger.outcomes.claim_content(copy, "1" * 64) is None


def test_a_version_that_a_host_whose_clock_is_behind_has_seen_is_newer_than_those_before_it(ledger):
    condition(ledger, minutes=60)
    condition(ledger, etag="e2", content="2" * 64, minutes=1)
    copy = land(ledger, "events/copy.csv", minutes=2)

    assert ledger.outcomes.claim_content(copy, "1" * 64) is None, "no output of these bytes stands any more"
    assert [file["etag"] for file in ledger.reports.list_files(source="events", state="conditioned", top=1)] == ["e2"]


def test_waiting_files_are_listed_oldest_first_without_those_that_somebody_is_at(ledger):
    late, early, busy = (land(ledger, f"events/{when}.csv", minutes=when) for when in (9, 3, 1))
    ledger.files.claim(busy.id, at(10))

    assert [file.id for file in ledger.files.list_unsettled(at(10))] == [early.id, late.id]
    assert busy.id in [file.id for file in ledger.files.list_unsettled(at(10) + 2 * LEASE)]


def test_what_was_made_is_noted_once_and_takes_the_etag_of_the_last_write(ledger):
    file = condition(ledger)
    ledger.outcomes.settle_conditioned(file, make(file, etag="c2"), at(1))
    told = ledger.reports.tell_file(file.id)

    assert told["conditioned"]["etag"] == "c2"
    assert ledger.reports.report_sources()[0]["rows_in"] == 10


def test_what_was_made_of_a_file_that_nobody_noted_is_an_error(ledger):
    file = land(ledger)
    stranger = type(file)(**{**vars(file), "id": "unknown"})

    with pytest.raises(Exception, match=r"(?i)foreign key"):
        ledger.outcomes.settle_conditioned(stranger, make(stranger), START)


def test_the_rows_of_a_source_add_up_with_copies_as_duplicates(ledger):
    original = condition(ledger)
    copy = land(ledger, "events/copy.csv")
    ledger.outcomes.settle_duplicate(copy, "1" * 64, original, START)
    refused = land(ledger, "events/bad.csv")
    ledger.outcomes.settle_quarantined(refused, None, "no header", START)
    (told,) = ledger.reports.report_sources()

    assert [told[f"files_{state}"] for state in ("conditioned", "duplicate", "quarantined", "landed")] == [1, 1, 1, 0]
    assert (told["rows_in"], told["rows_out"], told["rows_quarantined"], told["rows_duplicate"]) == (20, 7, 2, 11)
    assert told["last_date"] == "2026-11-09"


def test_rows_of_a_version_that_was_replaced_count_no_more(ledger):
    condition(ledger)
    (before,) = ledger.reports.report_sources()
    newest = land(ledger, etag="e2", minutes=2)
    made = replace(make(newest, rows=(3, 3, 0, 0)), last_date="2026-11-02")
    ledger.outcomes.settle_conditioned(newest, made, at(2))
    (after,) = ledger.reports.report_sources()

    assert (before["rows_in"], before["last_date"]) == (10, "2026-11-09")
    assert (after["rows_in"], after["last_date"], after["files"]) == (3, "2026-11-02", 2)


def test_files_are_listed_newest_first_by_source_and_state(ledger):
    for number, source in enumerate(("events", "returns", "events")):
        land(ledger, f"{source}/{number}.csv", minutes=number)
    paths = [file["path"] for file in ledger.reports.list_files(source="events", state="landed", top=9)]

    assert paths == ["events/2.csv", "events/0.csv"]
    assert len(ledger.reports.list_files(source=None, state=None, top=2)) == 2
    assert ledger.reports.list_files(source="none", state=None, top=9) == []
    assert ledger.reports.tell_file("none") is None


def test_a_dataset_holds_the_conditioned_versions_that_stand_in_the_lake(ledger):
    condition(ledger, "events/a.csv")
    condition(ledger, "returns/a.csv")
    gone = condition(ledger, "events/gone.csv", content="3" * 64)
    standing = {("events/a.csv.csv", "c1"), ("returns/a.csv.csv", "c1"), (f"{gone.path}.csv", "rewritten")}

    assert [member.path for member in ledger.datasets.list_members(["events"], standing)] == ["events/a.csv.csv"]


def test_of_two_versions_at_one_path_the_dataset_holds_the_later_one(ledger):
    condition(ledger)
    newer = condition(ledger, etag="e2", content="2" * 64, minutes=3)

    (member,) = ledger.datasets.list_members(["events"], {("events/a.csv.csv", "c1")})
    assert member.raw_file_id == newer.id


def test_a_frozen_dataset_is_read_as_it_was_frozen_the_first_time(ledger):
    dataset = freeze(ledger, condition(ledger))
    ledger.datasets.record_dataset(dataset, at(1))
    ledger.datasets.record_dataset(dataset, at(2))

    assert ledger.datasets.read_dataset(dataset.version) == dataset
    with pytest.raises(LookupError, match="no dataset version none"):
        ledger.datasets.read_dataset("none")
