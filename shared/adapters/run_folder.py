"""A local run as a folder: what its documents and its lock say of it.

`spec.json` means submitted, `started.json` started, `end.json` ended. Whoever executes the run holds an exclusive lock
on `lock`, which the kernel releases when that process dies: started, not ended and not locked means died.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.adapters.file_lock import try_lock
from shared.domain.blob_names import check_path
from shared.domain.runs import RunState

NEEDED: Mapping[str, Mapping[str, type]] = {
    "spec.json": {"kind": str, "fingerprint": str, "submitted_at": str},
    "started.json": {"pid": int, "at": str},
    "end.json": {"state": str, "at": str},
}
DIED = "the process died without a result; it was killed, or memory ran out"


class RunDamaged(ValueError):
    """A document of a run's folder is not what was written there; the run counts as failed, and is not run again."""


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run below a home."""

    path: Path

    @property
    def name(self) -> str:
        """The run's name."""
        return self.path.name

    def read(self, document: str) -> dict[str, Any] | None:
        """One of its documents; None when it is not there. Raises RunDamaged."""
        content = read_document(self.path / document)
        for field, kind in NEEDED.get(document, {}).items():
            if content is not None and not isinstance(content.get(field), kind):
                raise RunDamaged(f"{self.path / document} is damaged: it has no {field}")
        return content

    def write(self, document: str, content: Mapping[str, Any]) -> None:
        """Put one of its documents there, whole."""
        write_document(self.path / document, content)

    def has(self, document: str) -> bool:
        """Whether one of its documents is there."""
        return (self.path / document).exists()

    def end(self, state: RunState, error: str | None) -> None:
        """Note how it ended."""
        self.write("end.json", {"state": state, "error": error, "at": datetime.now(UTC).isoformat()})

    def state(self) -> RunState:
        """How far it is; one that is found dead is noted as failed. Raises RunDamaged."""
        end = self.read("end.json")
        if end is not None:
            if end["state"] not in set(RunState):
                raise RunDamaged(f"{self.path / 'end.json'} is damaged: {end['state']!r} is no state")
            return RunState(end["state"])
        lock = self.lock()
        if lock is None:  # by whoever executes it, or for a moment by somebody else who looks at it
            return RunState.RUNNING if self.has("started.json") else RunState.QUEUED
        try:
            if not self.has("started.json"):
                return RunState.QUEUED
            if not self.has("end.json"):  # it may have ended just before the lock was free
                self.end(RunState.FAILED, DIED)
        finally:
            os.close(lock)
        return self.state()

    def lock(self) -> int | None:
        """Take its lock, unless somebody has it."""
        return try_lock(self.path / "lock")


@dataclass(frozen=True)
class RunFolders:
    """All runs of a home. `open` holds a marker for each that was not seen to end, so looking for work does not grow
    with history."""

    home: Path

    def prepare(self) -> None:
        """Make the folders."""
        for name in ("runs", "open", "slots"):
            (self.home / name).mkdir(parents=True, exist_ok=True)

    def find(self, name: str) -> RunFolder:
        """The folder of a name, whether or not it exists."""
        return RunFolder(self.home / "runs" / check_path(name))

    def mark_open(self, name: str) -> None:
        """Have a run looked at until it has ended."""
        (self.home / "open" / name).touch()

    def mark_ended(self, name: str) -> None:
        """Look at a run no more."""
        (self.home / "open" / name).unlink(missing_ok=True)

    def waiting(self) -> list[RunFolder]:
        """Runs that nobody has started, in the order of their submission."""
        found = []
        for marker in list((self.home / "open").iterdir()):
            folder = self.find(marker.name)
            try:
                spec = folder.read("spec.json")
                if spec is None:
                    continue  # it is being submitted, or has vanished
                state = folder.state()
            except RunDamaged:
                self.mark_ended(folder.name)  # whoever asks for it is told
                continue
            if state is RunState.QUEUED:
                found.append((spec["submitted_at"], folder.name, folder))
            elif state.is_terminal:
                self.mark_ended(folder.name)
        return [folder for _, _, folder in sorted(found, key=lambda one: one[:2])]


def read_document(file: Path) -> dict[str, Any] | None:
    """A JSON object; None when it is not there. Raises RunDamaged."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise RunDamaged(f"{file} is damaged: {error}") from error
    if not isinstance(document, dict):
        raise RunDamaged(f"{file} is damaged: it holds no JSON object")
    return document


def write_document(file: Path, document: Mapping[str, Any]) -> None:
    """Let a JSON document appear in place of what was there, whole, and survive a power failure."""
    temporary = file.with_suffix(f".{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(document, stream)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)
