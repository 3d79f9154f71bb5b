"""How the columns of a raw file differ from those of the one that its source sent before, as the ledger keeps it."""

from __future__ import annotations

from conditioners.drops.intake import condition_drop
from conditioners.drops.releases import replay_file
from tests.contracts.drops import calendar, drop, version
from tests.contracts.taking import PATH


def test_a_file_against_the_last_one_of_its_source_tells_its_drift(lake, ledger, take):
    drop(lake, PATH, calendar("one"))
    take()
    drifted = calendar("new").replace(b"Announced", b"Announced,Budget").replace(b"04/01/2026\n", b"04/01/2026,7\n")
    drop(lake, "events/b.csv", drifted)
    take("events/b.csv")

    assert version(ledger, lake, PATH)["conditioned"]["summary"]["drift"] is None
    drift = version(ledger, lake, "events/b.csv")["conditioned"]["summary"]["drift"]
    assert (drift["new"], drift["missing"], drift["renamed"], drift["retyped"]) == (["Budget"], [], [], [])


def take_weeks(lake, ledger, clock, *columns):
    """Take in files that come one after the other, each with other columns than those of a calendar."""
    for week, column in enumerate(columns):
        more = f",{column}".encode() if column else b""
        drop(lake, f"events/{week}.csv", calendar(f"week {week}").replace(b"Announced", b"Announced" + more)
             .replace(b"04/01/2026\n", b"04/01/2026" + (b",7" if column else b"") + b"\n"))  # fmt: skip
        condition_drop(lake, ledger, f"events/{week}.csv", clock)


def new_columns(ledger, lake, path):
    drift = version(ledger, lake, path)["conditioned"]["summary"]["drift"]
    return drift and drift["new"]


def test_a_file_that_is_replayed_is_compared_with_those_before_it_and_is_not_the_last_one(lake, ledger, clock):
    take_weeks(lake, ledger, clock, "", "Budget", "Venue")
    for path in ("events/1.csv", "events/0.csv"):
        replay_file(lake, ledger, path, clock)

    assert [new_columns(ledger, lake, f"events/{week}.csv") for week in range(3)] == [None, ["Budget"], []]
    assert ledger.conditioned.find_last_drift("events")["renamed"] == [["Budget", "Venue"]]
    drop(lake, "events/3.csv", calendar("week 3"))
    condition_drop(lake, ledger, "events/3.csv", clock)
    assert ledger.conditioned.find_last_drift("events")["missing"] == ["Venue"]
