"""Outputs of those who die, or are slow, between what they write: finished by whoever comes next, or withdrawn."""

from __future__ import annotations

import csv
import io

import pytest

from conditioners.drops.claimed_drop import STILL_IN_USE
from conditioners.drops.intake import condition_drop
from conditioners.drops.leftovers import finish_all
from conditioners.drops.places import header_text
from conditioners.drops.refusals import is_refusal
from conditioners.drops.releases import replay_file
from shared.adapters.folder_lake import FolderLake
from shared.domain.blob_names import STAGED
from shared.domain.files import MAX_ATTEMPTS, FileState
from shared.domain.identities import conditioned_path, quarantine_path
from shared.ledger.book import Ledger
from shared.ledger.files import LEASE
from shared.ports import LakeUnavailable
from tests.contracts.drops import DAMAGED, calendar, drop, output_of, read, reconcile, version
from tests.contracts.killed_taker import die_before
from tests.contracts.test_intake import Meddling, once, once_in
from tests.contracts.test_intake_crashes import Doom, DoomedLake, DoomedLedger, _Killed

PATH, COPY, LATER = "events/a.csv", "events/b.csv", "events/c.csv"
A_DAY_AFTER_ALL = {"days": 36_500}
"""More than WITHDRAWN_AFTER later, also than files were staged, whose time is the machine's and not the clock's."""
OLD, NEW, OTHER = calendar("old", bad=1), calendar("new", "newer", bad=2), calendar("other")


@pytest.fixture
def ledger(each_ledger):
    """All of it holds for both."""
    return each_ledger


def rejected_rows(lake, path):
    """The rows that stand in quarantine of a path, without a refusal above them."""
    text = (read(lake, "quarantine", quarantine_path(path)) or b"").decode()
    return [row for row in list(csv.reader(io.StringIO(text)))[1:] if not is_refusal(row)]


def find_untold(lake, ledger):
    """Outputs in the lake that are in no dataset or not as the ledger has them, and members that have no output."""
    standing = {(blob.path, blob.etag): blob for blob in lake.list("conditioned")}
    members = {member.path: member for member in ledger.datasets.list_members(["events"], standing)}
    wrong = [f"{path} is in no dataset" for path, _ in standing if path not in members]
    for path, member in members.items():
        made = ledger.reports.tell_file(member.raw_file_id)["conditioned"]
        raw_path = path.removesuffix(".csv")
        if len(output_of(lake, raw_path).splitlines()) != made["rows_out"] + 1:
            wrong.append(f"{path} is not what the ledger has")
        if len(rejected_rows(lake, raw_path)) != made["rows_quarantined"]:
            wrong.append(f"{path} has {len(rejected_rows(lake, raw_path))} rejected rows, not those of its output")
    copies = ledger.reports.list_files(source="events", state=FileState.DUPLICATE, top=100)
    for copy in copies:
        original = ledger.reports.tell_file(copy["same_as"])
        if conditioned_path(original["path"]) not in members or original["state"] != FileState.CONDITIONED:
            wrong.append(f"{copy['path']} is a copy of what has no output")
    wrong += [f"{blob.path} is left" for blob in lake.list("quarantine", STAGED)]
    return wrong + [f"{state}" for state in ledger.files.count_by_state() if not FileState(state).is_settled]


def take(lake, ledger, clock, path, content):
    drop(lake, path, content)
    return condition_drop(lake, ledger, path, clock)


