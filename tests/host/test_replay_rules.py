"""Orchestrations call activities, timers and children, seen through the host (durable-protocol reference, A2, A3)."""

from __future__ import annotations

from tests.host.flow_runs import DURABLE, kinds, run

# --- activities and results ---------------------------------------------------------------------------------------


def test_an_activity_is_found_by_its_own_name_whatever_the_case(host):
    assert run(host, "calls", "said_TWICE")["output"] == "xx"


def test_an_async_activity_runs(host):
    assert run(host, "calls", "echo_later")["output"] == "x"


def test_a_failed_activity_fails_the_orchestration_in_the_engines_words(host):
    status = run(host, "calls", "fail")

    assert status["runtimeStatus"] == "Failed"
    assert status["output"].startswith(
        "Orchestrator function 'calls' failed: Activity function 'fail' failed:  ValueError: x \n "
    )
    assert '"ClassName":"System.Exception"' in status["output"]


def test_a_result_that_is_no_json_fails_the_activity(host):
    assert (
        "ValueError: activity trigger output must be json serializable ({1, 2})"
        in run(host, "calls", "returns_a_set")["output"]
    )


def test_an_output_that_is_no_json_fails_the_orchestration(host):
    assert run(host, "unserialisable")["output"].endswith("failed: Object of type set is not JSON serializable")


def test_an_exception_without_text_is_told_by_its_class(host):
    assert run(host, "raises_nothing_said")["output"].endswith("failed: <class 'Exception'>")


def test_results_are_written_as_dotnet_writes_them(host):
    host.start("calls", "i", "returns_odd_numbers")
    host.run()

    (row,) = [row for row in host.hub.history_rows("i") if '"EventType":5' in row]
    assert r"[1E+22,\"NaN\",1000000000000000000000000000000,1.5,\"2026-01-01T00:00:00Z\",\"é\"]" in row


def test_a_task_that_nobody_yields_is_never_scheduled(host):
    assert kinds(run(host, "never_yielded")) == ["ExecutionStarted", "ExecutionCompleted"]


# --- timers -------------------------------------------------------------------------------------------------------


def test_a_naive_timer_fails_the_orchestration(host):
    assert "can't compare offset-naive and offset-aware datetimes" in run(host, "naive_timer")["output"]


def test_a_timer_in_the_past_fires_at_once(host):
    host.start("past_timer", "i")
    host.run()

    assert host.status("i")["output"] == "fired"


def test_an_uncancelled_loser_keeps_the_instance_running(host):
    host.start("uncancelled_timer", "i")
    host.run_for(minutes=59)
    assert (host.status("i")["runtimeStatus"], host.status("i")["output"]) == ("Running", None)

    host.run_for(minutes=2)
    assert host.status("i")["output"] is True


def test_cancelling_a_long_timer_changes_nothing_until_its_hop_fires(host):
    host.start("cancels_long_timer", "i")
    host.run_for(days=2)
    assert host.status("i")["runtimeStatus"] == "Running"

    host.run_for(days=2)
    assert host.status("i")["output"] == "cancelled"


# --- combinations -------------------------------------------------------------------------------------------------


def test_task_all_of_nothing_gives_none(host):
    status = run(host, "awaits_nothing")

    assert (status["runtimeStatus"], status["output"]) == ("Completed", None)


def test_what_follows_a_failed_task_all_is_scheduled_when_all_have_ended(host):
    host.start("goes_on_after_failure", "i")
    host.run_for(minutes=30)
    assert "compensated" not in str(host.status("i", with_history=True))

    host.run_for(hours=1)
    assert host.status("i")["output"] == "compensated"


def test_a_single_attempt_still_ends_with_a_timer(host):
    status = run(host, "single_attempt")

    assert kinds(status)[1:] == ["TaskFailed", "TimerCreated", "TimerFired", "ExecutionCompleted"]


def test_a_retried_child_with_a_given_id_keeps_it(host):
    host.start("retries_child", "i")
    host.run_for(hours=1)

    status = host.status("i", with_history=True)
    assert kinds(status).count("SubOrchestrationInstanceFailed") == 3
    assert (
        status["output"] == "Orchestrator function 'fails' failed: Activity function 'fail' failed:  ValueError: child"
    )
    assert host.status("same-child")["runtimeStatus"] == "Failed"


def test_a_child_gets_its_input_as_json_text_and_none_as_null(host):
    assert run(host, "calls_child", {"name": "returns_input", "id": "c", "input": {"a": 1}})["output"] == {"a": 1}
    assert host.status("c")["input"] == '{"a": 1}'

    run(host, "calls_child", {"name": "returns_input", "id": "d"}, "j")
    assert host.status("d")["input"] == "null"


def test_a_child_may_have_any_id(host):
    assert run(host, "calls_child", {"name": "returns_input", "id": "we ird", "input": 1})["output"] == 1


def test_a_child_silently_replaces_a_running_instance_of_its_id(host):
    host.start("waits", "taken")
    host.run()
    run(host, "calls_child", {"name": "returns_input", "id": "taken", "input": 7})

    assert host.status("taken")["name"] == "returns_input"
    assert host.status("taken")["output"] == 7


def test_children_go_on_when_their_parent_is_terminated(host):
    host.start("calls_child", "i", {"name": "waits", "id": "child"})
    host.run()
    host.post(f"{DURABLE}/instances/i/terminate?reason=enough")
    host.run()

    assert host.status("i")["runtimeStatus"] == "Terminated"
    assert host.status("child")["runtimeStatus"] == "Running"


def test_the_parent_of_a_terminated_child_fails_with_the_reason(host):
    host.start("calls_child", "i", {"name": "waits", "id": "child"})
    host.run()
    host.post(f"{DURABLE}/instances/child/terminate?reason=enough")
    host.run()

    status = host.status("i", with_history=True)
    (failed,) = [event for event in status["historyEvents"] if event["EventType"] == "SubOrchestrationInstanceFailed"]
    assert (failed["Reason"], failed["Details"]) == ("enough", None)
    assert status["runtimeStatus"] == "Failed"
