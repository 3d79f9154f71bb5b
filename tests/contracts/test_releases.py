"""Releasing and replaying quarantined rows, on both lakes: each row counts once, whatever is repeated or breaks off."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from types import SimpleNamespace

import pytest

from conditioners import corrections, registry
from conditioners.drops import claimed_drop, releases
from conditioners.drops.intake import condition_drop
from conditioners.drops.releases import (
    NotReleased,
    count_without_effect,
    list_rejects,
    list_still_wrong,
    release_rows,
    replay_file,
)  # fmt: skip
from shared.domain.identities import corrections_path, quarantine_path
from tests.contracts.drops import DAMAGED, calendar, drop, output_of, read, version

PATH = "events/a.csv"
GOOD = {"event_id": "B0", "kind": "festival", "name": "mended", "region": "texas", "start_date": "2026-05-01",
        "end_date": "2026-05-03", "announced_date": "2026-04-01"}  # fmt: skip


@pytest.fixture
def taken(lake, ledger, clock):
    """A file with two good rows and two that are rejected."""
    drop(lake, PATH, calendar("one", "two", bad=2))
    condition_drop(lake, ledger, PATH, clock)
    return PATH


def fill(lake, *corrections, path=PATH):
    """The quarantine file with its first rows mended and the others left out."""
    header, *rows = list_rejects(lake, path)
    text = io.StringIO()
    out = csv.DictWriter(text, header, lineterminator="\n")
    out.writeheader()
    for row, mended in zip(rows, corrections, strict=False):
        out.writerow({**dict(zip(header, row, strict=True)), **mended})
    return text.getvalue().encode()


def counts(ledger, lake, path=PATH):
    made = version(ledger, lake, path)["conditioned"]
    return tuple(made[name] for name in ("rows_in", "rows_out", "rows_quarantined", "rows_duplicate"))


def test_a_mended_row_goes_out_behind_the_others_and_leaves_quarantine(lake, ledger, clock, taken):
    assert counts(ledger, lake) == (4, 2, 2, 0)
    before = output_of(lake, PATH)
    state = release_rows(lake, ledger, PATH, fill(lake, GOOD), clock)

    assert (state, counts(ledger, lake)) == ("conditioned", (4, 3, 1, 0))
    assert output_of(lake, PATH) == before + b"B0,festival,mended,texas,,2026-05-01,2026-05-03,,2026-04-01\n"
    assert b"B0" not in read(lake, "quarantine", quarantine_path(PATH))
    assert version(ledger, lake, PATH)["conditioned"]["summary"]["rows_released"] == 1


def test_releasing_the_same_rows_again_changes_nothing(lake, ledger, clock, taken):
    rows = fill(lake, GOOD, {**GOOD, "event_id": "B1"})
    release_rows(lake, ledger, PATH, rows, clock)
    output, there = output_of(lake, PATH), lake.stat("conditioned", f"{PATH}.csv")
    for _ in range(2):
        release_rows(lake, ledger, PATH, rows, clock)

    assert (output_of(lake, PATH), counts(ledger, lake)) == (output, (4, 4, 0, 0))
    assert lake.stat("conditioned", f"{PATH}.csv").etag == there.etag
    assert read(lake, "quarantine", quarantine_path(PATH)) is None


def test_rows_are_released_one_after_the_other_and_mended_again(lake, ledger, clock, taken):
    release_rows(lake, ledger, PATH, fill(lake, GOOD), clock)
    first = fill(lake, {**GOOD, "event_id": "B1"})
    release_rows(lake, ledger, PATH, first, clock)
    release_rows(lake, ledger, PATH, first.replace(b"mended", b"again"), clock)

    assert counts(ledger, lake) == (4, 4, 0, 0)
    assert output_of(lake, PATH).count(b"again") == output_of(lake, PATH).count(b"mended") == 1


def test_a_row_that_is_still_wrong_stays_in_quarantine_with_its_new_reason(lake, ledger, clock, taken):
    release_rows(lake, ledger, PATH, fill(lake, {**GOOD, "kind": "party"}), clock)

    assert counts(ledger, lake) == (4, 2, 2, 0)
    assert b"as corrected, kind: 'party' is none of holiday" in read(lake, "quarantine", quarantine_path(PATH))
    assert len(list(list_rejects(lake, PATH))) == 1 + 2
    assert [told.partition(": as corrected, ")[2][:13] for told in list_still_wrong(lake, PATH)] == ["kind: 'party'"]


def test_a_mended_row_with_the_key_of_another_stays_in_quarantine_and_is_told(lake, ledger, clock, taken):
    release_rows(lake, ledger, PATH, fill(lake, GOOD, {**GOOD, "name": "another"}), clock)

    assert counts(ledger, lake) == (4, 3, 1, 0)
    (told,) = list_still_wrong(lake, PATH)
    assert told.endswith(": an earlier row has the same key and other values")


def test_mended_rows_that_the_file_has_no_use_for_are_counted(lake, ledger, clock, taken):
    rows = fill(lake, GOOD, {**GOOD, "event_id": "B1"})
    drop(lake, PATH, calendar("one", "two", bad=2).replace(b"B0,festival", b"C0,festival"))
    release_rows(lake, ledger, PATH, rows, clock)
    assert (counts(ledger, lake), count_without_effect(lake, PATH, 1)) == ((4, 3, 1, 0), 1)

    release_rows(lake, ledger, PATH, fill(lake, {**GOOD, "event_id": "B1", "kind": "party"}), clock)
    assert (counts(ledger, lake), count_without_effect(lake, PATH, 1)) == ((4, 3, 1, 0), 1)


def test_rows_that_nobody_filled_in_keep_their_reason_and_alone_are_no_release(lake, ledger, clock, taken):
    empty = fill(lake, {}, {})
    before = read(lake, "quarantine", quarantine_path(PATH))
    with pytest.raises(NotReleased, match="fill in those of the rows to keep"):
        release_rows(lake, ledger, PATH, empty, clock)
    release_rows(lake, ledger, PATH, fill(lake, GOOD, {}), clock)

    assert counts(ledger, lake) == (4, 3, 1, 0)
    assert read(lake, "quarantine", quarantine_path(PATH)).splitlines()[1] == before.splitlines()[2]
    assert list_still_wrong(lake, PATH) == []


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_list_that_a_spreadsheet_saved_with_other_delimiters_is_read(lake, ledger, clock, taken, mark):
    text = io.StringIO()
    csv.writer(text, delimiter=mark).writerows(csv.reader(io.StringIO(fill(lake, GOOD).decode())))
    release_rows(lake, ledger, PATH, text.getvalue().encode("utf-8-sig"), clock)

    assert counts(ledger, lake) == (4, 3, 1, 0)


def test_a_row_of_several_lines_is_known_by_its_text_with_the_line_ends_of_a_spreadsheet(lake, ledger, clock):
    text = calendar("one").replace(b"\n", b"\r\n")
    drop(lake, PATH, text + b'B0,festival,"two\r\n=lines",texas,ALL,99/99/2026,05/03/2026,,04/01/2026\r\n')
    condition_drop(lake, ledger, PATH, clock)
    rows = fill(lake, GOOD).replace(b"\r\n", b"\n")

    assert (release_rows(lake, ledger, PATH, rows, clock), counts(ledger, lake)) == ("conditioned", (2, 2, 0, 0))
    release_rows(lake, ledger, PATH, rows, clock)
    assert counts(ledger, lake) == (2, 2, 0, 0)


def test_a_mended_row_whose_key_is_there_already_is_a_duplicate_or_a_conflict(lake, ledger, clock, taken):
    same = {**GOOD, "event_id": "Eone", "name": "one"}
    release_rows(lake, ledger, PATH, fill(lake, same, {**same, "name": "other"}), clock)

    assert counts(ledger, lake) == (4, 2, 1, 1)
    assert b"key_conflict" in read(lake, "quarantine", quarantine_path(PATH))


def test_more_corrections_than_can_be_read_again_release_nothing(lake, ledger, clock, taken, monkeypatch):
    release_rows(lake, ledger, PATH, fill(lake, GOOD), clock)
    known = read(lake, "quarantine", corrections_path(PATH))
    second = fill(lake, GOOD)
    given = corrections.parse_corrections(registry.get_source("events"), second)
    monkeypatch.setattr(corrections, "_LARGEST", len(known))
    monkeypatch.setattr(releases, "parse_corrections", lambda *_: given)

    with pytest.raises(NotReleased, match="all corrections of a file can be"):
        release_rows(lake, ledger, PATH, second, clock)
    assert replay_file(lake, ledger, PATH, clock) == "conditioned"
    assert counts(ledger, lake) == (4, 3, 1, 0)


def test_rows_that_are_not_in_quarantine_release_nothing(lake, ledger, clock, taken):
    strange = fill(lake, GOOD).replace(b"bad,texas", b"evil,texas")
    before = read(lake, "quarantine", quarantine_path(PATH))

    for data, reason in [
        (strange, "no row with that text"),
        (b"line,raw,colour\n", "columns that events does not have"),
        (b"event_id\n", "the first row must be"),
        (b"\xff\xfe\x00", "no CSV in UTF-8"),
    ]:
        with pytest.raises(NotReleased, match=reason):
            release_rows(lake, ledger, PATH, data, clock)
    assert read(lake, "quarantine", quarantine_path(PATH)) == before
    assert lake.stat("quarantine", corrections_path(PATH)) is None
    with pytest.raises(NotReleased, match="no raw file"):
        release_rows(lake, ledger, "events/none.csv", strange, clock)


def test_a_release_that_broke_off_is_finished_by_whoever_looks_next(lake, ledger, clock, taken, monkeypatch):
    rows = fill(lake, GOOD)
    with monkeypatch.context() as broken:
        broken.setattr("conditioners.drops.releases.replay_file", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            release_rows(lake, ledger, PATH, rows, clock)
    assert counts(ledger, lake) == (4, 2, 2, 0)

    replay_file(lake, ledger, PATH, clock)
    assert counts(ledger, lake) == (4, 3, 1, 0)


def test_rows_that_two_people_release_at_the_same_time_are_both_taken_in(lake, ledger, clock, taken, monkeypatch):
    first, second = fill(lake, GOOD), fill(lake, {}, {**GOOD, "event_id": "B1"})
    read_them = releases.read_corrections

    def read_and_be_overtaken(*given):
        monkeypatch.setattr(releases, "read_corrections", read_them)
        known = read_them(*given)
        release_rows(lake, ledger, PATH, first, clock)
        return known

    monkeypatch.setattr(releases, "read_corrections", read_and_be_overtaken)
    release_rows(lake, ledger, PATH, second, clock)

    assert counts(ledger, lake) == (4, 4, 0, 0)


def test_rows_released_while_another_conditions_the_file_are_taken_in_behind_that(
    lake, ledger, clock, taken, monkeypatch
):
    file = ledger.files.record_landed(PATH, lake.stat("raw", PATH).etag, 1, clock(), clock())
    ledger.files.reopen(file.id, clock())
    other = ledger.files.claim(file.id, clock())
    waits = []

    def let_the_other_finish(seconds):
        waits.append(seconds)
        ledger.outcomes.settle_quarantined(other, None, "done", clock())

    monkeypatch.setattr(releases, "time", SimpleNamespace(sleep=let_the_other_finish))

    assert release_rows(lake, ledger, PATH, fill(lake, GOOD), clock) == "conditioned"
    assert (len(waits), counts(ledger, lake)) == (1, (4, 3, 1, 0))


def test_a_replay_leaves_the_output_to_the_same_bytes_that_were_dropped_meanwhile(
    lake, ledger, clock, taken, monkeypatch
):
    reopen, output = ledger.files.reopen, output_of(lake, PATH)

    def reopen_late(*given, **named):
        drop(lake, PATH, calendar("one", "two", bad=2))
        condition_drop(lake, ledger, PATH, clock)
        return reopen(*given, **named)

    monkeypatch.setattr(ledger.files, "reopen", reopen_late)
    state = replay_file(lake, ledger, PATH, clock)

    assert (state, output_of(lake, PATH)) == ("conditioned", output)
    assert read(lake, "quarantine", quarantine_path(PATH)) is not None


def test_rows_released_while_a_newer_version_comes_in_without_them_are_taken_in_behind_that(
    lake, ledger, clock, taken, monkeypatch
):
    rows = fill(lake, GOOD)
    file = ledger.files.record_landed(PATH, lake.stat("raw", PATH).etag, 1, clock(), clock())
    ledger.files.reopen(file.id, clock())
    ledger.files.claim(file.id, clock())

    def have_a_newer_one_taken_in(seconds):
        drop(lake, PATH, calendar("one", "three", bad=2))
        with monkeypatch.context() as early:
            early.setattr(claimed_drop, "read_corrections", lambda *_: [])
            condition_drop(lake, ledger, PATH, clock)

    monkeypatch.setattr(releases, "time", SimpleNamespace(sleep=have_a_newer_one_taken_in))

    assert release_rows(lake, ledger, PATH, rows, clock) == "conditioned"
    assert counts(ledger, lake) == (4, 3, 1, 0)


def change_columns(monkeypatch, change):
    """Have the source `events` other columns; `change` gives a column's new name, or None for none."""
    source = registry.get_source("events")
    (dialect,) = source.dialects
    columns = tuple(replace(each, name=change(each.name)) for each in source.columns if change(each.name))
    labels = {change(name): label for name, label in dialect.labels.items() if change(name)}
    changed = replace(source, columns=columns, dialects=(replace(dialect, labels=labels),))
    others = tuple(each for each in registry.all_sources() if each.name != "events")
    monkeypatch.setattr(registry, "all_sources", lambda: (*others, changed))


