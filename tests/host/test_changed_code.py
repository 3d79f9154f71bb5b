"""Histories replayed against changed code: loud, in the engine's words, and before a wrong step runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from embedded_host.replay_check import Severity, check_task_hub

HEAD = """
from datetime import timedelta
import azure.durable_functions as df

app = df.DFApp()
RAN = []


@app.activity_trigger(input_name="value")
def echo(value):
    RAN.append(("echo", value))
    return value


@app.activity_trigger(input_name="value")
def other(value):
    RAN.append(("other", value))
    return value


@app.entity_trigger(context_name="context")
def counter(context):
    context.set_result(1)


@app.orchestration_trigger(context_name="context")
def child(context):
    return 1
    yield


@app.orchestration_trigger(context_name="context")
def another(context):
    return 2
    yield


@app.orchestration_trigger(context_name="context")
def flow(context):
"""
WAIT = "    yield context.wait_for_external_event('go')\n"
PREFIX = "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled "
SUFFIX = " Was a change made to the orchestrator code after this instance had already started running?"
NOW = "context.current_utc_datetime"
STEPS = {
    "echo": "    yield context.call_activity('echo', 'a')\n",
    "echo b": "    yield context.call_activity('echo', 'b')\n",
    "other": "    yield context.call_activity('other', 'a')\n",
    "timer": f"    yield context.create_timer({NOW} + timedelta(seconds=1))\n",
    "child": "    yield context.call_sub_orchestrator('child', None, 'c')\n",
    "child d": "    yield context.call_sub_orchestrator('child', None, 'd')\n",
    "another": "    yield context.call_sub_orchestrator('another', None, 'c')\n",
    "entity": "    yield context.call_entity(df.EntityId('counter', 'k'), 'op')\n",
    "entity l": "    yield context.call_entity(df.EntityId('counter', 'l'), 'op')\n",
    "three at once": "    yield context.task_all([context.call_activity(n) for n in ('echo', 'other', 'echo')])\n",
    "nothing": "",
}
INSTEAD = "but the current orchestration replay instead "
MISSING = "but the current replay execution hasn't (yet?) scheduled this task."
TASK = "an activity task with sequence number 0 named 'echo', " + INSTEAD
CHILD = "a sub-orchestration task with sequence ID 0 and name 'child' (version '', instance ID 'c'), " + INSTEAD
TIMER = "a timer task with sequence number 0 "
SENT = "a send event task with sequence ID 0, type 'EventSent', name 'op', instance ID '@counter@k', " + INSTEAD
ENGINE_WORDS = [
    ("echo", "other", TASK + "scheduled an activity task named 'other' with this sequence number. "),
    ("echo", "timer", TASK + "produced a CreateTimerOrchestratorAction action with this sequence number."),
    ("echo", "nothing", "an activity task with sequence ID 0 and name 'echo' (version ''), " + MISSING),
    ("child", "another", CHILD + "scheduled a sub-orchestration task with name another at this sequence number."),
    ("child", "echo", CHILD + "produced a ScheduleTaskOrchestratorAction action at this sequence number."),
    (
        "timer",
        "echo",
        f"{TIMER}named {INSTEAD}produced a ScheduleTaskOrchestratorAction action with this sequence number.",
    ),
    ("timer", "nothing", TIMER + MISSING),
    ("entity", "echo", SENT + "scheduled a activity task at this sequence number."),
]


def write_app(folder, *steps):
    folder.mkdir(exist_ok=True)
    (folder / "function_app.py").write_text(
        HEAD + "".join(STEPS[step] for step in steps) + WAIT + "    return 'done'\n"
    )
    return folder


def deploy(start_host, tmp_path, before, after, mode="session"):
    """Run the old code until it waits, then open the same hub with the new code."""
    host = start_host(write_app(tmp_path / "old", *before))
    host.start("flow", "i")
    host.run_for(minutes=1)
    assert host.status("i")["runtimeStatus"] == "Running"
    at = host.virtual_clock.now()
    host.close()
    return start_host(write_app(tmp_path / "new", *after), start=at, replay=mode)


@pytest.mark.parametrize(("before", "after", "what"), ENGINE_WORDS, ids=[f"{b} to {a}" for b, a, _ in ENGINE_WORDS])
def test_a_changed_step_fails_in_the_engines_words(start_host, tmp_path, before, after, what):
    host = deploy(start_host, tmp_path, [before], [after], "strict")
    host.raise_event("i", "go")
    host.run()

    status = host.status("i", with_history=True)
    assert (status["runtimeStatus"], status["output"]) == ("Failed", PREFIX + what + SUFFIX)


@pytest.mark.parametrize("mode", ["session", "strict"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["echo", "timer"], ["timer", "echo"]),
        (["echo", "timer"], ["timer"]),
        (["echo", "timer"], ["timer", "echo", "timer"]),
        (["echo", "other"], ["other", "echo"]),
        (["child", "echo"], ["echo"]),
    ],
)
def test_removed_inserted_and_reordered_steps_are_found(start_host, tmp_path, before, after, mode):
    host = deploy(start_host, tmp_path, before, after, mode)
    host.raise_event("i", "go")
    host.run()

    assert host.status("i")["output"].startswith(PREFIX)


@pytest.mark.parametrize("after", [["other", "other"], ["three at once"]])
def test_a_wrong_step_does_not_run(start_host, tmp_path, after):
    host = deploy(start_host, tmp_path, ["echo", "timer"], after)
    ran = host.app.functions["echo"].call.__globals__["RAN"]
    host.raise_event("i", "go")
    host.run()

    assert ran == []
    assert host.status("i", with_history=True)["historyEvents"][-1]["EventType"] == "ExecutionCompleted"


def test_code_that_only_adds_steps_at_the_end_goes_on(start_host, tmp_path):
    host = deploy(start_host, tmp_path, ["echo"], ["echo"])
    host.raise_event("i", "go")
    host.run()

    assert host.status("i")["output"] == "done"


# --- before the deployment ----------------------------------------------------------------------------------------


def check(start_host, tmp_path, before, after):
    deploy(start_host, tmp_path, before, before)
    return check_task_hub(write_app(tmp_path / "newest", *after), tmp_path / "state.db")


def test_unchanged_code_has_no_findings(start_host, tmp_path):
    steps = ["echo", "timer", "child", "entity"]

    assert check(start_host, tmp_path, steps, steps) == []


def test_a_breaking_change_is_told_with_its_instance_and_step(start_host, tmp_path):
    (finding,) = [
        found
        for found in check(start_host, tmp_path, ["timer", "echo"], ["timer", "other"])
        if found.instance_id == "i"
    ]

    assert (finding.severity, finding.step) == (Severity.BREAKS, "TaskScheduled 1")
    assert finding.message.startswith(PREFIX)


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (
            ["echo"],
            ["echo b", "echo"],
            'Activity \'echo\' was given "a"; today\'s code gives "b" and takes its result.',
        ),
        (["child"], ["child d"], "The child was 'c'; today's code calls it 'd'."),
        (["entity"], ["entity l"], "It asked @counter@k for 'op'; today's code asks @counter@l for 'op'."),
        (["echo"], ["echo", "other"], "Today's code would at once schedule it"),
    ],
)
def test_what_the_engine_accepts_silently_is_told(start_host, tmp_path, before, after, what):
    findings = check(start_host, tmp_path, before, after)

    assert any(found.severity is Severity.SILENT and found.message.startswith(what) for found in findings), findings


def test_the_replay_command_fails_for_running_instances_only(start_host, tmp_path):
    deploy(start_host, tmp_path, ["echo"], ["echo"]).close()
    root = Path(__file__).parents[2]

    def command(app):
        given = [sys.executable, "-m", "embedded_host", "replay", "--app", app, "--state", tmp_path / "state.db"]
        return subprocess.run(given, cwd=root, capture_output=True, text=True, timeout=60)

    fine, broken = command(tmp_path / "new"), command(write_app(tmp_path / "newest", "other"))
    assert (fine.returncode, fine.stdout) == (0, "")
    assert broken.returncode == 1
    assert "breaks: i (flow, Running) at TaskScheduled 0" in broken.stdout
