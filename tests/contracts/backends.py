"""The backends that one contract holds for: local processes, and a workspace, also one in which much goes wrong."""

import hashlib
import json
import os
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path

from bench.azure_ml_standin.clocks import WaitingClock
from bench.azure_ml_standin.executor import Executor
from bench.azure_ml_standin.faults import Faults
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.workspaces import add_code, make_backend
from shared.adapters.folder_lake import FolderLake
from shared.adapters.local_processes import LocalProcesses
from shared.adapters.run_inputs import RunInputs
from shared.domain.runs import RunKind, RunSpec

PROJECT = Path(__file__).resolve().parents[2]
TINY_JOB = "tests.contracts.tiny_job"
DATASET = "d" * 64
TABLE = b"week_start,units\n2026-11-09,3\n"
MODEL = "demand/texas-large-fast/0011"
FAULTS = {"throttle": 0.1, "server_error": 0.1, "drop": 0.1, "lost_reply": 0.1}
ALL_AT_ONCE = 274
"""A seed by which the first four requests meet the four faults."""
KINDS = ("local processes", "azure ml", "azure ml with faults")


def put(lake, container, path, content):
    with lake.open_write(container, path) as writer:
        writer.write(content)
        writer.commit()


def put_dataset(lake):
    """Freeze a dataset of one small table."""
    digest = hashlib.sha256(TABLE).hexdigest()
    manifest = {"members": [{"path": "shipments/a.csv", "sha256": digest}]}
    put(lake, "datasets", f"content/{digest}.csv", TABLE)
    put(lake, "datasets", f"manifests/{DATASET}.json", json.dumps(manifest).encode())


class World:
    """A backend's surroundings: a lake with a frozen dataset and a model, and ways to interfere with runs."""

    def __init__(self, folder):
        self.lake = FolderLake(folder / "lake")
        self.log = folder / "executed.txt"
        put_dataset(self.lake)
        put(self.lake, "models", f"{MODEL}/MLmodel", b"flavors: {}")

    def describe(self, number=0, *, do="write", **changes):
        """A run that writes, fails or waits."""
        name = f"train-demand-2026w47-r{number}-0123456789ab"
        work = {
            "name": name,
            "kind": RunKind.TRAIN,
            "fleet": "demand",
            "week": "2026W47",
            "shard": f"r{number}",
            "instance_id": "train-demand-2026W47-1-r-1-watch",
            "dataset_version": DATASET,
            "code_version": "c" * 64,
            "attempt": 1,
            "segments": ("texas-large-fast",),
            "models": {"texas-large-fast": MODEL},
            "job": {"run": name, "do": do, "log": str(self.log)},
        }
        return RunSpec(**{**work, **changes})

    def executed(self):
        """The names of the runs that were executed, as often as they were."""
        return sorted(self.log.read_text().split()) if self.log.exists() else []


class LocalWorld(World):
    """Processes of this machine."""

    def __init__(self, folder):
        super().__init__(folder)
        self._home, self._opened = folder / "home", []

    def open(self):
        backend = LocalProcesses(self._home, RunInputs(self.lake, self._home), slots=2, job_module=TINY_JOB)
        self._opened.append(backend)
        return backend

    def lose(self, name):
        shutil.rmtree(self._home / "runs" / name)

    def end_from_outside(self, name):
        os.kill(json.loads((self._home / "runs" / name / "started.json").read_text())["pid"], signal.SIGKILL)

    def close(self):
        for worker in (worker for backend in self._opened for worker in backend._workers):
            worker.kill()
            worker.wait()


class AzureWorld(World):
    """A workspace whose jobs are executed as processes, by the very commands that would run in Azure."""

    def __init__(self, folder, faults):
        super().__init__(folder)
        faults = Faults(requests=faults, seed=ALL_AT_ONCE, most_in_a_row=len(FAULTS))
        self.standin = StandIn(clock=WaitingClock(), faults=faults)
        add_code(self.standin)
        code = {
            "__init__.py": b"",
            "__main__.py": (PROJECT / "tests" / "contracts" / "tiny_job.py").read_bytes(),
            "layout.py": (PROJECT / "training" / "layout.py").read_bytes(),
        }
        for name, content in code.items():
            put(self.lake, "code", f"training/{name}", content)
        address = "https://account.invalid/account/code/training"
        self.standin.workspace.assets["codes", "training", "1"].resource["properties"]["codeUri"] = address
        self._executor = Executor(self.standin, self.lake)

    def open(self):
        return make_backend(self.standin, self.lake)

    def lose(self, name):
        self._job(name).vanishes_at = self.standin.workspace.clock.now()

    def end_from_outside(self, name):
        self._job(name).move("Canceled", self.standin.workspace.clock.now())

    def close(self):
        for name in list(self.standin.workspace.jobs):
            self.end_from_outside(name)
        self._executor.close()
        faults = self.standin.faults
        assert set(faults.done) == set(faults.requests)
        assert faults.impatient == 0
        assert self.standin.violations == []

    def _job(self, name):
        return self.standin.workspace.jobs[name]


@contextmanager
def world_of(kind, folder):
    """A world of one of the kinds, until the block is left."""
    if kind == "local processes":
        world = LocalWorld(folder)
    else:
        world = AzureWorld(folder, FAULTS if kind == "azure ml with faults" else {})
    try:
        yield world
    finally:
        world.close()
