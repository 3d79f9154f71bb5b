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
    headrace.host.raise_event(WATCHER, hint_of(headrace), {"run": "x"})
    headrace.host.run()

    assert headrace.host.status(WATCHER)["runtimeStatus"] == "Completed"


def test_each_wait_has_a_hint_of_its_own(headrace):
    start_watching(headrace, looks=10)
    first = hint_of(headrace)
    headrace.host.raise_event(WATCHER, first)
    headrace.host.run()
    looks = headrace.backend.looks.copy()
    headrace.host.raise_event(WATCHER, first)
    headrace.host.run()

    assert hint_of(headrace) != first
    assert headrace.backend.looks == looks


def test_a_hint_does_not_make_the_watcher_slower(headrace):
    start_watching(headrace, looks=100)
    for _ in range(10):
        headrace.host.raise_event(WATCHER, hint_of(headrace))
        headrace.host.run()
    waits_for = hint_of(headrace)
    headrace.host.run_for(seconds=30)

    assert hint_of(headrace) != waits_for


def test_hints_that_come_early_late_or_twice_do_no_harm(headrace):
    assert headrace.host.raise_event(WATCHER, "run-ended-1").status == 404
    start_watching(headrace, looks=3)
    for _ in range(5):
        headrace.host.raise_event(WATCHER, "run-ended-1")
    headrace.settle()

    assert headrace.host.status("train-tiny-2026W47")["runtimeStatus"] == "Completed"
    assert headrace.host.raise_event(WATCHER, "run-ended-1").status == 410


def test_a_watchers_history_stays_short_however_long_it_watches(headrace):
    start_watching(headrace, looks=200)
    longest = 0
    for _ in range(100):
        headrace.host.run_for(minutes=5)
        longest = max(longest, len(headrace.host.status(WATCHER, with_history=True)["historyEvents"]))
        if headrace.host.status(WATCHER)["runtimeStatus"] != "Running":
            break

    assert max(headrace.backend.looks.values()) > 10
    assert longest < 15


def test_a_watch_ends_at_its_deadline_and_not_at_the_next_look(headrace):
    start_watching(headrace, looks=10_000)
    headrace.host.run_for(minutes=60, seconds=5)

    assert headrace.host.status(WATCHER)["output"] == {"canceled": 1}


def test_looks_that_fail_for_a_while_are_made_again(headrace):
    start_watching(headrace, looks=3)
    headrace.backend.is_down = True
    headrace.host.run_for(minutes=20)
    headrace.backend.is_down = False
    headrace.settle()

    assert headrace.host.status(WATCHER)["output"] == {"completed": 1}


def test_looks_that_fail_for_too_long_end_the_watch_with_the_words_of_the_last(headrace):
    start_watching(headrace, looks=3)
    headrace.backend.is_down = True
    headrace.host.run_for(minutes=50)

    texas = headrace.cells()["texas-large-fast"]
    assert texas["state"] == "failed"
    assert "the workspace does not answer" in texas["reason"]


def hint_of(headrace):
    """The event that the watcher waits for."""
    return headrace.host.status(WATCHER)["customStatus"]["waits_for"]
