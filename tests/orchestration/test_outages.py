"""An outage of the lake: good files come in by themselves behind it, and one that cannot be read stalls no ingest."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from orchestrators.ingest import PATIENCE
from orchestrators.starters import RECONCILIATION
from shared import wiring
from shared.domain.identities import conditioned_path
from shared.ports import LakeUnavailable
from tests.contracts.drops import calendar, drop, read

PATHS = [f"events/{number}.csv" for number in range(3)]


class FailingLake:
    """A lake that answers for some raw files that it is not to be reached."""

    def __init__(self, lake):
        self._lake, self.unreachable = lake, set()

    def __getattr__(self, name):
        return getattr(self._lake, name)

    @contextmanager
    def open_read(self, container, path, etag=None):
        if path in self.unreachable:
            raise LakeUnavailable(f"{path}: the network is down")
        with self._lake.open_read(container, path, etag) as stream:
            yield stream


@pytest.fixture
def lake(host, monkeypatch):
    """The lake that the app has."""
    failing = FailingLake(wiring.lake())
    with monkeypatch.context() as patched:
        patched.setattr(wiring, "lake", lambda: failing)
        yield failing


def outputs(lake):
    return [path for path in PATHS if read(lake, "conditioned", conditioned_path(path))]


def test_files_that_landed_in_an_outage_come_in_by_themselves_behind_it(host, lake):
    lake.unreachable = set(PATHS)
    for path in PATHS:
        drop(lake, path, calendar(path[7]))
    host.run_for(minutes=20)
    assert outputs(lake) == []
    assert wiring.ledger().files.count_by_state() == {"landed": 3}

    lake.unreachable = set()
    host.run_for(minutes=16)
    assert outputs(lake) == PATHS
    assert wiring.ledger().files.count_by_state() == {"conditioned": 3}


def test_an_ingest_waits_for_a_file_that_cannot_be_read_but_not_for_ever(host, lake):
    lake.unreachable = {PATHS[1]}
    for path in PATHS:
        drop(lake, path, calendar(path[7]))
    host.run()
    host.start("ingest", RECONCILIATION, {})
    host.run_for(minutes=1)
    assert host.status(RECONCILIATION)["runtimeStatus"] == "Running"
    assert outputs(lake) == [PATHS[0], PATHS[2]]

    host.run_for(seconds=PATIENCE.total_seconds() + 60)
    status = host.status(RECONCILIATION)
    assert (status["runtimeStatus"], status["output"]) == ("Completed", {"conditioned": 2, "landed": 1})
