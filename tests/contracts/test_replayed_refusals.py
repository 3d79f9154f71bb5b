"""A file with an output that is replayed and refused, or given up: whoever dies meanwhile, ledger and lake agree."""

from __future__ import annotations

from contextlib import suppress

import pytest

from conditioners.drops import claimed_drop
from conditioners.drops.intake import condition_drop
from conditioners.drops.refusals import FILE_REFUSED
from conditioners.drops.releases import replay_file
from conditioners.outcome import Refused
from shared.adapters.folder_lake import FolderLake
from shared.domain.files import MAX_ATTEMPTS
from shared.domain.identities import quarantine_path
from tests.contracts.drops import calendar, drop, output_of, read, reconcile, version
from tests.contracts.test_intake_crashes import Doom, DoomedLake, DoomedLedger, _Killed

PATH = "events/a.csv"
WITH_REJECTS, WITHOUT = calendar("one", bad=2), calendar("one")
MOST_WRITES = 20


def refuse(*_, **__):
    """What a declaration does that does not know the file any more."""
    return Refused("it is declared otherwise by now")


def fail(*_, **__):
    """What a declaration does that is wrong."""
    raise ZeroDivisionError


def refusals(lake):
    """How many lines of the file's quarantine speak for the whole file."""
    return (read(lake, "quarantine", quarantine_path(PATH)) or b"").count(FILE_REFUSED.encode())


@pytest.mark.parametrize("is_mended", [False, True])
@pytest.mark.parametrize("content", [WITH_REJECTS, WITHOUT])
def test_whoever_dies_while_a_replayed_file_is_refused_leaves_it_to_the_next_one(
    content, is_mended, tmp_path, make_ledger, clock, monkeypatch
):
    for point in range(MOST_WRITES):
        lake, ledger, doom = FolderLake(tmp_path / f"lake-{point}"), make_ledger(f"{point}.db"), Doom(point)
        drop(lake, PATH, content)
        condition_drop(lake, ledger, PATH, clock)
        state = None
        with monkeypatch.context() as declared:
            declared.setattr(claimed_drop, "condition", refuse)
            with suppress(_Killed):
                state = replay_file(DoomedLake(lake, doom), DoomedLedger(ledger, doom), PATH, clock)
            if not is_mended:
                reconcile(lake, ledger, clock)
        is_over = state is not None
        reconcile(lake, ledger, clock)

        state = version(ledger, lake, PATH)["state"]
        assert state == ("conditioned" if is_mended and not is_over else "quarantined"), f"killed at {point}"
        assert refusals(lake) == (state == "quarantined"), f"killed at {point}"
        assert b"Eone" in output_of(lake, PATH)
    assert is_over


@pytest.mark.parametrize("content", [WITH_REJECTS, WITHOUT])
def test_a_replayed_file_that_is_given_up_keeps_its_reason_in_quarantine(content, lake, ledger, clock, monkeypatch):
    drop(lake, PATH, content)
    condition_drop(lake, ledger, PATH, clock)
    monkeypatch.setattr(claimed_drop, "condition", fail)
    for _ in range(MAX_ATTEMPTS):
        replay_file(lake, ledger, PATH, clock)
    reconcile(lake, ledger, clock)

    assert (version(ledger, lake, PATH)["state"], refusals(lake)) == ("quarantined", 1)
