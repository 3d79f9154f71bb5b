"""A process that takes a raw file in and is killed at a certain write, for the tests.

python -m tests.contracts.killed_taker FOLDER LEDGER_URL PATH TIME output|entry
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from conditioners.drops.intake import condition_drop
from shared.adapters.folder_lake import FolderLake
from shared.ledger.book import Ledger

ROOT = Path(__file__).resolve().parents[2]


class _DyingLake:
    """A lake whose writer is killed as it is to write an output."""

    def __init__(self, lake):
        self._lake = lake

    def __getattr__(self, name):
        return getattr(self._lake, name)

    @contextmanager
    def open_write(self, container, path, **conditions):
        with self._lake.open_write(container, path, **conditions) as writer:
            if container == "conditioned":
                writer.commit = _die
            yield writer


def _die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


def die_before(write, folder, url, path, now):
    """Have a process take the file in that is killed before it writes the output, or the entry of what it made."""
    command = [sys.executable, "-m", "tests.contracts.killed_taker", str(folder), url, path, now.isoformat(), write]
    assert subprocess.run(command, cwd=ROOT).returncode == -signal.SIGKILL


def main(folder, url, path, now, write):
    """What the process does."""
    lake, ledger = FolderLake(Path(folder)), Ledger(url)
    if write == "entry":
        ledger.outcomes.settle_conditioned = _die
    condition_drop(_DyingLake(lake) if write == "output" else lake, ledger, path, lambda: datetime.fromisoformat(now))


if __name__ == "__main__":
    main(*sys.argv[1:])
