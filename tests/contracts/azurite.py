"""Azurite, the emulator of Azure Storage, with accounts and keys that are made up for each start."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
ACCOUNTS = 300
START_SECONDS = 60


@dataclass(frozen=True)
class Account:
    """A storage account of its own, empty when it is handed out."""

    address: str
    name: str
    key: str

    @property
    def url(self) -> str:
        """Its URL, as HEADRACE_LAKE holds it."""
        return f"{self.address}/{self.name}"


def what_is_missing() -> str | None:
    """Why Azurite cannot be started, with the way to change that; None when it can."""
    if shutil.which("node") is None:
        return "Node is missing, on which Azurite runs: apt install nodejs npm, then npm ci"
    if not PROGRAM.exists():
        return "Azurite is missing: npm ci, in the project's folder, brings it"
    return None


@contextmanager
def running(folder: Path) -> Iterator[Iterator[Account]]:
    """Azurite on a free port, for as long as the block lasts; gives accounts that nobody has used."""
    accounts = {f"account{number}": base64.b64encode(secrets.token_bytes(32)).decode() for number in range(ACCOUNTS)}
    port = _free_port()
    with (folder / "azurite.log").open("wb") as log:
        emulator = subprocess.Popen(
            [
                "node", str(PROGRAM), "--blobHost", "127.0.0.1", "--blobPort", str(port),
                "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent",
            ],
            cwd=folder,
            env={**os.environ, "AZURITE_ACCOUNTS": ";".join(":".join(account) for account in accounts.items())},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _wait_for(port, emulator, folder / "azurite.log")
        yield (Account(f"http://127.0.0.1:{port}", name, key) for name, key in accounts.items())
    finally:
        emulator.kill()
        emulator.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, emulator: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and emulator.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"Azurite did not start: {log.read_text(errors='replace')}")
