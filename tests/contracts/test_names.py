"""Raw files under whose names nothing can be made: each is accounted for in the ledger, with the reason."""

from __future__ import annotations

import os
import time

import pytest

from cli.sources import REMEDY, list_sources
from conditioners.drops.intake import condition_drop
from orchestrators.activities.ingest import find_drops
from shared import wiring
from shared.domain.blob_names import spell_path
from shared.domain.identities import conditioned_path
from tests.contracts.drops import DAMAGED, calendar, drop, output_of, reconcile, version
from tests.contracts.test_folder_lake import deny

TICK = 0.02
"""Seconds after which the system's clock shows another time."""
BACKSLASH, LONG = "events/a\\b.csv", f"events/{'x' * 240}.csv"


@pytest.fixture
def app(folder_lake, ledger, clock, monkeypatch):
    """The activities on a folder and a ledger."""
    use(monkeypatch, folder_lake, ledger, clock)


def use(monkeypatch, lake, ledger, clock):
    """Have the activities work on these."""
    monkeypatch.setattr(wiring, "lake", lambda: lake)
    monkeypatch.setattr(wiring, "ledger", lambda: ledger)
    monkeypatch.setattr(wiring, "now", clock)


def test_a_name_that_no_lake_takes_is_accounted_for_with_the_reason_until_it_is_gone(
    app, tmp_path, folder_lake, ledger, clock, capsys
):
    for name in (BACKSLASH, LONG):
        (tmp_path / "lake/raw" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lake/raw" / name).write_bytes(calendar("one"))
    drop(folder_lake, "events/good.csv", calendar("two"))
    for _ in range(2):
        (batch,) = find_drops({})["batches"]
        assert batch == ["events/good.csv"]
    told = {file["path"]: file for file in ledger.reports.list_files(source="events", state="quarantined", top=9)}

    assert told.keys() == {spell_path(BACKSLASH), spell_path(LONG)}
    assert told[spell_path(LONG)]["reason"].endswith("has a step longer than 200 bytes")
    list_sources()
    shown = capsys.readouterr().out
    assert "give the raw file another name: 'events/a\\\\b.csv'… holds a backslash" in shown
    assert REMEDY in shown and "no longer holds" not in shown

    (tmp_path / "lake/raw" / BACKSLASH).rename(tmp_path / "lake/raw/events/a-b.csv")
    find_drops({})
    reconcile(folder_lake, ledger, clock)
    assert ledger.files.count_by_state() == {"quarantined": 1, "superseded": 1, "conditioned": 2}


def test_a_link_among_raw_files_is_told_until_the_file_itself_is_there(
    app, tmp_path, folder_lake, ledger, clock, capsys
):
    (tmp_path / "elsewhere.csv").write_bytes(calendar("one"))
    link = tmp_path / "lake/raw/events/a.csv"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "elsewhere.csv")
    for _ in range(2):
        assert find_drops({})["batches"] == []
    list_sources()
    assert "events: events/a.csv was refused: put the file itself in its place: it is a link" in capsys.readouterr().out

    link.unlink()
    (tmp_path / "elsewhere.csv").rename(link)
    find_drops({})
    reconcile(folder_lake, ledger, clock)
    assert ledger.files.count_by_state() == {"superseded": 1, "conditioned": 1}


def test_a_folder_of_raw_files_that_cannot_be_looked_into_is_told_until_it_can_be(
    app, tmp_path, folder_lake, ledger, clock, monkeypatch, capsys
):
    drop(folder_lake, "events/closed/a.csv", calendar("one"))
    drop(folder_lake, "events/open/b.csv", calendar("two"))
    with monkeypatch.context() as denied:
        deny(denied, os, "scandir")
        assert find_drops({})["batches"] == [["events/open/b.csv"]]
        list_sources()
    told = capsys.readouterr().out
    assert "events/closed was refused: let the user that Headrace runs as read it: Permission denied" in told

    find_drops({})
    reconcile(folder_lake, ledger, clock)
    assert ledger.files.count_by_state() == {"superseded": 1, "conditioned": 2}


def test_an_event_for_a_name_that_no_lake_takes_is_no_fault(lake, ledger, clock):
    assert condition_drop(lake, ledger, BACKSLASH, clock) == "quarantined"


def test_a_file_whose_output_has_no_place_beside_anothers_is_refused_and_says_why(folder_lake, ledger, clock):
    drop(folder_lake, "events/x", calendar("one"))
    drop(folder_lake, "events/x.csv/y", calendar("two"))
    reconcile(folder_lake, ledger, clock)

    assert output_of(folder_lake, "events/x")
    told = version(ledger, folder_lake, "events/x.csv/y")
    assert told["state"] == "quarantined"
    assert told["reason"].startswith("its output has no place, so give it another name: conditioned/events/x.csv/y.csv")


def test_a_file_whose_rejected_rows_have_no_place_beside_anothers_has_no_output(folder_lake, ledger, clock):
    drop(folder_lake, "events/x", DAMAGED)
    drop(folder_lake, "events/x.csv/y", calendar("two", bad=1))
    reconcile(folder_lake, ledger, clock)

    assert version(ledger, folder_lake, "events/x.csv/y")["state"] == "quarantined"
    assert folder_lake.stat("conditioned", conditioned_path("events/x.csv/y")) is None


def test_a_file_whose_output_would_be_the_folder_of_others_is_refused_and_says_why(folder_lake, ledger, clock):
    drop(folder_lake, "events/x.csv/y", calendar("two"))
    reconcile(folder_lake, ledger, clock)
    drop(folder_lake, "events/x", calendar("one"))
    reconcile(folder_lake, ledger, clock)

    reason = version(ledger, folder_lake, "events/x")["reason"]
    assert reason.endswith("conditioned/events/x.csv is the folder of other blobs")
    assert output_of(folder_lake, "events/x.csv/y")


def test_files_that_no_event_told_of_are_seen_in_the_order_in_which_they_landed(app, tmp_path, folder_lake, ledger):
    for age, name in enumerate(("c", "a", "b")):
        drop(folder_lake, f"events/{name}.csv", calendar(name))
        os.utime(tmp_path / f"lake/raw/events/{name}.csv", (1_800_000_000 - age,) * 2)  # as copies keep them
        time.sleep(TICK)
    find_drops({})

    seen = [file["path"] for file in ledger.reports.list_files(source="events", state=None, top=9)]
    assert seen == ["events/b.csv", "events/a.csv", "events/c.csv"]


@pytest.mark.parametrize("path", ["_staged/x", "_corrections/events/a.csv", "_Staged/x"])
def test_a_file_whose_rejects_would_stand_among_headraces_own_is_refused_by_its_name(
    lake, ledger, clock, monkeypatch, path
):
    use(monkeypatch, lake, ledger, clock)
    drop(lake, path, DAMAGED)
    assert condition_drop(lake, ledger, path, clock) == "quarantined"
    assert find_drops({})["batches"] == []

    (told,) = ledger.reports.list_files(source=path.split("/")[0], state="quarantined", top=9)
    assert told["reason"].startswith(f"give the raw file another name: '{path}'… is in a folder whose name is kept")
    assert list(lake.list("quarantine")) == []
