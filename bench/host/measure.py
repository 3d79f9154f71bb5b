"""What a process tree uses: CPU, memory and bytes written, read from /proc."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Tree:
    """Samples a process and all of its descendants until it is closed."""

    root: int
    peak_rss: int = 0
    _cpu: dict[int, float] = field(default_factory=dict)
    _written: dict[int, int] = field(default_factory=dict)
    _closed: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._closed.wait(0.1):
            self.sample()

    def sample(self) -> None:
        """Look at every process of the tree; what an ended one used stays counted."""
        rss = 0
        for pid in descendants(self.root):
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                self._cpu[pid] = (int(fields[11]) + int(fields[12])) / TICK
                rss += int(fields[21]) * PAGE
                told = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
                self._written[pid] = int(told["wchar"])
            except (OSError, IndexError):
                continue  # it ended meanwhile
        self.peak_rss = max(self.peak_rss, rss)

    def cpu(self) -> float:
        """CPU seconds of the whole tree so far."""
        self.sample()
        return sum(self._cpu.values())

    def written(self) -> int:
        """Bytes that the whole tree has written so far, to files and sockets alike."""
        self.sample()
        return sum(self._written.values())

    def wait_for_quiet(self, seconds: float = 120) -> None:
        """Wait until the tree uses hardly any CPU: a backlog belongs to the work."""
        deadline = time.monotonic() + seconds
        last = self.cpu()
        while time.monotonic() < deadline:
            time.sleep(1.0)
            now = self.cpu()
            if now - last < 0.1:
                return
            last = now

    def close(self) -> None:
        self._closed.set()
        self._thread.join()


def descendants(root: int) -> list[int]:
    """A process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, left = [], [root]
    while left:
        pid = left.pop()
        found.append(pid)
        left.extend(children.get(pid, ()))
    return found