@pytest.mark.parametrize("end", [DAMAGED, None])
def test_an_output_whose_maker_was_killed_before_its_entry_is_in_use_when_the_newer_version_is_refused(
    folder_lake, ledger_url, clock, end
):
    ledger = Ledger(ledger_url)
    take(folder_lake, ledger, clock, PATH, OLD)
    take(folder_lake, ledger, clock, COPY, OLD)
    drop(folder_lake, PATH, NEW)
    die_before("entry", folder_lake._root, ledger_url, PATH, clock())
    assert b"newer" in output_of(folder_lake, PATH)
    if end is None:
        folder_lake.delete("raw", PATH)
    else:
        drop(folder_lake, PATH, end)
    reconcile(folder_lake, ledger, clock)

    assert b"newer" in output_of(folder_lake, PATH)
    assert find_untold(folder_lake, ledger) == []
    assert b"old" in output_of(folder_lake, COPY), "its original has another output now"
    if end is not None:
        assert version(ledger, folder_lake, PATH)["reason"].endswith(STILL_IN_USE)
        assert STILL_IN_USE.encode() in read(folder_lake, "quarantine", quarantine_path(PATH)).splitlines()[1]
    ledger.close()


def test_an_output_that_was_intended_and_never_written_leaves_the_older_one_in_use(folder_lake, ledger_url, clock):
    ledger = Ledger(ledger_url)
    take(folder_lake, ledger, clock, PATH, OLD)
    drop(folder_lake, PATH, NEW)
    die_before("output", folder_lake._root, ledger_url, PATH, clock())
    drop(folder_lake, PATH, DAMAGED)
    reconcile(folder_lake, ledger, clock)

    assert b"old" in output_of(folder_lake, PATH) and len(rejected_rows(folder_lake, PATH)) == 1
    assert len(ledger.intents.list_open(clock())) == 1, "who intended it may be slow"
    clock.pass_by(**A_DAY_AFTER_ALL)
    finish_all(folder_lake, ledger, clock)
    assert ledger.intents.list_open(clock()) == []
    assert find_untold(folder_lake, ledger) == []
    ledger.close()


STORIES = {
    "an output of other rows": [(PATH, OLD), (COPY, OLD), (PATH, NEW), (PATH, DAMAGED)],
    "an output without rejected rows": [(PATH, OLD), (COPY, OLD), (PATH, OTHER), (PATH, DAMAGED)],
    "the first output of its path": [(PATH, NEW), (PATH, DAMAGED)],
    "a copy of another": [(PATH, OLD), (COPY, OLD), (LATER, OTHER), (PATH, OTHER), (PATH, DAMAGED)],
    "the same output of other bytes": [(PATH, OLD), (PATH, OLD.replace(b"99/99", b"88/88")), (PATH, DAMAGED)],
    "a refusal, then an output": [(PATH, OLD), (PATH, DAMAGED), (PATH, NEW), (PATH, DAMAGED + b"again")],
}


def live_through(story, lake, ledger, clock, doom, *, is_seen):
    """Drop after drop; the process that reaches its doom leaves the rest to the one who sees the next drop, or all."""
    doomed, alive = (DoomedLake(lake, doom), DoomedLedger(ledger, doom)), True
    for path, content in story:
        drop(lake, path, content)
        try:
            if alive:
                condition_drop(*doomed, path, clock)
            elif is_seen:
                condition_drop(lake, ledger, path, clock)
        except _Killed:
            alive = False
    reconcile(lake, ledger, clock)


@pytest.mark.parametrize("story", list(STORIES))
def test_wherever_its_maker_dies_an_output_that_stands_is_told_with_all_its_rows(story, tmp_path, make_ledger, clock):
    survey = Doom()
    live_through(STORIES[story], FolderLake(tmp_path / "whole"), make_ledger("whole.db"), clock, survey, is_seen=True)
    assert survey.reached >= 12
    for point in range(survey.reached):
        lake, ledger = FolderLake(tmp_path / f"lake-{point}"), make_ledger(f"{point}.db")
        live_through(STORIES[story], lake, ledger, clock, Doom(point), is_seen=point % 2 == 0)
        clock.pass_by(**A_DAY_AFTER_ALL)
        finish_all(lake, ledger, clock)

        assert find_untold(lake, ledger) == [], f"killed at point {point} of {survey.reached}"
        assert ledger.intents.list_open(clock()) == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_refusal_that_comes_between_an_output_and_its_rejected_rows_stands_above_them(lake, ledger, clock, moment):
    take(lake, ledger, clock, PATH, OLD)
    drop(lake, PATH, NEW)
    refuse = once(lambda: take(lake, ledger, clock, PATH, DAMAGED))
    if moment == "before":
        meddling = Meddling(lake, on_commit=once_in("conditioned", refuse))
    else:
        meddling = Meddling(lake, on_commit=lambda container: refuse() if output_is(lake, b"newer") else None)

    assert condition_drop(meddling, ledger, PATH, clock) == "conditioned"
    assert b"newer" in output_of(lake, PATH)
    assert find_untold(lake, ledger) == []
    assert is_refusal(list(csv.reader(io.StringIO(read(lake, "quarantine", quarantine_path(PATH)).decode())))[1])
    assert version(ledger, lake, PATH)["state"] == "quarantined"


