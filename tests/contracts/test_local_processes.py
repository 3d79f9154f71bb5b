"""Local runs beyond the contract: they outlive their host, are found dead, never exceed the slots, survive damage."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from shared.adapters.local_processes import LocalProcesses
from shared.adapters.run_inputs import RunInputs
from shared.domain.runs import RunState
from tests.contracts.backends import World

ROOT = Path(__file__).resolve().parents[2]
JOB = "tests.contracts.gated_job"
PATIENCE = 120
HOST = """
import os, signal, sys
from pathlib import Path
from tests.contracts.test_local_processes import Machine
machine = Machine(Path(sys.argv[1]), int(sys.argv[2]))
machine.backend.submit([machine.gated(number) for number in range(int(sys.argv[3]))])
os.kill(os.getpid(), signal.SIGKILL)
"""


class Machine(World):
    """A machine with a home, on which runs wait at a gate until the test opens it."""

    def __init__(self, folder, slots=2):
        super().__init__(folder)
        self.home, self.gate, self.slots = folder / "home", folder / "gate", slots
        self._opened = []
        self.backend = self.open()

    def open(self):
        """A host's backend; another one is another host, or the same one after a restart."""
        self._opened.append(LocalProcesses(self.home, RunInputs(self.lake, self.home), self.slots, JOB))
        return self._opened[-1]

    def gated(self, number=0, **job):
        """A run that waits at the gate."""
        spec = self.describe(number)
        document = {"run": spec.name, "log": str(self.log), "gate": str(self.gate), **job}
        return self.describe(number, job=document)

    def folder(self, spec):
        return self.home / "runs" / spec.name

    def noted(self, word):
        """The runs that noted a word, in order."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line.split()[1] for line in lines if line.startswith(f"{word} ")]

    def pid_of(self, spec):
        return json.loads((self.folder(spec) / "started.json").read_text())["pid"]

    def wait_for_start(self, *specs):
        self.wait(lambda: {spec.name for spec in specs} <= set(self.noted("start")))

    def ends_of(self, *specs):
        """The statuses of runs when all have ended."""

        def ended():
            statuses = self.backend.observe([spec.name for spec in specs])
            return statuses if all(status.state.is_terminal for status in statuses) else None

        return self.wait(ended)

    def states(self, *specs):
        return [status.state for status in self.backend.observe([spec.name for spec in specs])]

    def wait(self, condition):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if told := condition():
                return told
            time.sleep(0.02)
        logs = [log.read_text(errors="replace") for log in self.home.rglob("*.log")]
        raise AssertionError(f"not within {PATIENCE} s; the workers said: {logs}")

    def close(self):
        """End every worker that is left, also those whose host was killed."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        for pid in {int(line.split()[2]) for line in lines}:
            with suppress(OSError):
                if b"local_worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
        for worker in (worker for backend in self._opened for worker in backend._workers):
            worker.kill()
            worker.wait()


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    yield made
    made.close()


def test_runs_outlive_a_killed_host_and_are_adopted_by_the_next(machine, tmp_path):
    specs = [machine.gated(number) for number in range(3)]
    host = subprocess.run([sys.executable, "-c", HOST, str(tmp_path), "2", "3"], cwd=ROOT, capture_output=True)
    machine.wait_for_start(*specs[:2])
    adopted = machine.backend.submit(specs)
    machine.gate.touch()
    ends = machine.ends_of(*specs)

    assert host.returncode == -signal.SIGKILL, host.stderr
    assert [status.state for status in adopted] == [RunState.RUNNING, RunState.RUNNING, RunState.QUEUED]
    assert [status.state for status in ends] == [RunState.COMPLETED] * 3
    assert sorted(machine.noted("start")) == sorted(spec.name for spec in specs)


def test_runs_go_on_to_the_last_while_no_host_is_there(machine, tmp_path):
    machine.gate.touch()
    subprocess.run([sys.executable, "-c", HOST, str(tmp_path), "1", "4"], cwd=ROOT, capture_output=True)
    specs = [machine.gated(number) for number in range(4)]
    machine.wait(lambda: len(machine.noted("end")) == 4)

    assert [status.state for status in machine.ends_of(*specs)] == [RunState.COMPLETED] * 4
    assert machine.noted("start") == [spec.name for spec in specs]


def test_a_run_whose_process_was_killed_is_found_dead_and_its_place_is_taken(machine):
    specs = [machine.gated(number) for number in range(3)]
    machine.backend.submit(specs)
    machine.wait_for_start(*specs[:2])
    os.kill(machine.pid_of(specs[0]), signal.SIGKILL)
    machine.wait(lambda: machine.states(specs[0]) == [RunState.FAILED])
    machine.wait_for_start(specs[2])
    machine.gate.touch()
    ends = machine.ends_of(*specs)

    assert [status.state for status in ends] == [RunState.FAILED, RunState.COMPLETED, RunState.COMPLETED]
    assert "the process died without a result" in ends[0].error
    assert ends[0].ended_at
    assert machine.noted("start").count(specs[0].name) == 1


def test_a_run_that_died_with_its_host_is_found_dead_by_the_next_and_never_run_again(machine):
    spec = machine.gated()
    machine.backend.submit([spec])
    machine.wait_for_start(spec)
    os.kill(machine.pid_of(spec), signal.SIGKILL)
    restarted = machine.open()
    machine.wait(lambda: restarted.submit([spec])[0].state is RunState.FAILED)

    assert machine.noted("start") == [spec.name]