def test_corrections_given_when_the_source_had_other_columns_hold_where_they_still_can(
    lake, ledger, clock, taken, monkeypatch
):
    release_rows(lake, ledger, PATH, fill(lake, {**GOOD, "product_id": "123456"}), clock)
    change_columns(monkeypatch, lambda name: None if name == "product_id" else name)

    assert (replay_file(lake, ledger, PATH, clock), counts(ledger, lake)) == ("conditioned", (4, 3, 1, 0))

    change_columns(monkeypatch, lambda name: "title" if name == "name" else name)

    assert (replay_file(lake, ledger, PATH, clock), counts(ledger, lake)) == ("conditioned", (4, 2, 2, 0))
    assert list_still_wrong(lake, PATH) == ["line 4: as corrected, title is missing"]
    mended = {**{name: text for name, text in GOOD.items() if name != "name"}, "title": "mended"}
    assert release_rows(lake, ledger, PATH, fill(lake, mended), clock) == "conditioned"
    assert counts(ledger, lake) == (4, 3, 1, 0)


def test_rejected_rows_of_long_text_are_listed(lake, ledger, clock):
    drop(lake, PATH, calendar("one") + b'"' + b"x" * 200_000 + b'",2\n')
    condition_drop(lake, ledger, PATH, clock)
    monkey = csv.field_size_limit(131_072)
    try:
        _, row = list_rejects(lake, PATH)
    finally:
        csv.field_size_limit(monkey)

    assert row[4] == '"' + "x" * 200_000 + '",2'


