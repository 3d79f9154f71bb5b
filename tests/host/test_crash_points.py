"""A host killed before, inside or after any of its commits ends where an undisturbed one does."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import traceback

import pytest

from embedded_host.durable.history import parse_stamp
from embedded_host.testing import SteppedHost

DURABLE = "/runtime/webhooks/durabletask"
STAGES = ("before", "inside", "after")
IDS = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
TIMES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?")


def open_host(app_dir, state, mode, observe=None):
    """A host on a state file; its clock goes on where the file's last host left it."""
    host = SteppedHost(app_dir, state, replay=mode, seed=os.getpid(), observe=observe, items_per_cycle=1)
    noted = [row[-1] for row in host.hub.read_own("all_history")] + [
        row[-1] for row in host.hub.read_own("all_instances")
    ]
    if noted:
        host.virtual_clock.advance_to(max(map(parse_stamp, noted)))
    return host


def find(host, instance):
    try:
        return host.status(instance)
    except KeyError:
        return {"runtimeStatus": None, "customStatus": None, "output": None}


def drive(host, file):
    """Bring everything to its end; may be called again after a kill at any point."""
    host.run()
    for instance, name, given in (
        ("all", "everything", None), ("doomed", "waits_for_ever", None), ("broken", "needs_file", str(file)),
        ("gone", "child", 1),
    ):  # fmt: skip
        if find(host, instance)["runtimeStatus"] is None and not (file.exists() and instance == "gone"):
            host.start(name, instance, given)
            host.run()
    if not file.exists():
        file.write_text("here")
    host.run_for(minutes=1)
    if find(host, "broken")["runtimeStatus"] == "Failed":
        host.post(f"{DURABLE}/instances/broken/rewind?reason=made")
        host.run()
    if find(host, "doomed")["runtimeStatus"] == "Running":
        host.post(f"{DURABLE}/instances/doomed/terminate?reason=enough")
        host.run()
    if find(host, "gone")["runtimeStatus"] == "Completed":
        host.delete(f"{DURABLE}/instances/gone")
    if find(host, "all")["customStatus"] == "waiting":
        host.raise_event("all", "early", {"by": "driver"})
        host.run_for(minutes=1)
    status = find(host, "all")
    if status["customStatus"] == "sleeping" and status["output"] is None:
        host.post(f"{DURABLE}/instances/all/suspend?reason=lunch")
        host.run()
    if find(host, "all")["runtimeStatus"] == "Suspended":
        host.run_for(days=8)
        host.post(f"{DURABLE}/instances/all/resume?reason=back")
        host.run()
    host.run_for(days=40)


def final_state(host):
    """Statuses, entities and histories, without times, generated ids, and the way messages fell into episodes."""
    told = {}
    for row in host.get(f"{DURABLE}/instances?top=1000").json():
        if not row["instanceId"].startswith("@"):
            row["history"] = sorted(
                json.dumps(event, sort_keys=True)
                for event in host.status(row["instanceId"], with_history=True)["historyEvents"]
            )
        told[row["instanceId"]] = row
    text = json.dumps(
        sorted(told.values(), key=lambda row: (row["name"], IDS.sub("", row["instanceId"]))), sort_keys=True
    )
    return IDS.sub("<id>", TIMES.sub("<time>", text))


def in_child(work):
    """Run something in a forked process; gives its exit code, negative for a signal."""
    sys.stdout.flush()
    process = os.fork()
    if process == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def run_to_end(app_dir, folder, mode, observe=None):
    host = open_host(app_dir, folder / "state.db", mode, observe)
    drive(host, folder / "flag")
    (folder / "final").write_text(final_state(host).replace(str(folder), "<folder>"))


def kill_at(stage, number):
    def observe(at, commit):
        if (at, commit) == (stage, number):
            os.kill(os.getpid(), signal.SIGKILL)

    return observe


def crash_and_recover(app_dir, folder, mode, stage, number):
    folder.mkdir()
    assert in_child(lambda: run_to_end(app_dir, folder, mode, kill_at(stage, number))) == -signal.SIGKILL
    assert in_child(lambda: run_to_end(app_dir, folder, mode)) == 0, (number, stage)


@pytest.mark.parametrize("mode", ["session", "strict"])
def test_every_crash_point_leads_to_the_undisturbed_end(apps, tmp_path, monkeypatch, mode, at_length):
    app_dir, undisturbed = apps / "everything", tmp_path / "undisturbed"
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    undisturbed.mkdir()
    counter = undisturbed / "commits"

    def count(stage, number):
        if stage == "after":
            counter.write_text(str(number))

    assert in_child(lambda: run_to_end(app_dir, undisturbed, mode, count)) == 0
    wanted, total = (undisturbed / "final").read_text(), int(counter.read_text())
    commits = range(1, total + 1, 1 if mode == "session" or at_length else 7)
    for number in commits:
        for stage in STAGES:
            folder = tmp_path / f"{number}-{stage}"
            crash_and_recover(app_dir, folder, mode, stage, number)

            assert (folder / "final").read_text() == wanted, (number, stage)
    print(f"{len(commits) * len(STAGES)} crash points of {total} commits")


def test_a_kill_loses_no_activity(apps, tmp_path, monkeypatch):
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    folder = tmp_path / "killed"
    folder.mkdir()
    assert in_child(lambda: run_to_end(apps / "everything", folder, "session", kill_at("after", 20))) < 0
    assert in_child(lambda: run_to_end(apps / "everything", folder, "session")) == 0

    calls = (tmp_path / "calls").read_text().splitlines()
    assert {"echo one", "echo beside", "echo round 1", "echo round 2", "fail always"} <= set(calls)
