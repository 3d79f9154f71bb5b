"""Blob triggers on a blob endpoint: Azurite, started for the test."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AZURITE = shutil.which("azurite-blob") or shutil.which("azurite-blob", path=ROOT / "node_modules/.bin")
pytestmark = pytest.mark.skipif(
    AZURITE is None, reason="Azurite is not here: `npm ci` in the repository's root installs it"
)


@pytest.fixture
def account(tmp_path):
    """The URL of a fresh emulator's account."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [
        AZURITE,
        "--silent",
        "--skipApiVersionCheck",
        "--blobPort",
        str(port),
        "--location",
        str(tmp_path / "az"),
    ]
    emulator = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/devstoreaccount1"
    emulator.kill()  # asked to end, it first waits for connections that nobody closes
    emulator.wait()


def wait_for(lines, log):
    """What the app noted, once there are so many lines."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        noted = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        if len(noted) >= lines:
            return noted
        time.sleep(0.05)
    raise AssertionError(f"only {noted} within 30 s")


def test_blobs_of_an_endpoint_fire_once_per_version(run_host, apps, tmp_path, account):
    from azure.storage.blob import BlobServiceClient

    known = BlobServiceClient.from_connection_string("UseDevelopmentStorage=true")
    service = BlobServiceClient(account, credential=known.credential.account_key)
    for container in ("txt", "raw", "copied", "copies"):
        service.create_container(container)
    service.get_blob_client("txt", "deep/n.txt").upload_blob(b"one", metadata={"week": "47"})
    service.get_blob_client("raw", "pos/x.csv").upload_blob(b"a,b")
    service.get_blob_client("copied", "c").upload_blob(b"content")
    log = tmp_path / "log"
    settings = {"TRIGGER_LOG": str(log), "STREAM_CONTAINER": "txt", "TICK_SCHEDULE": "0 0 0 1 1 *"}
    run_host(apps / "triggers", "--lake", account, "--scan-interval", "0.2", **settings)
    first = {told["function"]: told for told in wait_for(2, log)}
    service.get_blob_client("txt", "deep/n.txt").upload_blob(b"two", overwrite=True)
    noted = wait_for(3, log)
    time.sleep(1.0)

    assert first["streamed"]["uri"] == f"{account}/txt/deep/n.txt"
    assert first["referenced"]["BlobName"] == "pos/x.csv"
    assert [told["content"] for told in noted if told["function"] == "streamed"] == ["one", "two"]
    assert service.get_blob_client("copies", "c.copy").download_blob().readall() == b"content"
    assert len(log.read_text().splitlines()) == 3
    for client in (service, known):
        client.close()
