"""The product as a stranger meets it: its commands, its HTTP, its processes, a small company's raw files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.sample.lake import drop_sample
from shared.adapters.folder_lake import FolderLake
from shared.domain.weeks import IsoWeek

PROJECT = Path(__file__).resolve().parents[2]
WEEK = "2026W47"
REGIONS = ("texas", "florida")
INSTANCE_SECONDS = 240


class Product:
    """Headrace in a home of its own, used through its command line and its routes."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "HEADRACE_HOME": str(home), "PYTHONPATH": str(PROJECT)}
        self.address = ""
        self._up: subprocess.Popen[str] | None = None

    def up(self) -> None:
        """Start it and wait until it serves."""
        command = [sys.executable, "-m", "cli", "up", "--port", "0", "--json"]
        self._up = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.address = json.loads(self._up.stdout.readline())["address"]

    @property
    def host_pid(self) -> int:
        """The process that the host is."""
        return int(json.loads((self.home / "host.json").read_text())["pid"])

    def end_command(self, number: signal.Signals) -> str:
        """Send a signal to the command that started the host, and wait for its end; what it said about faults."""
        self._up.send_signal(number)
        _, told = self._up.communicate(timeout=60)
        self._up = None
        return told

    def kill_host(self) -> None:
        """SIGKILL the host, as the kernel would when memory runs out."""
        os.kill(self.host_pid, signal.SIGKILL)
        self._up.communicate(timeout=60)
        self._up = None

    def down(self) -> None:
        """Ctrl-C."""
        if self._up is not None:
            self.end_command(signal.SIGINT)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        command = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=INSTANCE_SECONDS)

    def ask(self, method: str, route: str, body: object = None) -> tuple[int, dict]:
        """A request to the app."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/api/{route}", data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def wait_for(self, condition, seconds: float = INSTANCE_SECONDS):
        """What the condition answers as soon as it is true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if told := condition():
                return told
            time.sleep(0.3)
        raise AssertionError(f"not within {seconds} s; the host's log ends:\n{self.log()[-3000:]}")

    def end_of(self, instance: str) -> dict:
        """The instance when it has ended."""

        def ended() -> dict | None:
            run = self.ask("GET", f"runs/{instance}")[1]
            return run if run["status"] not in ("Pending", "Running") else None

        return self.wait_for(ended)

    def log(self) -> str:
        """What the host said."""
        return (self.home / "host.log").read_text()


@pytest.fixture(scope="session")
def sample_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw files of a company of two regions with more than two years of history."""
    root = tmp_path_factory.mktemp("sample") / "lake"
    drop_sample(FolderLake(root), IsoWeek.parse(WEEK), 1, REGIONS, first_week="2024W40", stores_per_format=2)
    return root


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """Headrace in an empty home."""
    used = Product(tmp_path / "home")
    yield used
    used.down()
