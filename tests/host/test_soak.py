"""A host killed again and again at random instants loses nothing and counts nothing twice."""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter

CALLS_PER_CHAIN = 8
WINDOW = 32
"""How many activities may have run whose result is not on disk: each kill can repeat so many."""


def test_kills_at_random_instants_lose_nothing(run_host, apps, tmp_path, at_length):
    groups, size, kills = (40, 25, 200) if at_length else (6, 20, 8)
    chance = random.Random(20261121)
    arguments = (apps / "soak", "--state", tmp_path / "state.db", "--grace", 0)
    calls = tmp_path / "calls"
    host = run_host(*arguments, CALLS=str(calls))
    for number in range(groups):
        given = {"name": f"g{number}", "size": size}
        status, _, _ = host.durable("POST", f"/orchestrators/group/g{number}", json.dumps(json.dumps(given)).encode())
        assert status == 202
    slowest = 0.0
    for _ in range(kills):
        time.sleep(chance.uniform(0.0, 0.5))
        host.end(signal.SIGKILL)
        began = time.monotonic()
        host = run_host(*arguments, CALLS=str(calls))
        slowest = max(slowest, time.monotonic() - began)
    told = [host.wait_for(f"g{number}", seconds=120) for number in range(groups)]
    children = host.durable("GET", "/instances?top=100000")[2]
    made = Counter(calls.read_text().splitlines())
    expected = groups * size * CALLS_PER_CHAIN

    assert [status["output"] for status in told] == [size * CALLS_PER_CHAIN] * groups
    assert {row["runtimeStatus"] for row in children} == {"Completed"}
    assert len(children) == groups * (size + 1)
    assert len(made) == expected
    assert sum(made.values()) - expected <= kills * WINDOW
    print(
        f"{kills} kills, {expected} activities, {sum(made.values()) - expected} repeated, slowest start {slowest:.1f} s"
    )
