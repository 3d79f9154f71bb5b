"""Watching: look at once, then ever more rarely, and sooner when somebody hints."""

from __future__ import annotations

WATCHER = "train-tiny-2026W47-1-texas-1-watch"


def start_watching(headrace, looks: int) -> None:
    headrace.backend.script.looks = looks
    headrace.host.post("/api/start/train", {"fleet": "tiny", "week": "2026W47", "segments": None})
    headrace.host.run()


def test_a_watcher_looks_ever_more_rarely(headrace):
    start_watching(headrace, looks=100)
    seen = []
    for _ in range(8):
        before = headrace.backend.looks.copy()
        waited = 0
        while headrace.backend.looks == before:
            headrace.host.run_for(seconds=10)
            waited += 10
        seen.append(waited)

    assert seen == sorted(seen)
    assert seen[0] == 30 and seen[-1] == 300


def test_a_hint_wakes_the_watcher_at_once(headrace):
    start_watching(headrace, looks=1)
    headrace.host.raise_event(WATCHER, "run-ended", {"run": "x"})
    headrace.host.run()

    assert headrace.host.status(WATCHER)["runtimeStatus"] == "Completed"


def test_hints_that_come_early_late_or_twice_do_no_harm(headrace):
    assert headrace.host.raise_event(WATCHER, "run-ended").status == 404
    start_watching(headrace, looks=3)
    for _ in range(5):
        headrace.host.raise_event(WATCHER, "run-ended")
    headrace.settle()

    assert headrace.host.status("train-tiny-2026W47")["runtimeStatus"] == "Completed"
    assert headrace.host.raise_event(WATCHER, "run-ended").status == 410
