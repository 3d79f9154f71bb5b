"""Ten thousand models: no instance grows a long history, and the orchestration costs little."""

from __future__ import annotations

import pytest

from bench.azure_ml.orchestration import MOST_CPU, MOST_EVENTS, orchestrate
from bench.azure_ml.worlds import ScriptedWorld, make_fleet
from shared.domain.fleets import MOST_SHARDS

MOST_BYTES = 100_000


@pytest.mark.parametrize(
    ("regions", "formats", "movers"),
    [(14, 3, 2), (10, 10, 10), (20, 25, 20), (1, 50, 50), (120, 2, 1)],
    ids=["84 models", "1000 models", "10000 models", "one region of 2500", "120 regions"],
)
def test_no_history_is_long_whatever_the_shape_of_the_fleet(regions, formats, movers):
    told = orchestrate(ScriptedWorld(make_fleet(regions, formats, movers, "segment"), looks=10))

    assert told.models == regions * formats * movers
    assert told.histories.longest <= MOST_EVENTS
    assert told.histories.largest_bytes <= MOST_BYTES


def test_rounds_that_fail_do_not_lengthen_a_history():
    fleet = make_fleet(1, 25, 10, "segment")
    once = orchestrate(ScriptedWorld(fleet, looks=3))
    again = orchestrate(ScriptedWorld(fleet, looks=3, fails=True))

    assert again.histories.episodes > 1.5 * once.histories.episodes
    assert again.histories.longest <= once.histories.longest


def test_ten_thousand_models_cost_less_than_five_seconds_of_orchestration():
    fleet = make_fleet(20, 25, 20, "segment")
    best = min(orchestrate(ScriptedWorld(fleet, looks=30), hours=6).cpu for _ in range(2))

    assert len(fleet.segments) == 10_000
    assert best < MOST_CPU


def test_a_large_region_comes_in_parts_of_whole_shards():
    fleet = make_fleet(2, 3, 2 * MOST_SHARDS, "region-format")
    small, large = make_fleet(2, 3, 2, "segment"), make_fleet(2, MOST_SHARDS, 2, "segment")

    assert list(fleet.groups) == list(small.groups) == ["r0000", "r0001"]
    assert list(large.groups) == ["r0000.1", "r0000.2", "r0001.1", "r0001.2"]
    assert sorted(cell.id for group in large.groups.values() for cell in group) == sorted(large.segments_by_id)
    assert max(len(large.shards(group)) for group in large.groups.values()) == MOST_SHARDS
