"""The child process of one local run: it tells that it started, does the training job, and tells how it ended.

Called by `shared.adapters.local_processes` as `python -m shared.adapters.local_run FOLDER HOME LOCK`, where LOCK is the
inherited descriptor of the run's lock, held until this process ends.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from shared.adapters.run_folder import read_document, write_document, write_end
from shared.domain.runs import RunKind, RunState


class _Canceled(BaseException):
    """The run was asked to end."""


def main(folder: Path, home: Path, lock: int) -> int:
    """Do the run of a folder; answers the process's exit code."""
    os.set_inheritable(lock, False)
    write_document(folder / "started.json", {"pid": os.getpid(), "at": datetime.now(UTC).isoformat()})
    signal.signal(signal.SIGTERM, _raise_canceled)
    try:
        if (folder / "cancel.json").exists():
            raise _Canceled
        _prepare_environment(home)
        _join_tracking(folder, home)
        code = _do_job(folder)
    except _Canceled:
        write_end(folder, RunState.CANCELED, "canceled while it ran")
        return 0
    except Exception as error:
        traceback.print_exc()
        write_end(folder, RunState.FAILED, f"{type(error).__name__}: {error}")
        return 1
    if code == 0:
        write_end(folder, RunState.COMPLETED, None)
    else:
        write_end(folder, RunState.FAILED, f"the job ended with exit code {code}")
    return code


def _raise_canceled(_signal: int, _frame: FrameType | None) -> None:
    raise _Canceled


def _prepare_environment(home: Path) -> None:
    """Set what the job's libraries read when they are imported, which tracking does before the job itself."""
    from training.__main__ import ENVIRONMENT

    for name, value in {**ENVIRONMENT, "JAX_COMPILATION_CACHE_DIR": str(home / "compiled")}.items():
        os.environ.setdefault(name, value)


def _join_tracking(folder: Path, home: Path) -> None:
    """Point a training job at this machine's MLflow store and at a run of its own, as Azure ML does for its jobs."""
    spec = read_document(folder / "spec.json") or {}
    if spec["kind"] == RunKind.TRAIN:
        from shared.adapters.mlflow_store import open_run

        os.environ.update(open_run(home, spec))


def _do_job(folder: Path) -> int:
    arguments = {"--job": "job.json", "--inputs": "inputs", "--out": "out"}
    sys.argv = ["training", *(part for flag, name in arguments.items() for part in (flag, str(folder / name)))]
    try:
        runpy.run_module("training", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    print(json.dumps({"run": sys.argv[1], "pid": os.getpid()}), flush=True)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