def mend_source(monkeypatch):
    """Have the source take what it rejected for days that are not known."""
    source = registry.get_source("events")
    (dialect,) = source.dialects
    columns = tuple(replace(c, optional=True) if c.name == "start_date" else c for c in source.columns)
    dialects = (replace(dialect, sentinels={"start_date": ("99/99/2026",)}),)
    mended = replace(source, columns=columns, dialects=dialects)
    others = tuple(each for each in registry.all_sources() if each.name != "events")
    monkeypatch.setattr(registry, "all_sources", lambda: (*others, mended))


def test_a_replay_after_a_fix_of_the_source_takes_rejected_rows_in(lake, ledger, clock, taken, monkeypatch):
    mend_source(monkeypatch)

    assert replay_file(lake, ledger, PATH, clock) == "conditioned"
    assert counts(ledger, lake) == (4, 4, 0, 0)
    assert read(lake, "quarantine", quarantine_path(PATH)) is None


def test_a_file_that_was_dropped_again_as_it_was_is_released_and_replayed_like_any(
    lake, ledger, clock, taken, monkeypatch
):
    drop(lake, PATH, calendar("one", "two", bad=2))
    condition_drop(lake, ledger, PATH, clock)

    assert release_rows(lake, ledger, PATH, fill(lake, GOOD), clock) == "conditioned"
    assert counts(ledger, lake) == (4, 3, 1, 0)
    mend_source(monkeypatch)
    assert replay_file(lake, ledger, PATH, clock) == "conditioned"
    assert counts(ledger, lake) == (4, 4, 0, 0)


