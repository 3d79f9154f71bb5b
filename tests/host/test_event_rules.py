"""What orchestrations hear and tell: events, status, suspensions (durable-protocol reference, A2, A3)."""

from __future__ import annotations

import pytest

from tests.host.flow_runs import DURABLE, kinds, run

# --- events -------------------------------------------------------------------------------------------------------


def test_of_two_waits_the_younger_gets_the_first_event(host):
    host.start("two_waits", "i")
    host.run()
    for word in ("a", "b"):
        host.raise_event("i", "word", word)
        host.run()

    assert host.status("i")["output"] == ["b", "a"]


def test_an_event_before_the_first_episode_is_heard(host):
    host.start("waits", "i")
    host.raise_event("i", "go", 5)
    host.run()

    assert host.status("i")["output"] == 5


def test_an_event_before_its_wait_satisfies_it(host):
    host.start("waits_after_step", "i")
    host.run()
    host.raise_event("i", "go", "early")
    host.run_for(hours=2)

    assert host.status("i")["output"] == "early"


def test_an_event_of_another_case_uses_up_the_wait_but_python_waits_on(host, caplog):
    host.start("waits", "i")
    host.run()
    host.raise_event("i", "GO", 1)
    host.run()
    assert host.status("i")["runtimeStatus"] == "Running"
    assert "names must match in case" in caplog.text

    host.raise_event("i", "go", 2)
    host.run()
    assert host.status("i")["output"] == 2


def test_events_behind_the_one_that_continues_as_new_are_carried_over(host):
    host.start("collects", "i")
    host.run()
    for item in "abc":
        host.raise_event("i", "item", item)
    host.run()

    assert host.status("i")["output"] == ["a", "b", "c"]


def test_unconsumed_events_of_earlier_episodes_are_lost_when_continuing_as_new(host):
    host.start("continues_at_go", "i")
    host.run()
    host.raise_event("i", "word", "lost")
    host.run()
    host.raise_event("i", "go", None)
    host.run()
    assert host.status("i")["runtimeStatus"] == "Running"

    host.raise_event("i", "word", "kept")
    host.run()
    assert host.status("i")["output"] == "kept"


# --- continue-as-new ----------------------------------------------------------------------------------------------


def test_continuing_as_new_resets_the_created_time(host):
    host.start("monitor", "i", 2)
    host.run()
    before = host.status("i")["createdTime"]
    host.run_for(days=8)

    assert host.status("i")["createdTime"] > before
    assert host.status("i")["input"] == "1"


def test_an_exception_after_continue_as_new_fails_the_instance(host):
    assert run(host, "continues_then_fails")["output"].endswith("failed: after continuing")


# --- custom status ------------------------------------------------------------------------------------------------


def test_a_falsy_custom_status_clears_the_last_one(host):
    host.start("statuses", "i", ["begun", 0])
    host.run()
    assert host.status("i")["customStatus"] == "begun"

    host.raise_event("i", "next")
    host.run()
    assert host.status("i")["customStatus"] is None


def test_the_old_custom_status_shows_until_the_continued_execution_sets_one(host):
    host.start("continues_for_ever", "i")
    host.run()
    assert host.status("i")["customStatus"] == {"round": 0}

    host.raise_event("i", "next")
    host.run()
    assert host.status("i")["customStatus"] == {"round": 1}


@pytest.mark.parametrize(("length", "status"), [(8_193, "Running"), (16_000, "Failed")])
def test_a_custom_status_of_more_than_16_kb_fails_the_instance(host, length, status):
    host.start("large_status", "i", length)
    host.run()

    told = host.status("i")
    assert told["runtimeStatus"] == status
    if status == "Failed":
        assert told["output"].endswith(
            "The UTF-16 size of the JSON-serialized payload must not exceed 16 KB. The current payload size is 31 KB."
        )


# --- suspend and terminate ----------------------------------------------------------------------------------------


def test_new_actions_are_held_back_while_suspended(host):
    host.start("continues_at_go", "i")
    host.run()
    host.post(f"{DURABLE}/instances/i/suspend?reason=lunch")
    host.run()
    host.raise_event("i", "go")
    host.run()
    assert (host.status("i")["runtimeStatus"], host.status("i")["output"]) == ("Suspended", "lunch")
    assert host.status("i")["input"] is None

    host.post(f"{DURABLE}/instances/i/resume")
    host.run()
    assert (host.status("i")["runtimeStatus"], host.status("i")["input"]) == ("Running", '"again"')


def test_no_activity_is_scheduled_while_suspended(host):
    host.start("calls_after_event", "i")
    host.run()
    host.post(f"{DURABLE}/instances/i/suspend")
    host.run()
    host.raise_event("i", "go", "word")
    host.run()
    assert kinds(host.status("i", with_history=True)) == ["ExecutionStarted", "ExecutionSuspended", "EventRaised"]

    host.post(f"{DURABLE}/instances/i/resume")
    host.run()
    assert host.status("i")["output"] == "word"


def test_the_reason_of_a_suspension_stays_after_resuming(host):
    host.start("waits", "i")
    host.run()
    for action in ("suspend?reason=lunch", "resume?reason=back"):
        host.post(f"{DURABLE}/instances/i/{action}")
        host.run()

    assert (host.status("i")["runtimeStatus"], host.status("i")["output"]) == ("Running", "lunch")


def test_a_suspended_instance_can_be_terminated(host):
    host.start("waits", "i")
    host.run()
    host.post(f"{DURABLE}/instances/i/suspend")
    host.run()
    host.post(f'{DURABLE}/instances/i/terminate?reason={{"a":1}}')
    host.run()

    assert (host.status("i")["runtimeStatus"], host.status("i")["output"]) == ("Terminated", {"a": 1})


def test_termination_keeps_the_custom_status(host):
    host.start("statuses", "i", ["begun"])
    host.run()
    host.post(f"{DURABLE}/instances/i/terminate")
    host.run()

    assert host.status("i")["customStatus"] == "begun"
