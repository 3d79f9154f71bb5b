"""The embedded host, asked over HTTP as any client would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from protocol import parse, serve

ROOT = Path(__file__).parents[3]
DURABLE = "/runtime/webhooks/durabletask"


def main() -> None:
    given = parse()
    command = [sys.executable, "-m", "embedded_host", "--app", ROOT / "bench/host/app", "--port", "0"]
    command += ["--state", given.folder / "state.db", "--replay", given.mode]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    host = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert host.stdout is not None
    address = host.stdout.readline().split()[-1]

    def ask(method: str, path: str, body: object = None) -> Any:
        content = json.dumps(json.dumps(body)).encode() if method == "POST" else None
        request = urllib.request.Request(
            address + DURABLE + path, content, {"Content-Type": "application/json"}, method=method
        )
        return json.load(urllib.request.urlopen(request, timeout=60))

    def run_fleet(runs: int) -> int:
        ask("POST", f"/orchestrators/fleet/fleet-{runs}", runs)
        while (status := ask("GET", f"/instances/fleet-{runs}"))["runtimeStatus"] in ("Pending", "Running"):
            time.sleep(0.02)
        return int(status["output"])

    def start_single(name: str) -> None:
        ask("POST", f"/orchestrators/single/{name}", name)

    serve(run_fleet, start_single)
    host.terminate()
    host.wait()


if __name__ == "__main__":
    main()
