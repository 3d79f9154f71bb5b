"""A file that is refused where an earlier reading made an output: the output stays in use, and everybody is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conditioners import registry
from conditioners.intake import STILL_IN_USE, condition_drop
from conditioners.releases import replay_file
from shared.domain.identities import conditioned_path, quarantine_path
from tests.contracts.drops import DAMAGED, calendar, drop, output_of, read, version

PATH = "events/a.csv"


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


def test_a_refused_file_without_an_output_from_before_says_nothing_of_one(lake, ledger, clock):
    drop(lake, PATH, DAMAGED)
    condition_drop(lake, ledger, PATH, clock)

    assert STILL_IN_USE not in version(ledger, lake, PATH)["reason"]
    assert told(ledger) == (1, 0)
