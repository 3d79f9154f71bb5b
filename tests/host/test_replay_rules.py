"""How orchestrations run: the engine's rules, seen through the host (durable-protocol reference, A2 and A3)."""

from __future__ import annotations

import pytest

DURABLE = "/runtime/webhooks/durabletask"


@pytest.fixture(params=["session", "strict"])
def host(start_host, apps, request):
    """The flows app on a stepped host, in either replay mode."""
    return start_host(apps / "flows", replay=request.param)


def run(host, orchestrator, given=None, instance="i", **span):
    host.start(orchestrator, instance, given)
    host.run_for(**(span or {"minutes": 10}))
    return host.status(instance, with_history=True)


def kinds(status):
    return [event["EventType"] for event in status["historyEvents"]]


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


# --- call_http ----------------------------------------------------------------------------------------------------


def test_call_http_fails_where_nobody_listens(host):
    status = run(host, "calls_http", {"uri": "http://127.0.0.1:1/"})

    assert "failed: Connection refused (127.0.0.1:1)" in status["output"]


def test_call_http_refuses_other_schemes(host):
    assert "Only absolute http and https URIs" in run(host, "calls_http", {"uri": "file:///etc/passwd"})["output"]


# --- entities -----------------------------------------------------------------------------------------------------


def test_an_entity_operation_that_fails_does_not_roll_back(host):
    asked = {"entity": "counter", "operation": "add_and_fail", "input": 5}

    assert run(host, "asks", asked)["output"] == "Exception('entity boom')"
    assert host.get(f"{DURABLE}/entities/counter/k").json() == 5


def test_a_destructed_entity_starts_afresh(host):
    for number, (operation, value) in enumerate((("add", 5), ("delete", None), ("add", 2))):
        run(host, "asks", {"entity": "counter", "operation": operation, "input": value}, f"i{number}")

    assert host.get(f"{DURABLE}/entities/counter/k").json() == 2


def test_entity_names_ignore_case_and_keys_do_not(host):
    run(host, "asks", {"entity": "COUNTER", "key": "A", "operation": "add", "input": 1}, "i")
    run(host, "asks", {"entity": "counter", "key": "a", "operation": "add", "input": 2}, "j")

    assert host.get(f"{DURABLE}/entities/Counter/A").json() == 1
    assert host.get(f"{DURABLE}/entities/counter/a").json() == 2


def test_a_signal_is_sent_although_the_orchestration_ends_at_once(host):
    run(host, "signals", 3)

    assert host.get(f"{DURABLE}/entities/counter/signalled").json() == 3


# --- rewind -------------------------------------------------------------------------------------------------------


def test_rewinding_a_parent_runs_its_failed_child_again(start_host, apps, tmp_path, monkeypatch):
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    host = start_host(apps / "everything")
    flag = tmp_path / "flag"
    host.start("needs_file", "child", str(flag))
    host.run()
    assert host.status("child")["runtimeStatus"] == "Failed"

    flag.write_text("here")
    host.post(f"{DURABLE}/instances/child/rewind?reason=made")
    host.run()
    status = host.status("child", with_history=True)
    assert status["output"] == "found"
    assert [event["Data"] for event in status["historyEvents"] if event["EventType"] == "GenericEvent"] == [
        None, None, None, "made",
    ]  # fmt: skip


# --- what replay shows to the app ---------------------------------------------------------------------------------


def test_both_replay_modes_show_the_same_to_the_app(start_host, apps, tmp_path):
    seen = {}
    for mode in ("session", "strict"):
        host = start_host(apps / "flows", replay=mode, state=tmp_path / f"{mode}.db")
        noted = host.app.functions["echo"].call.__globals__["SEEN"]
        noted.clear()
        host.start("yields_old_task", "i")
        host.run_for(hours=3)
        seen[mode] = list(noted)

    (after, end) = seen["session"]
    assert after[1] is True, "a task that ended in an earlier episode counts as replayed"
    assert end[1] is False
    assert after in seen["strict"]
    assert end == seen["strict"][-1]


def test_dropped_sessions_are_replayed_from_their_histories(start_host, apps, monkeypatch):
    monkeypatch.setattr("embedded_host.durable.asking.MAX_SESSIONS", 1)
    monkeypatch.setattr("embedded_host.durable.asking.STRICT_SAMPLE_EVERY", 3)
    host = start_host(apps / "flows")
    for number in range(4):
        host.start("monitor", f"m{number}", 3)
        host.start("sleeps", f"s{number}", 30)
        host.start("fans_out", f"f{number}", 5)
    host.run_for(days=31)

    assert [host.status(f"m{number}")["output"] for number in range(4)] == ["done"] * 4
    assert [round(host.status(f"s{number}")["output"]) for number in range(4)] == [30 * 86_400] * 4
    assert [host.status(f"f{number}")["output"] for number in range(4)] == [10] * 4
