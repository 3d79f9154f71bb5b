"""A file that is refused where an earlier reading made an output: the output stays in use, and everybody is told."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from conditioners import registry
from conditioners.drops import claimed_drop
from conditioners.drops.claimed_drop import STILL_IN_USE
from conditioners.drops.intake import condition_drop
from conditioners.drops.refusals import FILE_REFUSED
from conditioners.drops.releases import list_rejects, release_rows, replay_file
from shared.domain.files import MAX_ATTEMPTS
from shared.domain.identities import conditioned_path, quarantine_path
from tests.contracts.drops import DAMAGED, EMPTY, calendar, drop, output_of, read, reconcile, version
from tests.contracts.test_intake import Meddling, once

PATH = "events/a.csv"
MENDED = {"event_id": "B0", "kind": "festival", "name": "mended", "region": "texas", "start_date": "2026-05-01",
          "end_date": "2026-05-03", "announced_date": "2026-04-01"}  # fmt: skip


@pytest.fixture
def output(lake, ledger, clock):
    """What was made of a good file."""
    drop(lake, PATH, calendar("one", "two"))
    condition_drop(lake, ledger, PATH, clock)
    return output_of(lake, PATH)


def members(lake, ledger):
    """The conditioned files that a dataset frozen now would hold."""
    standing = {(blob.path, blob.etag) for blob in lake.list("conditioned")}
    return [member.path for member in ledger.datasets.list_members(["events"], standing)]


def told(ledger):
    (source,) = ledger.reports.report_sources()
    return source["files_quarantined"], source["files_on_older_output"]


def test_a_replay_that_ends_in_a_refusal_leaves_the_output_in_use_and_says_so(lake, ledger, clock, output, monkeypatch):
    source = registry.get_source("events")
    broken = replace(source, dialects=tuple(replace(d, labels={"event_id": "No such label"}) for d in source.dialects))
    others = tuple(each for each in registry.all_sources() if each.name != "events")
    monkeypatch.setattr(registry, "all_sources", lambda: (*others, broken))

    assert replay_file(lake, ledger, PATH, clock) == "quarantined"
    assert (output_of(lake, PATH), members(lake, ledger)) == (output, [conditioned_path(PATH)])
    assert version(ledger, lake, PATH)["reason"].count(STILL_IN_USE) == 1
    assert STILL_IN_USE.encode() in read(lake, "quarantine", quarantine_path(PATH))
    assert told(ledger) == (1, 1)

    monkeypatch.undo()
    assert replay_file(lake, ledger, PATH, clock) == "conditioned"
    assert (output_of(lake, PATH), told(ledger)) == (output, (0, 0))
    assert version(ledger, lake, PATH)["reason"] is None


def test_a_newer_version_that_is_refused_leaves_the_older_output_in_use_and_says_so(lake, ledger, clock, output):
    drop(lake, PATH, DAMAGED)

    assert condition_drop(lake, ledger, PATH, clock) == "quarantined"
    assert (output_of(lake, PATH), members(lake, ledger)) == (output, [conditioned_path(PATH)])
    assert version(ledger, lake, PATH)["reason"].endswith(STILL_IN_USE)
    assert told(ledger) == (1, 1)

    drop(lake, PATH, calendar("three"))
    condition_drop(lake, ledger, PATH, clock)
    assert told(ledger) == (1, 0), "the older version was refused, but its path has a newer output"


@pytest.fixture
def rejects(lake, ledger, clock):
    """What stands in quarantine of a file of whose rows two were rejected."""
    drop(lake, PATH, calendar("one", bad=2))
    condition_drop(lake, ledger, PATH, clock)
    return read(lake, "quarantine", quarantine_path(PATH))


def test_rejected_rows_of_the_output_in_use_stay_in_quarantine_below_the_last_refusal(lake, ledger, clock, rejects):
    header, first, second = rejects.splitlines()
    for content in (DAMAGED, EMPTY, DAMAGED):
        drop(lake, PATH, content)
        assert condition_drop(lake, ledger, PATH, clock) == "quarantined"
        now_there = read(lake, "quarantine", quarantine_path(PATH)).splitlines()
        assert [now_there[0], *now_there[2:]] == [header, first, second]
        assert FILE_REFUSED.encode() in now_there[1] and STILL_IN_USE.encode() in now_there[1]

    drop(lake, PATH, calendar("one"))
    condition_drop(lake, ledger, PATH, clock)
    assert read(lake, "quarantine", quarantine_path(PATH)) is None


def test_rejected_rows_stay_when_refused_versions_follow_upon_each_other_while_they_are_read(
    lake, ledger, clock, rejects
):
    drop(lake, PATH, DAMAGED)
    overwrite = once(lambda: drop(lake, PATH, EMPTY))
    meddling = Meddling(lake, on_commit=lambda container: overwrite() if container == "quarantine" else None)
    condition_drop(meddling, ledger, PATH, clock)
    reconcile(lake, ledger, clock)

    assert version(ledger, lake, PATH)["state"] == "quarantined"
    assert read(lake, "quarantine", quarantine_path(PATH)).splitlines()[2:] == rejects.splitlines()[1:]


def test_rows_of_the_output_in_use_that_are_mended_go_out_with_the_next_version_that_can_be_read(
    lake, ledger, clock, rejects
):
    drop(lake, PATH, DAMAGED)
    condition_drop(lake, ledger, PATH, clock)
    header, first, second = list_rejects(lake, PATH)
    text = io.StringIO()
    rows = csv.DictWriter(text, header)
    rows.writeheader()
    rows.writerow({**dict(zip(header, first, strict=True)), **MENDED})

    assert release_rows(lake, ledger, PATH, text.getvalue().encode(), clock) == "quarantined"
    assert [row[:5] for row in list(list_rejects(lake, PATH))[1:]] == [first[:5], second[:5]]
    drop(lake, PATH, calendar("one", "more", bad=2).replace(b"Emore", b"E2"))
    condition_drop(lake, ledger, PATH, clock)
    assert b"B0,festival,mended" not in output_of(lake, PATH), "the row stands at another place"
    drop(lake, PATH, calendar("other", bad=2))
    condition_drop(lake, ledger, PATH, clock)
    assert b"B0,festival,mended" in output_of(lake, PATH)


def test_a_file_that_nobody_could_read_in_five_attempts_leaves_the_rejected_rows_of_its_output_in_use(
    lake, ledger, clock, rejects, monkeypatch
):
    monkeypatch.setattr(claimed_drop, "condition", lambda *_, **__: 1 / 0)
    drop(lake, PATH, calendar("two"))
    for _ in range(MAX_ATTEMPTS):
        state = condition_drop(lake, ledger, PATH, clock, raise_faults=False)
        clock.pass_by(minutes=2)

    assert state == "quarantined"
    header, refusal, *rows = read(lake, "quarantine", quarantine_path(PATH)).splitlines()
    assert b"gave up after 5 attempts: ZeroDivisionError" in refusal
    assert [header, *rows] == rejects.splitlines()


def test_a_refused_file_without_an_output_from_before_says_nothing_of_one(lake, ledger, clock):
    drop(lake, PATH, DAMAGED)
    condition_drop(lake, ledger, PATH, clock)

    assert STILL_IN_USE not in version(ledger, lake, PATH)["reason"]
    assert told(ledger) == (1, 0)
