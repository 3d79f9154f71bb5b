"""Prefect with its own server on SQLite: a task per step (`fine`) or per run (`coarse`, no durable steps)."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def main() -> None:
    from protocol import parse, serve

    given = parse()
    port = free_port()
    os.environ.update(
        PREFECT_HOME=str(given.folder / "prefect"),
        PREFECT_API_URL=f"http://127.0.0.1:{port}/api",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_LOGGING_LEVEL="ERROR",
        PREFECT_LOGGING_TO_API_ENABLED="false",
    )
    command = [Path(sys.executable).parent / "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (given.folder / "server.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5)
            break
        except OSError:
            time.sleep(0.2)
    from backend import call_backend
    from prefect import flow, task

    call = task(call_backend)

    async def steps(run: int) -> None:
        call("start", run)
        for _ in range(3):
            await asyncio.sleep(1)
            call("poll", run)
        call("record", run)

    async def plain_steps(run: int) -> None:
        call_backend("start", run)
        for _ in range(3):
            await asyncio.sleep(1)
            call_backend("poll", run)
        call_backend("record", run)

    one_task = task(plain_steps)

    @flow
    async def fleet(runs: int) -> int:
        one = steps if given.mode == "fine" else one_task
        return len(await asyncio.gather(*[one(number) for number in range(runs)]))

    @flow
    def single(name: str) -> None:
        call("start", name)

    serve(lambda runs: asyncio.run(fleet(runs)), lambda name: single(name))
    server.terminate()
    server.wait()


if __name__ == "__main__":
    main()
