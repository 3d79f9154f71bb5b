"""The command `source ls` names the files that were refused, why, and what to do until they are replaced."""

import json
import re

import pytest

from cli.sources import MOST_REFUSED, REMEDY, list_sources
from conditioners.drops.intake import condition_drop
from shared import wiring
from shared.adapters.folder_lake import FolderLake
from tests.contracts.drops import DAMAGED, calendar, drop, version

PATH = "events/a.csv"


@pytest.fixture
def lake(tmp_path):
    return FolderLake(tmp_path / "lake")


@pytest.fixture
def take(lake, ledger, clock, monkeypatch):
    """Drop a file and have it conditioned."""
    monkeypatch.setattr(wiring, "lake", lambda: lake)
    monkeypatch.setattr(wiring, "ledger", lambda: ledger)

    def call(path, content):
        drop(lake, path, content)
        condition_drop(lake, ledger, path, clock)

    return call


def test_a_refused_file_is_named_with_its_reason_and_what_to_do(take, lake, ledger, capsys):
    take(PATH, DAMAGED)
    reason = version(ledger, lake, PATH)["reason"]
    list_sources()

    told = capsys.readouterr().out
    assert f"events: {PATH} was refused: {reason}\nevents: {REMEDY}\n" in told


def test_a_refused_version_that_was_replaced_asks_for_nothing(take, capsys):
    take(PATH, DAMAGED)
    take(PATH, calendar("one"))
    list_sources()
    told = capsys.readouterr().out
    list_sources(as_json=True)

    assert "the lake no longer holds this version" in told and REMEDY not in told
    (events,) = (each for each in json.loads(capsys.readouterr().out)["sources"] if each["refused"])
    assert [(file["path"], file["replaced"]) for file in events["refused"]] == [(PATH, True)]


def test_of_many_refused_files_the_last_are_named_and_the_others_counted(take, capsys):
    for number in range(MOST_REFUSED + 2):
        take(f"events/{number}.csv", DAMAGED + b"%d" % number)
    list_sources()

    told = capsys.readouterr().out
    assert told.count("was refused:") == MOST_REFUSED
    assert "events: 2 more were refused before" in told


def test_the_last_drop_is_told_to_the_minute_and_files_that_wait_are_counted(lake, ledger, clock, take, capsys):
    take(PATH, calendar("one"))
    for name in ("b", "c"):
        seen = drop(lake, f"events/{name}.csv", calendar(name))
        ledger.files.record_landed(seen.path, seen.etag, seen.size, clock(), clock())
    list_sources()

    told = capsys.readouterr().out
    assert re.search(r"^  events +3 .* 2026-05-01  [0-9-]{10} [0-9:]{5}$", told, re.MULTILINE)
    assert "events: 2 wait to be conditioned; a host that runs does so within minutes" in told


def test_a_file_that_waits_behind_an_outage_is_named_with_what_failed(lake, ledger, clock, take, capsys):
    seen = drop(lake, PATH, calendar("one"))
    file = ledger.files.record_landed(PATH, seen.etag, seen.size, clock(), clock())
    ledger.files.postpone(ledger.files.claim(file.id, clock()), "LakeUnavailable: the network is down", clock())
    list_sources()

    told = capsys.readouterr().out
    assert f"events: {PATH} was tried and will be again: LakeUnavailable: the network is down" in told
