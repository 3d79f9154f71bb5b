"""The sample drops: every raw row is accounted for, and what comes out is the business as it was simulated."""

import polars as pl
import pytest

from cli.sample.business import simulate
from cli.sample.drops import write_drops
from conditioners.outcome import Refused
from conditioners.registry import Identified, identify
from shared.domain.weeks import IsoWeek

SOURCES = ("shipments", "weather", "weather_forecast", "shoppers", "events", "returns")


@pytest.fixture(scope="module")
def business():
    regions = ["new-england", "mid-atlantic", "capital", "carolinas"]
    return simulate(
        7, IsoWeek.parse("2026W10"), regions, stores_per_format=2, products_per_mover=2, first_week="2024W01"
    )


@pytest.fixture(scope="module")
def drops(business):
    contents = {}
    return write_drops(business, contents.__setitem__, seed=7), contents


@pytest.fixture
def results(drops, run):
    listed, contents = drops
    found = {}
    for drop in listed:
        identified = identify(drop.path, contents[drop.path][:1000])
        assert isinstance(identified, Identified)
        found[drop.path] = run(identified.source, contents[drop.path], drop.path)
    return found


def test_every_drop_comes_to_exactly_the_rows_that_it_was_made_to(drops, results):
    for drop in drops[0]:
        result = results[drop.path]
        if drop.damaged:
            assert isinstance(result.outcome, Refused)
            continue
        summary = result.summary
        found = (summary.rows_in, summary.rows_quarantined, summary.rows_duplicate)
        assert found == (drop.rows_in, drop.rows_quarantined, drop.rows_duplicate), drop.path
        assert summary.rows_in == summary.rows_out + summary.rows_quarantined + summary.rows_duplicate


def test_the_conditioned_tables_are_the_business(business, drops, results):
    for source in SOURCES:
        wanted = getattr(business, source)
        parts = [
            pl.read_csv(results[drop.path].accepted.encode(), schema=wanted.schema)
            for drop in drops[0]
            if drop.path.startswith(f"{source}/") and not drop.damaged and drop.repeats is None
        ]

        assert pl.concat(parts).sort(wanted.columns).equals(wanted.sort(wanted.columns)), source


def test_the_drops_are_spoilt_in_every_way(drops):
    listed = drops[0]

    assert sum(drop.rows_quarantined for drop in listed) > 20
    assert sum(drop.rows_duplicate for drop in listed) > 10
    assert len([drop for drop in listed if drop.damaged]) == 1
    assert len([drop for drop in listed if drop.repeats]) == 4
    assert {drop.path.rsplit(".", 1)[1] for drop in listed} == {"csv", "xlsx", "edi", "json", "txt"}


def test_a_repeated_drop_has_the_same_bytes(drops):
    listed, contents = drops
    repeated = [drop for drop in listed if drop.repeats]

    assert repeated
    for drop in repeated:
        assert contents[drop.path] == contents[drop.repeats]


def test_the_same_seed_writes_the_same_bytes(business, drops):
    again = {}
    write_drops(business, again.__setitem__, seed=7)

    assert again == drops[1]
