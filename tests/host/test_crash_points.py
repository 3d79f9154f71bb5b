"""A host killed before, inside or after any of its commits ends where an undisturbed one does."""

from __future__ import annotations

import multiprocessing
import signal

import pytest

from tests.host.crash_runs import CountCommits, KillAt, run_to_end

STAGES = ("before", "inside", "after")
# A server that is started afresh forks each run: forking this process, which may have threads by now, could hang.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.host.crash_runs"])


def in_child(app_dir, folder, mode, observe=None):
    """Run the flow in a process of its own; gives its exit code, negative for a signal."""
    calls = folder.parent / "calls"
    process = PROCESSES.Process(target=run_to_end, args=(app_dir, folder, mode, calls, observe))
    process.start()
    process.join()
    code = process.exitcode
    process.close()
    return code


def crash_and_recover(app_dir, folder, mode, stage, number):
    folder.mkdir()
    assert in_child(app_dir, folder, mode, KillAt(stage, number)) == -signal.SIGKILL
    assert in_child(app_dir, folder, mode) == 0, (number, stage)


@pytest.mark.parametrize("mode", ["session", "strict"])
def test_every_crash_point_leads_to_the_undisturbed_end(apps, tmp_path, mode, at_length):
    app_dir, undisturbed = apps / "everything", tmp_path / "undisturbed"
    undisturbed.mkdir()
    counter = undisturbed / "commits"
    assert in_child(app_dir, undisturbed, mode, CountCommits(counter)) == 0
    wanted, total = (undisturbed / "final").read_text(), int(counter.read_text())
    commits = range(1, total + 1, 1 if mode == "session" or at_length else 7)
    for number in commits:
        for stage in STAGES:
            folder = tmp_path / f"{number}-{stage}"
            crash_and_recover(app_dir, folder, mode, stage, number)

            assert (folder / "final").read_text() == wanted, (number, stage)
    print(f"{len(commits) * len(STAGES)} crash points of {total} commits")


def test_a_kill_loses_no_activity(apps, tmp_path):
    folder = tmp_path / "killed"
    folder.mkdir()
    assert in_child(apps / "everything", folder, "session", KillAt("after", 20)) < 0
    assert in_child(apps / "everything", folder, "session") == 0

    calls = (tmp_path / "calls").read_text().splitlines()
    assert {"echo one", "echo beside", "echo round 1", "echo round 2", "fail always"} <= set(calls)
