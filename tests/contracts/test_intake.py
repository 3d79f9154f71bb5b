"""Taking raw files in, on both lakes: overwritten, emptied, moved, vanished or told of late, each counts once."""

from __future__ import annotations

import pytest

from conditioners.drops.intake import condition_drop
from shared.domain.identities import quarantine_path
from tests.contracts.drops import (
    DAMAGED,
    EMPTY,
    drop,
    find_wrong,
    output_of,
    read,
    reconcile,
    version,
)
from tests.contracts.taking import NEW, OLD, OTHER, PATH, SIZES, Meddling, once, once_in


def test_an_event_that_comes_thrice_makes_one_output_in_one_write(lake, ledger, take):
    drop(lake, PATH, OLD)
    states = [take()]
    first = lake.stat("conditioned", f"{PATH}.csv").etag
    states += [take(), take()]

    assert states == ["conditioned"] * 3
    assert lake.stat("conditioned", f"{PATH}.csv").etag == first
    assert find_wrong(lake, ledger, SIZES) == []


def test_a_newer_version_takes_the_place_of_the_older_ones_output_and_quarantine(lake, ledger, take):
    for content in (NEW, OLD):
        drop(lake, PATH, content)
        take()

    assert b"old" in output_of(lake, PATH)
    assert read(lake, "quarantine", quarantine_path(PATH)) is None
    assert find_wrong(lake, ledger, SIZES) == []


def test_a_file_that_is_overwritten_while_it_is_read_gives_way_to_its_newer_version(lake, ledger, take, clock):
    drop(lake, PATH, OLD * 400)
    overwrite = once(lambda: drop(lake, PATH, NEW))

    assert take(through=Meddling(lake, on_read=overwrite)) in ("superseded", "quarantined")
    reconcile(lake, ledger, clock)
    assert b"newer" in output_of(lake, PATH)
    assert find_wrong(lake, ledger, SIZES) == []


@pytest.mark.parametrize("container", ["conditioned", "quarantine"])
def test_a_file_that_is_overwritten_and_conditioned_by_another_meanwhile_does_not_come_back(
    lake, ledger, take, clock, container
):
    drop(lake, PATH, NEW)

    def overtake():
        drop(lake, PATH, OTHER)
        assert condition_drop(lake, ledger, PATH, clock) == "conditioned"

    meddled = Meddling(lake, on_commit=once(overtake) if container == "conditioned" else once_in(container, overtake))
    assert take(through=meddled) == "superseded"
    assert b"other" in output_of(lake, PATH)
    assert read(lake, "quarantine", quarantine_path(PATH)) is None
    assert find_wrong(lake, ledger, SIZES) == []


def test_a_refusal_that_comes_late_does_not_stand_beside_a_newer_output(lake, ledger, take, clock):
    drop(lake, PATH, DAMAGED)

    def overtake():
        drop(lake, PATH, OTHER)
        assert condition_drop(lake, ledger, PATH, clock) == "conditioned"

    take(through=Meddling(lake, on_commit=once(overtake)))
    assert read(lake, "quarantine", quarantine_path(PATH)) is None
    assert find_wrong(lake, ledger, SIZES) == []


@pytest.mark.parametrize("first", [EMPTY, DAMAGED])
def test_a_file_that_is_there_too_early_is_taken_when_it_is_whole(lake, ledger, take, first):
    drop(lake, PATH, first)
    early = take()
    told = read(lake, "quarantine", quarantine_path(PATH))
    drop(lake, PATH, OLD)

    assert (early, take()) == ("quarantined", "conditioned")
    assert b"file_refused" in told
    assert read(lake, "quarantine", quarantine_path(PATH)) is None
    assert find_wrong(lake, ledger, SIZES) == []


def test_the_same_bytes_written_again_leave_the_output_unwritten(lake, ledger, take):
    written = []
    for _ in range(2):
        drop(lake, PATH, OLD)
        take()
        written.append(lake.stat("conditioned", f"{PATH}.csv").etag)

    assert written[0] == written[1] == version(ledger, lake, PATH)["conditioned"]["etag"]
    assert find_wrong(lake, ledger, SIZES) == []


def test_a_version_with_the_same_rows_leaves_the_output_unwritten(lake, ledger, take):
    drop(lake, PATH, OLD)
    take()
    first = lake.stat("conditioned", f"{PATH}.csv").etag
    drop(lake, PATH, OLD.replace(b"\n", b"\r\n"))

    assert take() == "conditioned"
    assert lake.stat("conditioned", f"{PATH}.csv").etag == first
    assert version(ledger, lake, PATH)["conditioned"]["etag"] == first


