"""The embedded host as a process of its own: started, found again, asked over HTTP, and stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.api import Api
from cli.failures import Failure
from shared import wiring
from shared.small_heap import SMALL_HEAP

PROJECT = Path(__file__).resolve().parents[1]
READY = "embedded host ready at "
START_SECONDS = 120
SCAN_SECONDS = "1"


class HostApi(Api):
    """A host that this process started."""

    def __init__(self, address: str, process: subprocess.Popen[str]) -> None:
        super().__init__(address)
        self._process = process

    def wait(self) -> None:
        """Wait until the host ends by itself, which is a failure."""
        code = self._process.wait()
        raise Failure(f"the host ended with exit code {code}; see {wiring.settings().home / 'host.log'}")


def find_host() -> Api | None:
    """The host of this home that runs now, if any."""
    known = _read_note()
    if known is None:
        return None
    api = Api(known["address"])
    return api if api.is_alive() else None


def end_orphan() -> None:
    """End the host of this home if who started it was killed, and so will never end it."""
    known = _read_note()
    if known is None or _is_alive(known["owner"]) or not Api(known["address"]).is_alive():
        return
    os.kill(known["pid"], signal.SIGTERM)
    for _ in range(10 * START_SECONDS):
        if not _is_alive(known["pid"]):
            return
        time.sleep(0.1)
    raise Failure(f"a host that nobody looks after does not end; kill process {known['pid']}")


def require_host() -> Api:
    """The host to talk to: HEADRACE_URL, or the one of this home; raises Failure when there is none."""
    address = os.environ.get("HEADRACE_URL")
    api = Api(address) if address else find_host()
    if api is None:
        raise Failure("no host is running here. Start one with: python3 headrace.py up")
    return api


@contextmanager
def running_host() -> Iterator[Api]:
    """The host that runs, or a new one that is stopped at the end of the block."""
    end_orphan()
    there = find_host()
    if there is not None:
        yield there
        return
    with own_host(0) as api:
        yield api


@contextmanager
def own_host(port: int) -> Iterator[HostApi]:
    """A new host that is stopped at the end of the block."""
    process, log = _start(port)
    try:
        address = _wait_until_ready(process, log)
        _write_note(address, process.pid)
        yield HostApi(address, process)
    finally:
        _stop(process)
        (wiring.settings().home / "host.json").unlink(missing_ok=True)


def host_command(port: int) -> list[str]:
    """The command line of a host for this home."""
    home = wiring.settings().home
    return [
        sys.executable, "-m", "embedded_host", "--app", str(PROJECT), "--port", str(port),
        "--state", str(home / "task-hub.db"), "--lake", wiring.settings().lake_address, "--scan-interval", SCAN_SECONDS,
    ]  # fmt: skip


def host_environment() -> dict[str, str]:
    """The environment of a host for this home."""
    return {**os.environ, **SMALL_HEAP, "HEADRACE_HOME": str(wiring.settings().home)}


def _start(port: int) -> tuple[subprocess.Popen[str], Path]:
    home = wiring.settings().home
    home.mkdir(parents=True, exist_ok=True)
    log = home / "host.log"
    with log.open("a", encoding="utf-8") as stream, _held_lake() as held:
        process = subprocess.Popen(
            host_command(port),
            cwd=PROJECT,
            env=host_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
            pass_fds=held,
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop the host in order
        )
    return process, log


@contextmanager
def _held_lake() -> Iterator[list[int]]:
    """What holds the lake for a host that gets it in the block, for as long as that host lives."""
    held = wiring.hold_lake()
    try:
        yield [] if held is None else [held]
    finally:
        if held is not None:
            os.close(held)


def _wait_until_ready(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(READY):
            return line.removeprefix(READY).strip()
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    raise Failure("the host did not start:\n  " + "\n  ".join(said) + f"\nThe whole log is {log}")


def _write_note(address: str, pid: int) -> None:
    note = wiring.settings().home / "host.json"
    note.write_text(json.dumps({"address": address, "pid": pid, "owner": os.getpid()}), encoding="utf-8")


def _read_note() -> dict[str, Any] | None:
    try:
        known: dict[str, Any] = json.loads((wiring.settings().home / "host.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return known


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # alive, and another user's
    return True


def _stop(process: subprocess.Popen[Any]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=START_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
