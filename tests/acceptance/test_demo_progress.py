"""The demo's progress counts all regions from the first moment on, however many runs there are yet."""

import sys

import pytest

from cli.demo_progress import Progress


def run(shard, state, attempt=1):
    return {
        "kind": "train", "shard": shard, "state": state, "attempt": attempt, "progress": "epoch 3", "started_at": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([run("texas", "queued"), run("florida", "queued")], "training: 0 of 14 regions done"),
        (
            [run("texas", "completed"), run("florida", "running")],
            "training: 1 of 14 regions done; now florida epoch 3 (0 s)",
        ),
        ([run("texas", "failed"), run("texas", "queued", attempt=2)], "training: 0 of 14 regions done"),
        ([run("texas", "failed"), run("texas", "completed", attempt=2)], "training: 1 of 14 regions done"),
    ],
)
def test_progress_tells_the_regions_that_are_done_of_all_that_there_are(capsys, monkeypatch, runs, told):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    Progress(regions=14).show_run({"now": {"step": "train"}, "runs": runs})

    assert capsys.readouterr().err.rstrip().endswith(f"s] {told}")


def test_where_nobody_said_how_many_regions_there_are_it_tells_that_more_may_come(capsys):
    Progress().show_run({"now": {"step": "train"}, "runs": [run("texas", "completed"), run("florida", "queued")]})

    assert "training: 1 of 2 runs done so far" in capsys.readouterr().err
