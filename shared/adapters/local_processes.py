"""Runs as child processes on this machine: they outlive a killed host, and each name runs at most once.

A run is a folder. `spec.json` in it means submitted, `started.json` started, `end.json` ended; an exclusive lock on
`lock`, inherited by the child and released by the kernel, means that the process lives. `open/` beside the runs holds
a marker for each that has not been seen to end, so that looking for work does not grow with history.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from shared.adapters.file_lock import hold_lock, try_lock
from shared.adapters.run_folder import read_document, write_document, write_end
from shared.adapters.run_inputs import RunInputs
from shared.domain.blob_names import check_path
from shared.domain.runs import RunSpec, RunState, RunStatus
from shared.ports import BlobMissing, Cadence, RunConflict

PROJECT = Path(__file__).resolve().parents[2]
CHILD = ("-m", "shared.adapters.local_run")
LOG_TAIL = 2_000
SMALL_HEAP = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""Has glibc give memory back; several jobs share this machine with the host."""


class LocalProcesses:
    """An MLBackend of at most `slots` processes at a time; further runs wait in the order of their submission."""

    cadence = Cadence(first=0.5, most=3.0)

    def __init__(self, home: Path, inputs: RunInputs, slots: int) -> None:
        self._home, self._inputs, self._slots = home, inputs, slots
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        for name in ("runs", "open"):
            (home / name).mkdir(parents=True, exist_ok=True)

    def submit(self, specs: Sequence[RunSpec]) -> list[RunStatus]:
        """Queue each run, or adopt the one of that name."""
        with hold_lock(self._home / "runs" / ".submitting"):
            for spec in specs:
                self._place(spec)
        return self.observe([spec.name for spec in specs])

    def observe(self, names: Sequence[str]) -> list[RunStatus]:
        """Start what may start, then look at the runs."""
        with hold_lock(self._home / "runs" / ".lock"):
            self._reap()
            self._start_waiting()
            return [self._status(name) for name in names]

    def cancel(self, names: Sequence[str]) -> None:
        """Ask runs to end: a waiting one never starts, a running one is told to terminate."""
        with hold_lock(self._home / "runs" / ".lock"):
            for name in names:
                self._cancel(name)

    def list_outputs(self, name: str) -> list[str]:
        """The relative paths of the files that a run wrote."""
        top = self._folder(name) / "out"
        return sorted(file.relative_to(top).as_posix() for file in top.rglob("*") if file.is_file())

    @contextmanager
    def open_output(self, name: str, path: str) -> Iterator[BinaryIO]:
        """Read one file that a run wrote."""
        try:
            file = (self._folder(name) / "out" / check_path(path)).open("rb")
        except OSError as error:
            raise BlobMissing(f"run {name} wrote no {path}: {error.strerror}") from error
        with file:
            yield file

    def _folder(self, name: str) -> Path:
        return self._home / "runs" / check_path(name)

    def _place(self, spec: RunSpec) -> None:
        folder = self._folder(spec.name)
        there = read_document(folder / "spec.json")
        if there is not None:
            if there["fingerprint"] != spec.fingerprint:
                raise RunConflict(f"run {spec.name} was submitted before with other inputs")
            return
        shutil.rmtree(folder, ignore_errors=True)  # of a submission that was cut short
        (folder / "out").mkdir(parents=True)
        self._inputs.stage(spec, folder / "inputs")
        write_document(folder / "job.json", dict(spec.job))
        (self._home / "open" / spec.name).touch()
        submitted = datetime.now(UTC).isoformat()
        write_document(
            folder / "spec.json", {**asdict(spec), "fingerprint": spec.fingerprint, "submitted_at": submitted}
        )

    def _start_waiting(self) -> None:
        folders = [self._folder(marker.name) for marker in (self._home / "open").iterdir()]
        states = {folder: self._state(folder) for folder in folders if (folder / "spec.json").exists()}
        free = self._slots - sum(state is RunState.RUNNING for state in states.values())
        waiting = [folder for folder, state in states.items() if state is RunState.QUEUED]
        for folder in sorted(waiting, key=_submitted_at)[: max(free, 0)]:
            self._start(folder)

    def _start(self, folder: Path) -> None:
        lock = try_lock(folder / "lock")
        if lock is None:
            return
        try:
            with (folder / "log.txt").open("ab") as log:
                self._children[folder.name] = subprocess.Popen(
                    [sys.executable, *CHILD, str(folder), str(self._home), str(lock)],
                    cwd=PROJECT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[lock],
                    start_new_session=True,
                    env={**os.environ, **SMALL_HEAP},
                )
        finally:
            os.close(lock)

    def _reap(self) -> None:
        for name, child in list(self._children.items()):
            code = child.poll()
            if code is None:
                continue
            del self._children[name]
            if not (self._folder(name) / "end.json").exists():
                write_end(self._folder(name), RunState.FAILED, f"the process ended by signal {-code}")

    def _state(self, folder: Path) -> RunState:
        end = read_document(folder / "end.json")
        if end is not None:
            (self._home / "open" / folder.name).unlink(missing_ok=True)
            return RunState(end["state"])
        lock = try_lock(folder / "lock")
        if lock is None:
            return RunState.RUNNING
        os.close(lock)
        if not (folder / "started.json").exists():
            return RunState.QUEUED
        if not (folder / "end.json").exists():  # it may have ended just before the lock was free
            write_end(folder, RunState.FAILED, "the process died without a result; out of memory, or killed")
        return self._state(folder)

    def _status(self, name: str) -> RunStatus:
        folder = self._folder(name)
        if not (folder / "spec.json").exists():
            return RunStatus(name, RunState.FAILED, error="no such run is known here; it was lost")
        state = self._state(folder)
        started = read_document(folder / "started.json") or {}
        end = read_document(folder / "end.json") or {}
        error = end.get("error")
        if state is RunState.FAILED:
            error = f"{error}\n{_tail(folder / 'log.txt')}".rstrip()
        return RunStatus(
            name=name,
            state=state,
            error=error,
            progress=_phrase(read_document(folder / "out" / "progress.json")) if state is RunState.RUNNING else None,
            started_at=started.get("at"),
            ended_at=end.get("at"),
        )

    def _cancel(self, name: str) -> None:
        folder = self._folder(name)
        if not (folder / "spec.json").exists() or (folder / "end.json").exists():
            return
        if self._state(folder) is RunState.QUEUED:
            write_end(folder, RunState.CANCELED, "canceled before it started")
            return
        write_document(folder / "cancel.json", {})
        started = read_document(folder / "started.json")
        if started is not None and self._state(folder) is RunState.RUNNING:
            os.killpg(started["pid"], signal.SIGTERM)


def _submitted_at(folder: Path) -> tuple[str, str]:
    spec = read_document(folder / "spec.json") or {}
    return spec.get("submitted_at", ""), folder.name


def _phrase(progress: dict[str, Any] | None) -> str | None:
    if progress is None:
        return None
    counted = f", {progress['done']} of {progress['total']}" if progress.get("total") else ""
    return f"{progress.get('phrase', 'working')}{counted}"


def _tail(log: Path) -> str:
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return text[-LOG_TAIL:].strip()