def test_never_more_runs_at_once_than_there_are_slots_however_many_hosts_ask(machine):
    specs = [machine.gated(number) for number in range(6)]
    other = machine.open()
    machine.backend.submit(specs[:3])
    other.submit(specs[3:])
    machine.wait(lambda: len(machine.noted("start")) == 2)
    for backend in (machine.backend, other) * 3:
        states = [status.state for status in backend.observe([spec.name for spec in specs])]
        assert states.count(RunState.RUNNING) == 2
    machine.gate.touch()
    machine.ends_of(*specs)

    at_once = most = 0
    for line in machine.log.read_text().splitlines():
        at_once += 1 if line.startswith("start ") else -1
        most = max(most, at_once)
    assert most == 2
    assert sorted(machine.noted("start")) == [spec.name for spec in specs]


def test_a_waiting_run_that_is_canceled_never_starts_and_those_behind_it_do(machine):
    running, waiting, behind = (machine.gated(number) for number in range(3))
    machine.backend._slots = 1
    machine.backend.submit([running, waiting, behind])
    machine.wait_for_start(running)
    machine.backend.cancel([waiting.name])
    machine.backend.cancel([waiting.name])
    machine.gate.touch()
    ends = machine.ends_of(running, waiting, behind)

    assert [status.state for status in ends] == [RunState.COMPLETED, RunState.CANCELED, RunState.COMPLETED]
    assert ends[1].error == "canceled before it started"
    assert waiting.name not in machine.noted("start")


def test_a_canceled_run_ends_and_the_others_go_on(machine):
    specs = [machine.gated(number) for number in range(3)]
    machine.backend.submit(specs)
    machine.wait_for_start(*specs[:2])
    machine.open().cancel([specs[0].name])
    machine.wait(lambda: machine.states(specs[2]) == [RunState.RUNNING])
    machine.gate.touch()
    ends = machine.ends_of(*specs)

    assert [status.state for status in ends] == [RunState.CANCELED, RunState.COMPLETED, RunState.COMPLETED]
    assert specs[0].name not in machine.noted("end")


def test_canceling_a_run_whose_process_is_gone_is_fine_and_so_are_the_other_cancellations(machine):
    dead, waiting = machine.gated(0), machine.gated(1)
    machine.backend._slots = 1
    machine.backend.submit([dead, waiting])
    machine.wait_for_start(dead)
    os.kill(machine.pid_of(dead), signal.SIGKILL)
    machine.backend.cancel([dead.name, "train-demand-2026w47-r9-0123456789ab", waiting.name])

    states = [status.state for status in machine.ends_of(dead, waiting)]
    assert states[0] in (RunState.FAILED, RunState.CANCELED)
    assert states[1] is RunState.CANCELED


@pytest.mark.parametrize("document", ["spec.json", "started.json", "end.json"])
@pytest.mark.parametrize(
    "content",
    ["{broken", "[1, 2]", '{"state": "exploded", "pid": "x", "at": "", "kind": 1}', "\x00\x00"],
    ids=["no JSON", "no object", "other fields", "zeros"],
)
def test_a_damaged_run_has_failed_and_says_what_is_damaged_and_the_others_go_on(machine, document, content):
    damaged, good = machine.gated(0), machine.gated(1)
    machine.gate.touch()
    machine.backend.submit([damaged])
    assert machine.ends_of(damaged)[0].state is RunState.COMPLETED
    if document == "started.json":
        (machine.folder(damaged) / "end.json").unlink()
    (machine.folder(damaged) / document).write_text(content)
    (machine.home / "open" / damaged.name).touch()
    restarted = machine.open()
    restarted.submit([damaged, good])
    machine.wait(lambda: restarted.observe([good.name])[0].state is RunState.COMPLETED)
    told = restarted.observe([damaged.name])[0]
    restarted.cancel([damaged.name])

    assert told.state is RunState.FAILED
    assert document in told.error or "died" in told.error
    assert machine.noted("start").count(damaged.name) == 1


def test_a_submission_that_was_cut_short_is_made_whole_by_the_next(machine):
    spec = machine.gated()
    folder = machine.folder(spec)
    for name in ("inputs/models", "out"):
        (folder / name).mkdir(parents=True)
    (folder / "job.json").write_text("{")
    (machine.home / "open" / spec.name).touch()
    (machine.home / "datasets" / f"{spec.dataset_version}.partial").mkdir(parents=True)
    machine.gate.touch()

    assert machine.backend.observe([spec.name])[0].state is RunState.FAILED
    machine.backend.submit([spec])
    assert machine.ends_of(spec)[0].state is RunState.COMPLETED
    assert (folder / "inputs/tables/shipments/a.csv").read_bytes()


@pytest.mark.parametrize(
    ("progress", "phrase"),
    [
        ('{"phrase": "training networks", "done": 3, "total": 4}', "training networks, 3 of 4"),
        ('{"phrase": "reading"}', "reading"),
        ("{", None),
        ("[]", None),
        ('{"phrase": ["x"], "total": "many"}', None),
    ],
)
def test_a_run_tells_how_far_it_is_and_whatever_it_tells_harms_nobody(machine, progress, phrase):
    spec = machine.gated(progress=progress)
    machine.backend.submit([spec])
    machine.wait_for_start(spec)
    machine.wait(lambda: (machine.folder(spec) / "out/progress.json").exists())
    (status,) = machine.backend.observe([spec.name])

    assert (status.state, status.progress) == (RunState.RUNNING, phrase)