def output_is(lake, word):
    return word in (output_of(lake, PATH) or b"")


def test_a_slow_older_version_does_not_write_over_a_newer_one_that_left_the_output_unwritten(lake, ledger, clock):
    take(lake, ledger, clock, PATH, OLD)
    drop(lake, PATH, OTHER)

    def go_back():
        assert take(lake, ledger, clock, PATH, OLD) == "conditioned"

    meddling = Meddling(lake, on_commit=once_in("conditioned", go_back))
    condition_drop(meddling, ledger, PATH, clock)

    assert b"old" in output_of(lake, PATH)
    assert find_untold(lake, ledger) == []


def test_a_slow_older_version_does_not_come_back_behind_a_newer_one_that_is_a_copy(lake, ledger, clock):
    take(lake, ledger, clock, LATER, OTHER)
    drop(lake, PATH, NEW)

    def become_a_copy():
        assert take(lake, ledger, clock, PATH, OTHER) == "duplicate"

    meddling = Meddling(lake, on_commit=once_in("conditioned", become_a_copy))
    assert condition_drop(meddling, ledger, PATH, clock) == "superseded"
    assert output_of(lake, PATH) is None
    assert rejected_rows(lake, PATH) == []
    assert find_untold(lake, ledger) == []


def die_before_the_entry(lake, ledger, clock):
    """The process that takes the drop writes its output and dies; nobody else does anything until its claim is over."""

    def die(*_, **__):
        raise _Killed

    doomed = DoomedLedger(ledger, Doom())
    doomed.outcomes.settle_conditioned = die
    with pytest.raises(_Killed):
        condition_drop(lake, doomed, PATH, clock)
    clock.pass_by(seconds=LEASE.total_seconds() + 1)


def test_a_file_that_is_done_but_for_its_entry_is_not_given_up_after_five_deaths(folder_lake, make_ledger, clock):
    ledger = make_ledger()
    drop(folder_lake, PATH, NEW)
    for _ in range(MAX_ATTEMPTS):
        die_before_the_entry(folder_lake, ledger, clock)

    assert condition_drop(folder_lake, ledger, PATH, clock) == "conditioned"
    clock.pass_by(**A_DAY_AFTER_ALL)
    finish_all(folder_lake, ledger, clock)
    assert find_untold(folder_lake, ledger) == []


def test_an_output_of_bytes_that_another_path_has_taken_since_is_withdrawn(folder_lake, make_ledger, clock):
    ledger = make_ledger()
    drop(folder_lake, PATH, NEW)
    die_before_the_entry(folder_lake, ledger, clock)
    (waiting,) = ledger.files.list_unsettled(clock())
    ledger.files.postpone(ledger.files.claim(waiting.id, clock()), "the lake is away", clock())
    assert take(folder_lake, ledger, clock, COPY, NEW) == "conditioned"
    folder_lake.delete("raw", PATH)
    reconcile(folder_lake, ledger, clock)

    assert output_of(folder_lake, PATH) is None
    assert find_untold(folder_lake, ledger) == []


def test_a_replay_after_a_death_conditions_anew_and_does_not_take_what_was_written(lake, make_ledger, clock):
    ledger = make_ledger()
    drop(lake, PATH, NEW)
    die_before_the_entry(lake, ledger, clock)
    first = version(ledger, lake, PATH)["attempts"]

    assert replay_file(lake, ledger, PATH, clock) == "conditioned"
    assert version(ledger, lake, PATH)["attempts"] == first + 1


