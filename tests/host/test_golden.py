"""The recorded behaviour of the real Durable extension, scenario by scenario."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[3] / "shared" / "golden"
pytestmark = pytest.mark.skipif(
    not GOLDEN.is_dir(), reason=f"{GOLDEN} is not there, so the host cannot be held against the recorded engine"
)


def drive(run_host, folder, mode):
    """Run all scenarios on a fresh host; what drive.py said."""
    folder.mkdir()
    episodes = folder / "episodes.jsonl"
    recorded = {"GOLDEN_EPISODES": str(episodes)} if mode == "strict" else {}
    host = run_host(GOLDEN / "app", "--state", folder / "state.db", "--replay", mode, **recorded)
    arguments = ["--episodes", episodes] if mode == "strict" else []
    told = subprocess.run(
        [sys.executable, GOLDEN / "drive.py", "check", host.address, *arguments],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    host.end()
    return told.stdout


def test_every_recorded_scenario_is_the_same_in_both_replay_modes(run_host, tmp_path):
    with ThreadPoolExecutor() as pool:  # the scenarios mostly wait
        strict = pool.submit(drive, run_host, tmp_path / "strict", "strict")
        session = pool.submit(drive, run_host, tmp_path / "session", "session")

    assert strict.result().splitlines()[-1] == "37 same, 0 differ", strict.result()
    assert session.result().splitlines()[-1] == "37 same, 0 differ", session.result()
