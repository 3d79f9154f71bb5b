"""Fleets to think about: the declared one, and small ones that a test bends."""

from __future__ import annotations

import copy

import pytest

from shared.domain.fleets import parse_fleet

DECLARED = {
    "name": "demand",
    "sources": ["shipments", "weather"],
    "regions": ["texas", "gulf"],
    "store_formats": ["large", "small"],
    "movers": ["slow", "fast"],
    "shard_by": "region",
    "attempts": 2,
    "deadline_minutes": 60,
    "stale_after_days": 60,
    "data_gate": {"min_weeks": 104, "max_age_weeks": 1},
    "training_gate": {"max_mape": 0.45, "min_coverage": 0.5},
    "scoring_gate": {"max_times_history": 10, "min_rows_share": 1.0},
    "job": {"target": "units", "seed": 7},
}


@pytest.fixture
def declare():
    """The declaration of a fleet of 2 x 2 x 2 segments with some fields changed; `...` takes a field out."""

    def make(**changes):
        declared = {**copy.deepcopy(DECLARED), **changes}
        return {field: value for field, value in declared.items() if value is not ...}

    return make


@pytest.fixture
def make_fleet(declare):
    """The fleet of such a declaration."""
    return lambda **changes: parse_fleet(declare(**changes))
