"""Runs as processes on this machine: they outlive a killed host, and each name runs at most once.

At most `slots` workers, each a process of its own session, take the waiting runs one after the other; see
`local_worker`. A worker holds the lock of its slot, and of the run that it executes, for as long as it lives.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from shared.adapters.file_lock import hold_lock, try_lock
from shared.adapters.run_folder import RunDamaged, RunFolder, RunFolders, read_document
from shared.adapters.run_inputs import RunInputs
from shared.domain.blob_names import check_path
from shared.domain.runs import RunSpec, RunState, RunStatus
from shared.ports import BlobMissing, Cadence, RunConflict
from shared.small_heap import SMALL_HEAP

PROJECT = Path(__file__).resolve().parents[2]
LOG_TAIL = 2_000


class LocalProcesses:
    """An MLBackend of at most `slots` processes at a time; further runs wait in the order of their submission."""

    cadence = Cadence(first=0.5, most=3.0)

    def __init__(self, home: Path, inputs: RunInputs, slots: int, job_module: str = "training") -> None:
        """`job_module` is what `python -m` would run, with the arguments of docs/training-job.md."""
        self._home, self._inputs, self._slots, self._job_module = home, inputs, slots, job_module
        self._folders = RunFolders(home)
        self._folders.prepare()
        self._workers: list[subprocess.Popen[bytes]] = []

    def submit(self, specs: Sequence[RunSpec]) -> list[RunStatus]:
        """Queue each run, or adopt the one of that name."""
        with hold_lock(self._home / "runs" / ".submitting"):
            for spec in specs:
                self._place(spec)
        return self.observe([spec.name for spec in specs])

    def observe(self, names: Sequence[str]) -> list[RunStatus]:
        """See to it that waiting runs have workers, then look at the runs."""
        with hold_lock(self._home / "runs" / ".lock"):
            self._employ_workers()
            return [self._status(self._folders.find(name)) for name in names]

    def cancel(self, names: Sequence[str]) -> None:
        """Ask runs to end: a waiting one never starts, a running one is told to terminate."""
        with hold_lock(self._home / "runs" / ".lock"):
            for name in names:
                _cancel(self._folders.find(name))

    def list_outputs(self, name: str) -> list[str]:
        """The relative paths of the files that a run wrote."""
        top = self._folders.find(name).path / "out"
        return sorted(file.relative_to(top).as_posix() for file in top.rglob("*") if file.is_file())

    @contextmanager
    def open_output(self, name: str, path: str) -> Iterator[BinaryIO]:
        """Read one file that a run wrote."""
        try:
            file = (self._folders.find(name).path / "out" / check_path(path)).open("rb")
        except OSError as error:
            raise BlobMissing(f"run {name} wrote no {path}: {error.strerror}") from error
        with file:
            yield file

    def _place(self, spec: RunSpec) -> None:
        folder = self._folders.find(spec.name)
        try:
            there = folder.read("spec.json")
        except RunDamaged:
            return  # what it was is not known, so it is not run again; its status says why
        if there is not None:
            if there["fingerprint"] != spec.fingerprint:
                raise RunConflict(f"run {spec.name} was submitted before with other inputs")
            return
        shutil.rmtree(folder.path, ignore_errors=True)  # of a submission that was cut short
        (folder.path / "out").mkdir(parents=True)
        try:
            self._inputs.stage(spec, folder.path / "inputs")
        except BlobMissing as missing:
            folder.end(RunState.FAILED, f"an input is missing: {missing}")
        folder.write("job.json", dict(spec.job))
        self._folders.mark_open(spec.name)
        submitted = datetime.now(UTC).isoformat()
        folder.write("spec.json", {**asdict(spec), "fingerprint": spec.fingerprint, "submitted_at": submitted})

    def _employ_workers(self) -> None:
        self._workers = [worker for worker in self._workers if worker.poll() is None]
        wanted = len(self._folders.waiting())
        for slot in range(self._slots):
            if wanted <= 0:
                return
            lock = try_lock(self._home / "slots" / str(slot))
            if lock is None:
                continue  # its worker lives, and takes a waiting run as soon as it can
            try:
                self._workers.append(self._start_worker(slot, lock))
            finally:
                os.close(lock)
            wanted -= 1

    def _start_worker(self, slot: int, lock: int) -> subprocess.Popen[bytes]:
        with (self._home / "slots" / f"{slot}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "shared.adapters.local_worker", str(self._home), self._job_module, str(lock)],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock],
                start_new_session=True,
                env={**os.environ, **SMALL_HEAP},
            )

    def _status(self, folder: RunFolder) -> RunStatus:
        if not folder.has("spec.json"):
            return RunStatus(folder.name, RunState.FAILED, error="no such run is known here; it was lost")
        try:
            return self._look(folder)
        except RunDamaged as damage:
            return RunStatus(folder.name, RunState.FAILED, error=str(damage))

    def _look(self, folder: RunFolder) -> RunStatus:
        folder.read("spec.json")
        state = folder.state()
        started, end = folder.read("started.json") or {}, folder.read("end.json") or {}
        error = end.get("error")
        if state is RunState.FAILED:
            error = f"{error}\n{_tail(folder.path / 'log.txt')}".rstrip()
        return RunStatus(
            name=folder.name,
            state=state,
            error=error,
            progress=_read_progress(folder) if state is RunState.RUNNING else None,
            started_at=started.get("at"),
            ended_at=end.get("at"),
        )


def _cancel(folder: RunFolder) -> None:
    if not folder.has("spec.json") or folder.has("end.json"):
        return
    folder.write("cancel.json", {})  # a worker that is about to start it, or to hear of it, looks here
    lock = folder.lock()
    if lock is not None:
        try:
            if not folder.has("started.json"):
                folder.end(RunState.CANCELED, "canceled before it started")
        finally:
            os.close(lock)
    else:
        # Damaged, nobody can tell who it is; and a process that died meanwhile needs no more telling.
        with suppress(RunDamaged, ProcessLookupError):
            started = folder.read("started.json")
            if started is not None:
                os.kill(started["pid"], signal.SIGTERM)


def _read_progress(folder: RunFolder) -> str | None:
    """How far a run says it is; what makes no sense is no progress."""
    try:
        told = read_document(folder.path / "out" / "progress.json") or {}
    except RunDamaged:
        return None
    phrase, done, total = (told.get(name) for name in ("phrase", "done", "total"))
    if not isinstance(phrase, str):
        return None
    return f"{phrase}, {done} of {total}" if isinstance(done, int) and isinstance(total, int) and total else phrase


def _tail(log: Path) -> str:
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return text[-LOG_TAIL:].strip()
