"""Polling through azure.ai.ml against plain requests over azure-core: what each costs to import, and to ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryDirectory

REQUESTS = 300
ROUNDS = 5
IMPORTS = {
    "azure.ai.ml": "import azure.identity, azure.ai.ml; azure.ai.ml.MLClient",
    "azure-core": "import azure.identity, azure.core.rest; from azure.core import PipelineClient",
}
_MEASURE = """
import json, os, time, warnings
warnings.simplefilter("ignore")

def megabytes():
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20

began, before = time.process_time(), megabytes()
{what}
print(json.dumps([time.process_time() - began, megabytes() - before]))
"""


@dataclass(frozen=True)
class Client:
    """One way to ask; what it costs to import includes azure.identity, which both need."""

    name: str
    import_cpu: float
    import_mb: float
    request_ms: float
    """CPU milliseconds for each request, the stand-in's own included."""
    runs_per_request: int


def measure_clients(requests: int = REQUESTS, rounds: int = ROUNDS) -> list[Client]:
    """Both clients, in interleaved rounds; the least of each figure, for load only ever adds."""
    through_sdk, plain, batch = _connect()
    imports: dict[str, list[tuple[float, float]]] = {name: [] for name in IMPORTS}
    asked: dict[str, list[float]] = {"sdk": [], "plain": [], "batch": []}
    with TemporaryDirectory() as compiled:
        for what in IMPORTS.values():
            _import(what, compiled)
        for _ in range(rounds):
            for name, what in IMPORTS.items():
                imports[name].append(_import(what, compiled))
            for name, ask in (("sdk", through_sdk), ("plain", plain), ("batch", batch)):
                asked[name].append(_time(ask, requests))
    sdk, core = (tuple(map(min, zip(*imports[name], strict=True))) for name in IMPORTS)
    return [
        Client("azure.ai.ml jobs.get", *sdk, min(asked["sdk"]), 1),
        Client("azure-core, a job", *core, min(asked["plain"]), 1),
        Client("azure-core, 100 runs", *core, min(asked["batch"]), 100),
    ]


def _import(what: str, compiled: str) -> tuple[float, float]:
    """Seconds and MB of an import in a new process, whose byte code is kept in a folder."""
    # azure-ai-ml leaves the name of its cloud in the environment, and a new process would look for it.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AZUREML_", "PYTHONDONT"))}
    command = [sys.executable, "-c", _MEASURE.format(what=what)]
    environment = {**kept, "PYTHONPYCACHEPREFIX": compiled}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RuntimeError(f"{what} failed: {done.stderr.strip()}")
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


def _time(ask: Callable[[], object], requests: int) -> float:
    ask()
    began = time.process_time()
    for _ in range(requests):
        ask()
    return (time.process_time() - began) / requests * 1_000


def _connect() -> tuple[Callable[[], object], Callable[[], object], Callable[[], object]]:
    """The three ways to ask how a job is, of one stand-in in this process."""
    from bench.azure_ml_standin.clocks import WaitingClock
    from bench.azure_ml_standin.service import StandIn
    from bench.azure_ml_standin.workspaces import connect
    from shared.adapters.azure_ml.client import Client as Sdk
    from shared.adapters.azure_ml.definitions import EXPERIMENT
    from shared.adapters.azure_ml.management import Management

    clock = WaitingClock()
    standin = StandIn(clock=clock)
    standin._contract = None  # what the stand-in checks is no cost of a client's
    names = [f"run-{number:03}" for number in range(100)]
    for name in names:
        asked = {"jobType": "Command", "command": "x", "environmentId": "e", "experimentName": EXPERIMENT}
        standin.workspace.add_job(name, asked, life=[(0, "Running")])
    management = Management(connect(standin))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        jobs = Sdk(connect(standin))._client.jobs

    def refilled(ask: Callable[[], object]) -> Callable[[], object]:
        def asking() -> object:
            clock.sleep(1)  # so that no limit is reached
            return ask()

        return asking

    return (
        refilled(lambda: jobs.get(names[0])),
        refilled(lambda: management.find(f"/jobs/{names[0]}")),
        refilled(lambda: management.find_runs(EXPERIMENT, names)),
    )
