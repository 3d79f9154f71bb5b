"""Events that come never, late, twice and thrice, and workers that die: nothing is lost, nothing contradicts itself."""

from __future__ import annotations

import os

from bench.event_storm import run_storm


def test_a_storm_of_lost_and_repeated_events_and_killed_workers_leaves_every_file_accounted_for(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADRACE_HOME", os.environ.get("HEADRACE_HOME", ""))
    outcome = run_storm(tmp_path, files=300, kills=8)

    assert outcome.wrong == ()
    assert outcome.kills >= 4
    assert outcome.states["conditioned"] > 200
    assert outcome.states.get("landed", 0) == outcome.states.get("conditioning", 0) == 0
