"""Equal contents in several files, on both lakes: one output, whichever of them changes or vanishes."""

from __future__ import annotations

from dataclasses import replace

from conditioners import registry
from conditioners.drops.intake import condition_drop
from shared.domain.identities import conditioned_path, quarantine_path
from tests.contracts.drops import (
    EMPTY,
    calendar,
    drop,
    find_wrong,
    output_of,
    read,
    reconcile,
    version,
)
from tests.contracts.taking import NEW, OLD, OTHER, PATH, SIZES


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


def test_bytes_whose_file_comes_back_to_its_output_and_is_moved_on_have_no_second_one(
    folder_lake, ledger, clock, tmp_path
):
    raw, aside, other = (tmp_path / name for name in (f"lake/raw/{PATH}", "aside", "lake/raw/events/b.csv"))
    drop(folder_lake, PATH, NEW)
    reconcile(folder_lake, ledger, clock)
    raw.rename(aside)
    drop(folder_lake, PATH, EMPTY)
    reconcile(folder_lake, ledger, clock)
    aside.rename(raw)
    back = folder_lake.stat("raw", PATH)
    assert ledger.files.record_landed(PATH, back.etag, back.size, back.modified_at, clock()).state == "landed"
    raw.rename(other)
    reconcile(folder_lake, ledger, clock)

    assert version(ledger, folder_lake, "events/b.csv")["state"] == "duplicate"
    assert [blob.path for blob in folder_lake.list("conditioned")] == [conditioned_path(PATH)]
