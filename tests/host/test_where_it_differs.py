"""The only differences from the real engine that are allowed: each a hang or a loss there (golden/README.md)."""

from __future__ import annotations

import json

import pytest

DURABLE = "/runtime/webhooks/durabletask"


@pytest.fixture
def host(start_host, apps):
    return start_host(apps / "flows")


def failure(host, orchestrator, given):
    host.start(orchestrator, "i", given)
    host.run()
    status = host.status("i")
    assert status["runtimeStatus"] == "Failed"
    return status["output"]


@pytest.mark.parametrize(
    ("orchestrator", "given", "what"),
    [
        ("calls", "nope", "The function 'nope' doesn't exist, is disabled, or is not an activity function."),
        ("calls_child", {"name": "nope"}, "The function 'nope' doesn't exist, is disabled, or is not an orchestrator"),
        (
            "asks",
            {"entity": "nope", "operation": "x"},
            "The function 'nope' doesn't exist, is disabled, or is not an ent",
        ),
    ],
)
def test_a_name_that_does_not_exist_fails_the_instance(host, orchestrator, given, what):
    assert what in failure(host, orchestrator, given)


def test_a_child_id_that_is_the_callers_own_fails_the_instance(host):
    assert "The child's instance ID 'i' is the caller's own" in failure(
        host, "calls_child", {"name": "waits", "id": "i"}
    )


def test_a_child_id_that_is_the_parents_fails_the_child(host):
    inner = {"name": "calls_child", "id": "kid", "input": {"name": "waits", "id": "i"}}

    assert "is that of the caller's parent" in failure(host, "calls_child", inner)


def test_a_child_id_that_starts_with_an_at_sign_fails_the_instance(host):
    assert "starts with '@'" in failure(host, "calls_child", {"name": "waits", "id": "@x@y"})


def test_a_version_that_nobody_serves_fails_the_instance(host):
    host.post(f"{DURABLE}/orchestrators/returns_version/i?version=9.0")
    host.run()

    status = host.status("i")
    assert status["runtimeStatus"] == "Failed"
    assert "version '9.0', which this app does not serve" in status["output"]


def test_purging_by_filter_leaves_running_instances(host):
    host.start("waits", "running")
    host.start("returns_input", "ended")
    host.run()

    assert host.delete(f"{DURABLE}/instances?createdTimeFrom=2000-01-01").json() == {"instancesDeleted": 1}
    assert host.status("running")["runtimeStatus"] == "Running"


def test_a_termination_beside_a_continue_as_new_is_kept(host):
    host.start("continues_for_ever", "i")
    host.run()
    host.raise_event("i", "next")
    host.post(f"{DURABLE}/instances/i/terminate?reason=enough")
    host.run()

    assert (host.status("i")["runtimeStatus"], host.status("i")["output"]) == ("Terminated", "enough")


# --- versions, which the allowed difference leaves as they are otherwise --------------------------------------------


@pytest.fixture
def versioned(start_host, apps, tmp_path):
    """Start the flows app with settings of extensions.durableTask."""

    def start(**settings):
        app = tmp_path / "versioned"
        app.mkdir()
        (app / "function_app.py").write_text((apps / "flows" / "function_app.py").read_text())
        (app / "host.json").write_text(json.dumps({"version": "2.0", "extensions": {"durableTask": settings}}))
        return start_host(app)

    return start


def test_an_instance_gets_the_default_version_and_so_do_its_children(versioned):
    host = versioned(defaultVersion="2.0")
    host.start("returns_version", "i")
    host.start("calls_child", "p", {"name": "returns_version"})
    host.run()

    assert (host.status("i")["output"], host.status("p")["output"]) == ("2.0", "2.0")


@pytest.mark.parametrize(("version", "status"), [("1.5", "Completed"), ("2.0", "Completed"), ("10.0", "Failed")])
def test_current_or_older_versions_are_served(versioned, version, status):
    host = versioned(defaultVersion="2.0")
    host.post(f"{DURABLE}/orchestrators/returns_version/i?version={version}")
    host.run()

    assert host.status("i")["runtimeStatus"] == status


def test_a_strict_match_serves_one_version_only(versioned):
    host = versioned(defaultVersion="2.0", versionMatchStrategy="Strict")
    host.post(f"{DURABLE}/orchestrators/returns_version/i?version=1.5")
    host.run()

    assert host.status("i")["runtimeStatus"] == "Failed"


def test_inputs_are_stored_in_the_history_on_demand(versioned):
    host = versioned(storeInputsInOrchestrationHistory=True)
    host.start("calls", "i", "echo")
    host.run()

    (ended,) = [event for event in host.status("i", True)["historyEvents"] if event["EventType"] == "TaskCompleted"]
    assert ended["Input"] == '["\\"x\\""]'


def test_any_state_lets_a_start_replace_a_running_instance(versioned):
    host = versioned(overridableExistingInstanceStates="AnyState")
    host.start("waits", "i")
    host.run()
    host.start("returns_input", "i", 5)
    host.run()

    assert host.status("i")["output"] == 5


def test_too_many_actions_hang_as_in_azure_and_are_logged(versioned, caplog):
    host = versioned(maxOrchestrationActions=1)
    host.start("fans_out", "i", 2)
    host.run()
    assert host.status("i")["runtimeStatus"] == "Completed"  # one action: a WhenAll of two

    host.start("monitor", "j", 5)
    host.run_for(days=1)
    assert host.status("j")["runtimeStatus"] == "Running"
    assert "maxOrchestrationActions" in caplog.text