def test_rejected_rows_carry_the_version_and_the_output_that_they_belong_to(lake, make_ledger, clock):
    ledger = make_ledger()
    seen = drop(lake, PATH, NEW)
    condition_drop(lake, ledger, PATH, clock)
    rejected, accepted = (
        lake.stat("quarantine", quarantine_path(PATH)),
        lake.stat("conditioned", conditioned_path(PATH)),
    )

    assert rejected.metadata == accepted.metadata
    assert rejected.metadata["raw_etag"] == header_text(seen.etag)


def break_off_a_replay(lake, ledger, clock):
    """An operator has the file conditioned anew, and the lake fails before anything comes of it."""

    def fail(*_, **__):
        raise LakeUnavailable("a fault")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("conditioners.drops.claimed_drop.condition", fail)
        assert replay_file(lake, ledger, PATH, clock) == "landed"


@pytest.mark.parametrize("end", [DAMAGED, None])
def test_an_output_whose_replay_broke_off_is_the_one_of_its_bytes_when_the_file_is_replaced(lake, ledger, clock, end):
    assert take(lake, ledger, clock, PATH, NEW) == "conditioned"
    break_off_a_replay(lake, ledger, clock)
    if end is None:
        lake.delete("raw", PATH)
    else:
        drop(lake, PATH, end)
    reconcile(lake, ledger, clock)

    assert take(lake, ledger, clock, COPY, NEW) == "duplicate"
    reconcile(lake, ledger, clock)
    assert b"newer" in output_of(lake, PATH)
    assert output_of(lake, COPY) is None
    assert find_untold(lake, ledger) == []


def test_an_output_whose_replay_broke_off_gives_way_to_one_that_was_made_of_its_bytes_meanwhile(lake, ledger, clock):
    assert take(lake, ledger, clock, PATH, NEW) == "conditioned"
    break_off_a_replay(lake, ledger, clock)
    assert take(lake, ledger, clock, COPY, NEW) == "conditioned"
    lake.delete("raw", PATH)
    reconcile(lake, ledger, clock)

    assert output_of(lake, PATH) is None
    assert b"newer" in output_of(lake, COPY)
    assert find_untold(lake, ledger) == []


def test_a_replay_that_is_given_up_says_so_and_leaves_the_output_in_use(lake, ledger, clock, monkeypatch):
    assert take(lake, ledger, clock, PATH, NEW) == "conditioned"
    with monkeypatch.context() as patch:
        patch.setattr("conditioners.drops.claimed_drop.condition", lambda *_, **__: 1 / 0)
        replay_file(lake, ledger, PATH, clock)
        reconcile(lake, ledger, clock)

    told = version(ledger, lake, PATH)
    assert told["state"] == "quarantined"
    assert "ZeroDivisionError" in told["reason"]
    assert b"newer" in output_of(lake, PATH)
    assert ledger.intents.list_open(clock()) == []


@pytest.mark.parametrize("moment", ["intend", "settle_conditioned"])
def test_an_output_that_was_left_unwritten_is_written_where_another_has_taken_it_away_meanwhile(
    lake, ledger, clock, monkeypatch, moment
):
    take(lake, ledger, clock, PATH, OLD)
    part = ledger.intents if moment == "intend" else ledger.outcomes
    settle = getattr(part, moment)

    def settle_late(*given, **named):
        monkeypatch.setattr(part, moment, settle)
        lake.delete("conditioned", conditioned_path(PATH))
        for intent, _ in ledger.intents.list_open(clock() + 2 * LEASE, PATH):
            ledger.intents.withdraw(intent)
        return settle(*given, **named)

    monkeypatch.setattr(part, moment, settle_late)

    assert take(lake, ledger, clock, PATH, OLD) == "conditioned"
    assert output_of(lake, PATH) is not None and find_untold(lake, ledger) == []