def test_a_replay_without_a_fix_changes_nothing(lake, ledger, clock, taken):
    output = output_of(lake, PATH)

    assert [replay_file(lake, ledger, PATH, clock) for _ in range(2)] == ["conditioned"] * 2
    assert (output_of(lake, PATH), counts(ledger, lake)) == (output, (4, 2, 2, 0))


def test_a_refused_file_is_replayed_and_refused_again(lake, ledger, clock):
    drop(lake, PATH, DAMAGED)
    condition_drop(lake, ledger, PATH, clock)

    assert replay_file(lake, ledger, PATH, clock) == "quarantined"
    assert ledger.conditioned.list_rejected("events") == [PATH]


def test_files_with_rejects_are_listed_and_others_not(lake, ledger, clock, taken):
    drop(lake, "events/good.csv", calendar("three"))
    condition_drop(lake, ledger, "events/good.csv", clock)

    assert ledger.conditioned.list_rejected("events") == [PATH]
    assert ledger.conditioned.list_rejected("weather") == []


def test_text_that_a_spreadsheet_would_calculate_is_neutralised_in_the_list_of_rejects_only(lake, ledger, clock):
    formula = "=HYPERLINK(1),festival,bad,texas,ALL,99/99/2026,05/03/2026,,04/01/2026"
    quoted = "'" + formula
    drop(lake, PATH, calendar("one") + f"{formula}\n{quoted}\n".encode())
    condition_drop(lake, ledger, PATH, clock)
    header, *rows = list_rejects(lake, PATH)

    assert [row[header.index("raw")] for row in rows] == [f"'{formula}", f"'{quoted}"]
    assert f",{formula}" in read(lake, "quarantine", quarantine_path(PATH)).decode().replace('"', "")
    release_rows(lake, ledger, PATH, fill(lake, GOOD, {**GOOD, "event_id": "B1"}), clock)
    assert counts(ledger, lake) == (3, 3, 0, 0)