def test_an_event_for_a_file_that_is_gone_does_nothing(lake, ledger, take):
    assert take() == "gone"
    assert ledger.files.count_by_state() == {}


def test_a_file_that_vanishes_before_it_is_taken_keeps_nobody_waiting(lake, ledger, take, clock):
    seen = drop(lake, PATH, OLD)
    ledger.files.record_landed(PATH, seen.etag, seen.size, seen.modified_at, clock())
    lake.delete("raw", PATH)

    assert take() == "gone"
    reconcile(lake, ledger, clock)
    assert ledger.files.count_by_state() == {"superseded": 1}


def test_a_version_whose_taker_died_and_that_was_overwritten_keeps_nobody_waiting(lake, ledger, clock):
    seen = drop(lake, PATH, OLD)
    file = ledger.files.record_landed(PATH, seen.etag, seen.size, seen.modified_at, clock())
    ledger.files.claim(file.id, clock())
    drop(lake, PATH, NEW)
    reconcile(lake, ledger, clock)

    assert ledger.files.count_by_state() == {"superseded": 1, "conditioned": 1}
    assert find_wrong(lake, ledger, SIZES) == []


def test_a_version_that_is_told_of_late_does_not_push_the_newer_one_aside(lake, ledger, clock):
    older = drop(lake, PATH, OLD)
    newer = drop(lake, PATH, NEW)
    for seen in (newer, older):
        ledger.files.record_landed(PATH, seen.etag, seen.size, seen.modified_at, clock())
    reconcile(lake, ledger, clock)

    assert b"newer" in output_of(lake, PATH)
    assert find_wrong(lake, ledger, SIZES) == []


def test_a_file_that_was_moved_away_and_back_is_taken(folder_lake, ledger, clock, tmp_path):
    seen = drop(folder_lake, PATH, OLD)
    ledger.files.record_landed(PATH, seen.etag, seen.size, seen.modified_at, clock())
    (tmp_path / "lake/raw" / PATH).rename(tmp_path / "aside")
    assert condition_drop(folder_lake, ledger, PATH, clock) == "gone"
    (tmp_path / "aside").rename(tmp_path / "lake/raw" / PATH)
    reconcile(folder_lake, ledger, clock)

    assert find_wrong(folder_lake, ledger, SIZES) == []


def test_a_version_that_comes_back_after_a_newer_one_is_taken_again(folder_lake, ledger, clock, tmp_path):
    raw, aside = tmp_path / "lake/raw" / PATH, tmp_path / "aside"
    drop(folder_lake, PATH, NEW)
    condition_drop(folder_lake, ledger, PATH, clock)
    raw.rename(aside)
    for content in (OLD, EMPTY):
        drop(folder_lake, PATH, content)
        condition_drop(folder_lake, ledger, PATH, clock)
        raw.rename(tmp_path / "gone")
        (tmp_path / "gone").unlink()
        aside.rename(raw)
        reconcile(folder_lake, ledger, clock)

        assert b"newer" in output_of(folder_lake, PATH)
        assert b"99/99" in read(folder_lake, "quarantine", quarantine_path(PATH))
        assert find_wrong(folder_lake, ledger, SIZES) == []
        raw.rename(aside)


def test_files_that_change_places_again_and_again_have_outputs_of_their_own(folder_lake, ledger, clock, tmp_path):
    first, second = (tmp_path / "lake/raw/events" / name for name in ("a.csv", "b.csv"))
    for file, content in ((first, OLD), (second, NEW)):
        drop(folder_lake, f"events/{file.name}", content)
    for _ in range(4):
        reconcile(folder_lake, ledger, clock)
        assert find_wrong(folder_lake, ledger, SIZES) == []
        first.rename(tmp_path / "aside")
        second.rename(first)
        (tmp_path / "aside").rename(second)


def test_rows_stand_in_quarantine_again_when_their_bytes_come_again_after_a_refusal(lake, ledger, take, clock):
    drop(lake, "events/copy.csv", NEW)
    for content in (NEW, EMPTY, NEW):
        drop(lake, PATH, content)
        take()
    take("events/copy.csv")
    reconcile(lake, ledger, clock)

    assert read(lake, "quarantine", quarantine_path(PATH)).count(b"99/99") == 4
    assert find_wrong(lake, ledger, SIZES) == []
