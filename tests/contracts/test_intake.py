"""Taking raw files in, on both lakes: overwritten, emptied, copied, vanished or contested, each counts once."""

from __future__ import annotations

import io
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from conditioners import claimed_drop, registry
from conditioners.intake import condition_drop
from shared.domain.files import MAX_ATTEMPTS, identify_raw_file
from shared.domain.identities import quarantine_path
from shared.ledger.files import LEASE
from shared.ports import BlobChanged, LakeUnavailable, LedgerUnavailable
from tests.contracts.drops import (
    DAMAGED,
    EMPTY,
    calendar,
    drop,
    find_wrong,
    output_of,
    read,
    reconcile,
    version,
)

PATH = "events/a.csv"
OLD, NEW, OTHER = calendar("old"), calendar("new", "newer", bad=2), calendar("other")
SIZES = {OLD: (1, 1, 0), NEW: (4, 2, 2), OTHER: (1, 1, 0)}


class Meddling:
    """A lake in which something happens whenever a blob of a container is opened for reading, written or seen."""

    def __init__(self, lake, on_read=None, on_commit=None):
        self._lake, self._on_read, self._on_commit = lake, on_read, on_commit

    def __getattr__(self, name):
        return getattr(self._lake, name)

    @contextmanager
    def open_read(self, container, path, etag=None):
        with self._lake.open_read(container, path, etag) as stream:
            yield _Interrupted(stream, self._on_read) if self._on_read else stream

    @contextmanager
    def open_write(self, container, path, **conditions):
        with self._lake.open_write(container, path, **conditions) as writer:
            if self._on_commit:
                commit = writer.commit
                writer.commit = lambda metadata=None: (self._on_commit(container), commit(metadata))[1]
            yield writer


class _Interrupted(io.RawIOBase):
    """A stream that does something else after its first bytes."""

    def __init__(self, stream, then):
        self._stream, self._then = stream, then

    def readable(self):
        return True

    def read(self, size=-1):
        data = self._stream.read(min(size, 64) if size and size > 0 else 64)
        self._then()
        return data + (self._stream.read() if size is None or size < 0 else b"")

    def readinto(self, buffer):
        data = self._stream.read(min(len(buffer), 64))
        buffer[: len(data)] = data
        self._then()
        return len(data)


def once(action):
    """An action that is done at its first call alone."""
    left = [action]
    return lambda *_: left.pop()() if left else None


@pytest.fixture
def take(lake, ledger, clock):
    """Take a raw file in, as its event would have it."""
    return lambda path=PATH, through=lake: condition_drop(through, ledger, path, clock)


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


def once_in(container, action):
    """An action that is done once, at the first commit into a container."""
    act = once(action)
    return lambda written: act() if written == container else None


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


def test_equal_contents_under_two_names_are_one_output(lake, ledger, take):
    for name in ("a", "b", "c"):
        drop(lake, f"events/{name}.csv", NEW)
    states = [take(f"events/{name}.csv") for name in ("b", "a", "c")]

    assert states == ["conditioned", "duplicate", "duplicate"]
    assert version(ledger, lake, "events/c.csv")["reason"] == "same bytes as events/b.csv"
    assert find_wrong(lake, ledger, SIZES) == []


def claim_by_name(monkeypatch, **patterns):
    """Have sources that are like `events`, but for the files that they claim."""
    events = registry.get_source("events")
    sources = tuple(replace(events, name=name, files=files) for name, files in patterns.items())
    monkeypatch.setattr(registry, "all_sources", lambda: sources)


def test_equal_files_of_two_sources_in_one_folder_have_an_output_each(lake, ledger, clock, monkeypatch):
    claim_by_name(monkeypatch, north=("feeds/north_*.csv",), south=("feeds/south_*.csv",))
    states = []
    for path in ("feeds/north_1.csv", "feeds/south_1.csv", "feeds/north_2.csv", "feeds/west_1.csv"):
        drop(lake, path, calendar("one"))
        states.append(condition_drop(lake, ledger, path, clock))
    standing = {(blob.path, blob.etag) for blob in lake.list("conditioned")}

    assert states == ["conditioned", "conditioned", "duplicate", "quarantined"]
    assert [member.path for member in ledger.datasets.list_members(["south"], standing)] == ["feeds/south_1.csv.csv"]
    told = {each["source"]: each["files"] for each in ledger.reports.report_sources()}
    assert told == {"north": 2, "south": 1, "feeds": 1}


