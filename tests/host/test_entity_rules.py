"""Entities, calls of HTTP, rewinding, and what replay shows to the app (durable-protocol reference, A2, A3)."""

from __future__ import annotations

from tests.host.flow_runs import DURABLE, run

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
