"""A worker: one process that executes waiting runs one after the other, so that libraries are imported once.

Called by `local_processes` as `python -m shared.adapters.local_worker HOME MODULE LOCK`, where LOCK is the inherited
descriptor of its slot's lock, held until this process ends. It ends when nothing waits any more, when the training code
has changed under it, and after a run that was canceled or took too much memory.
"""

from __future__ import annotations

import os
import resource
import runpy
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from shared.adapters.run_folder import RunFolder, RunFolders
from shared.adapters.training_code import digest_training_code
from shared.domain.runs import RunKind, RunState

PROJECT = Path(__file__).resolve().parents[2]
IDLE_SECONDS = 10.0
LOOK_EVERY = 0.2
MOST_MEGABYTES = 900
"""A worker that ever needed more than this gives its memory back by ending; another takes its place."""


class _Canceled(BaseException):
    """The run was asked to end."""


class Worker:
    """Executes runs; remembers which one it is at, for whoever cancels it."""

    def __init__(self, home: Path, job_module: str) -> None:
        self._home, self._job_module = home, job_module
        self._folders = RunFolders(home)
        self._code_version = digest_training_code(PROJECT)
        self._current: RunFolder | None = None
        signal.signal(signal.SIGTERM, self._on_terminate)

    def work(self) -> None:
        """Execute what waits, until nothing has waited for a while or this process should be replaced."""
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < IDLE_SECONDS:
            claimed = self._claim_next()
            if claimed is None:
                time.sleep(LOOK_EVERY)
                continue
            folder, lock = claimed
            try:
                fit = self._execute(folder)
            finally:
                os.close(lock)
            if not fit or digest_training_code(PROJECT) != self._code_version:
                return
            idle_since = time.monotonic()

    def _claim_next(self) -> tuple[RunFolder, int] | None:
        for folder in self._folders.waiting():
            lock = folder.lock()
            if lock is None:
                continue
            if not folder.has("started.json") and not folder.has("end.json"):
                return folder, lock
            os.close(lock)
        return None

    def _execute(self, folder: RunFolder) -> bool:
        """Do one run to its end; tells whether this process is still fit for another."""
        folder.write("started.json", {"pid": os.getpid(), "at": datetime.now(UTC).isoformat()})
        self._current = folder
        with _logging_to(folder.path / "log.txt"), _own_environment():
            try:
                if folder.has("cancel.json"):
                    raise _Canceled
                self._prepare_environment(folder)
                code = self._do_job(folder)
            except _Canceled:
                self._current = None
                folder.end(RunState.CANCELED, "canceled while it ran")
                return False
            except Exception as error:
                traceback.print_exc()
                code, reason = 1, f"{type(error).__name__}: {error}"
            else:
                reason = f"the job ended with exit code {code}"
            self._current = None
        if code == 0:
            folder.end(RunState.COMPLETED, None)
        else:
            folder.end(RunState.FAILED, reason)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < MOST_MEGABYTES

    def _prepare_environment(self, folder: RunFolder) -> None:
        """What the job's libraries read, and the tracking run that it joins, as Azure ML sets them for its jobs."""
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(self._home / "compiled"))
        spec = folder.read("spec.json") or {}
        if spec["kind"] == RunKind.TRAIN and self._job_module == "training":
            from shared.adapters.mlflow_store import open_run

            os.environ.update(open_run(self._home, spec))

    def _do_job(self, folder: RunFolder) -> int:
        arguments = {"--job": "job.json", "--inputs": "inputs", "--out": "out"}
        places = (part for flag, name in arguments.items() for part in (flag, str(folder.path / name)))
        sys.argv = [self._job_module, *places]
        try:
            runpy.run_module(self._job_module, run_name="__main__", alter_sys=True)
        except SystemExit as ended:
            if ended.code is None or isinstance(ended.code, int):
                return ended.code or 0
            print(ended.code, file=sys.stderr)
            return 1
        return 0

    def _on_terminate(self, _signal: int, _frame: FrameType | None) -> None:
        """End the current run if it is the one that was canceled; by now this may be at another."""
        if self._current is not None and self._current.has("cancel.json"):
            raise _Canceled


@contextmanager
def _logging_to(file: Path) -> Iterator[None]:
    """Have standard output and error, also of C libraries, go to a run's own log."""
    kept = [os.dup(1), os.dup(2)]
    with file.open("ab") as log:
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)
    print(f"run in process {os.getpid()} at {datetime.now(UTC).isoformat()}", flush=True)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for stream, descriptor in zip((1, 2), kept, strict=True):
            os.dup2(descriptor, stream)
            os.close(descriptor)


@contextmanager
def _own_environment() -> Iterator[None]:
    """Give back the environment as it was before a run."""
    before = dict(os.environ)
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)


def main(home: Path, job_module: str, lock: int) -> int:
    """Work through what waits below a home; answers the process's exit code."""
    os.set_inheritable(lock, False)
    if job_module == "training":
        from training.__main__ import ENVIRONMENT

        for name, value in ENVIRONMENT.items():  # read when libraries are imported, which tracking does first
            os.environ.setdefault(name, value)
    Worker(home, job_module).work()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
