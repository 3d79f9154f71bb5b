"""What a host does that is killed at one of its commits, and one that goes on from there, each in its own process."""

from __future__ import annotations

import json
import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path

import azure.durable_functions  # noqa: F401 - once, before this process is forked for each run

from embedded_host.durable.history import parse_stamp
from embedded_host.testing import SteppedHost

DURABLE = "/runtime/webhooks/durabletask"
IDS = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
TIMES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?")


@dataclass(frozen=True)
class KillAt:
    """Kills its process before, inside or after one commit."""

    stage: str
    number: int

    def __call__(self, stage, number):
        if (stage, number) == (self.stage, self.number):
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class CountCommits:
    """Writes into a file how many commits there were."""

    file: Path

    def __call__(self, stage, number):
        if stage == "after":
            self.file.write_text(str(number))


def run_to_end(app_dir, folder, mode, calls, observe=None):
    """Bring the flow to its end and tell that in the file `final`; `calls` is where activities note that they ran."""
    os.environ["CALLS"] = str(calls)
    host = open_host(app_dir, folder / "state.db", mode, observe)
    drive(host, folder / "flag")
    (folder / "final").write_text(final_state(host).replace(str(folder), "<folder>"))


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
