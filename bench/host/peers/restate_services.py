"""Restate: its server from npm, and a service in Python; asked over its ingress."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any

import hypercorn.asyncio
import hypercorn.config
import restate
from backend import call_backend
from protocol import parse, serve

service = restate.Service("bench")


@service.handler()
async def one_run(ctx: restate.Context, run: int) -> str:
    await ctx.run_typed("start", call_backend, step="start", run=run)
    for number in range(3):
        await ctx.sleep(timedelta(seconds=1))
        await ctx.run_typed(f"poll {number}", call_backend, step="poll", run=run)
    return await ctx.run_typed("record", call_backend, step="record", run=run)


@service.handler()
async def fleet(ctx: restate.Context, runs: int) -> int:
    results = await restate.gather(*[ctx.service_call(one_run, arg=number) for number in range(runs)])
    return len(results)


@service.handler()
async def single(ctx: restate.Context, name: str) -> str:
    return await ctx.run_typed("start", call_backend, step="start", run=name)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def post(url: str, body: object, seconds: float = 3600) -> Any:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=seconds) as answer:
        return json.load(answer)


def serve_handlers(port: int) -> None:
    config = hypercorn.config.Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.errorlog = None
    asyncio.run(hypercorn.asyncio.serve(restate.app([service]), config, shutdown_trigger=asyncio.Event().wait))


def main() -> None:
    given = parse()
    handlers, ingress, admin, node = (free_port() for _ in range(4))
    threading.Thread(target=serve_handlers, args=(handlers,), daemon=True).start()
    environment = {
        **os.environ,
        "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{ingress}",
        "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{admin}",
        "RESTATE_BIND_ADDRESS": f"127.0.0.1:{node}",
        "RESTATE_ADVERTISED_ADDRESS": f"http://127.0.0.1:{node}",
        "DO_NOT_TRACK": "1",
    }
    with (given.folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [given.mode, "--base-dir", given.folder / "data"], env=environment, stdout=log, stderr=log
        )
    deadline = time.monotonic() + 60
    while True:
        try:
            post(f"http://127.0.0.1:{admin}/deployments", {"uri": f"http://127.0.0.1:{handlers}"}, 10)
            break
        except (urllib.error.URLError, OSError) as error:
            if time.monotonic() > deadline:
                server.kill()
                sys.exit(f"the Restate server did not come up: {error}")
            time.sleep(0.3)
    base = f"http://127.0.0.1:{ingress}/bench"
    serve(lambda runs: int(post(f"{base}/fleet", runs)), lambda name: post(f"{base}/single", name))
    server.terminate()
    server.wait()
    os._exit(0)


if __name__ == "__main__":
    main()
