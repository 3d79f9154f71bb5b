"""Tests on the virtual clock: long times pass at once, in an order that a seed decides."""

from __future__ import annotations


def test_sixty_days_pass_in_hops_of_three_days(start_host, apps):
    host = start_host(apps / "flows")
    host.start("sleeps", "long", 60)
    host.run_for(days=61)

    status = host.status("long", with_history=True)
    assert round(status["output"]) == 60 * 86_400
    assert sum(event["EventType"] == "TimerFired" for event in status["historyEvents"]) == 19


def test_a_year_of_weekly_ticks_continues_as_new(start_host, apps):
    host = start_host(apps / "flows")
    host.start("monitor", "weekly", 52)
    host.run_for(days=366)

    assert host.status("weekly")["output"] == "done"


def test_the_same_seed_gives_the_same_trace(start_host, apps, tmp_path):
    traces = []
    for number, seed in enumerate((1, 1, 2)):
        host = start_host(apps / "flows", state=tmp_path / f"{number}.db", seed=seed, shuffled=True)
        for instance in range(5):
            host.start("fans_out", f"fan-{instance}", 4)
        host.run()
        traces.append(host.trace())

    assert traces[0] == traces[1]
    assert traces[0] != traces[2]