def test_equal_files_of_one_source_in_two_folders_have_one_output(lake, ledger, clock, monkeypatch):
    claim_by_name(monkeypatch, north=("north/**", "before/**"))
    for path in ("north/1.csv", "before/1.csv"):
        drop(lake, path, calendar("one"))

    assert condition_drop(lake, ledger, "north/1.csv", clock) == "conditioned"
    assert condition_drop(lake, ledger, "before/1.csv", clock) == "duplicate"


def test_equal_contents_are_several_outputs_where_the_files_name_is_in_their_rows(lake, ledger, take, monkeypatch):
    source = registry.get_source("events")
    (dialect,) = source.dialects
    named = replace(source, dialects=(replace(dialect, labels={**dialect.labels, "name": "@file"}),))
    others = tuple(each for each in registry.all_sources() if each.name != "events")
    monkeypatch.setattr(registry, "all_sources", lambda: (*others, named))
    for path in ("events/east.csv", "events/west.csv", "events/2025/west.csv"):
        drop(lake, path, OLD)
    states = [take(path) for path in ("events/east.csv", "events/west.csv", "events/2025/west.csv")]

    assert states == ["conditioned", "conditioned", "duplicate"]
    assert b",east," in output_of(lake, "events/east.csv") and b",west," in output_of(lake, "events/west.csv")


def test_a_copy_is_taken_when_its_original_becomes_another_file(lake, ledger, take, clock):
    for path, content in ((PATH, OLD), ("events/copy.csv", OLD), (PATH, NEW)):
        drop(lake, path, content)
        take(path)
    reconcile(lake, ledger, clock)

    assert b"old" in output_of(lake, "events/copy.csv")
    assert find_wrong(lake, ledger, SIZES) == []


def test_a_copy_whose_original_is_replaced_at_that_instant_is_taken_itself(lake, ledger, take, clock, monkeypatch):
    drop(lake, PATH, OLD)
    take()
    drop(lake, "events/copy.csv", OLD)
    claim_content = ledger.outcomes.claim_content

    def claim_and_be_overtaken(*given, **named):
        monkeypatch.undo()
        twin = claim_content(*given, **named)
        drop(lake, PATH, NEW)
        take()
        return twin

    monkeypatch.setattr(ledger.outcomes, "claim_content", claim_and_be_overtaken)

    assert take("events/copy.csv") == "conditioned"
    assert find_wrong(lake, ledger, SIZES) == []


def test_a_file_that_becomes_a_copy_of_another_has_no_output_any_more(lake, ledger, take, clock):
    for path, content in (("events/b.csv", OTHER), (PATH, NEW), ("events/copy.csv", NEW), (PATH, OTHER)):
        drop(lake, path, content)
        take(path)
    reconcile(lake, ledger, clock)

    assert output_of(lake, PATH) is None
    assert read(lake, "quarantine", quarantine_path(PATH)) is None
    assert version(ledger, lake, "events/copy.csv")["state"] == "conditioned"
    assert find_wrong(lake, ledger, SIZES) == []


def test_a_content_that_was_replaced_and_comes_back_is_taken_again(lake, ledger, take, clock):
    drop(lake, "events/b.csv", OTHER)
    take("events/b.csv")
    for content in (OLD, OTHER, OLD):
        drop(lake, PATH, content)
        take()

    assert b"old" in output_of(lake, PATH)
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


def test_a_copy_of_what_was_there_while_a_file_was_away_is_taken(folder_lake, ledger, clock, tmp_path):
    raw, aside = tmp_path / "lake/raw" / PATH, tmp_path / "aside"
    seen = drop(folder_lake, PATH, NEW)
    ledger.files.record_landed(PATH, seen.etag, seen.size, seen.modified_at, clock())
    raw.rename(aside)
    drop(folder_lake, PATH, OLD)
    reconcile(folder_lake, ledger, clock)
    aside.rename(raw)
    reconcile(folder_lake, ledger, clock)
    drop(folder_lake, "events/b.csv", OLD)
    reconcile(folder_lake, ledger, clock)

    assert find_wrong(folder_lake, ledger, SIZES) == []


def test_rows_stand_in_quarantine_again_when_their_bytes_come_again_after_a_refusal(lake, ledger, take, clock):
    drop(lake, "events/copy.csv", NEW)
    for content in (NEW, EMPTY, NEW):
        drop(lake, PATH, content)
        take()
    take("events/copy.csv")
    reconcile(lake, ledger, clock)

    assert read(lake, "quarantine", quarantine_path(PATH)).count(b"99/99") == 4
    assert find_wrong(lake, ledger, SIZES) == []


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
    monkeypatch.setattr("conditioners.claims.RENEW_EVERY", 0.01)
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
