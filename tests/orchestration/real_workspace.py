"""A workspace behind the app, reached only through the real adapter, which refuses in earnest; results are scripted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bench.azure_ml.workspace import HostClock
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.state import QUIET_LIFE, Job
from bench.azure_ml_standin.workspaces import add_code, connect, make_backend
from embedded_host.testing import SteppedHost
from shared import wiring
from shared.domain.runs import RunKind, RunSpec
from shared.ports import Lake
from tests.fakes import FakeBackend, Script


class RealWorkspace:
    """A stand-in on the host's clock, whose jobs leave what a script says when they are taken in."""

    def __init__(self, host: SteppedHost, lake: Lake, credential: Any = None) -> None:
        self.standin = StandIn(clock=HostClock(host))
        self.script = Script()
        self.wrong: Callable[[str], str | None] = lambda name: None
        """The error with which a job of a name fails; None for those that complete."""
        self._host, self._lake = host, lake
        add_code(self.standin, wiring.code_version())
        self.standin.on_new_job = self._take
        connection = connect(self.standin, credential=credential)
        self.backend = make_backend(self.standin, lake, connection, wiring.code_version())
        wiring.ml_backend.put(self.backend)

    @property
    def jobs(self) -> dict[str, Job]:
        """What was submitted, by name."""
        return self.standin.workspace.jobs

    def do_week(self, **more: Any) -> dict[str, Any]:
        """Ask for the week and let it end; answers what the app tells of it."""
        answer = self._host.post("/api/start/weekly", {"fleet": "tiny", "week": "2026W47", **more})
        assert answer.status == 202, answer.text
        self._host.run_for(hours=8)
        told: dict[str, Any] = self._host.get(f"/api/runs/{answer.json()['id']}").json()
        return told

    def _take(self, job: Job) -> None:
        job.error = self.wrong(job.name)
        end = "Failed" if job.error else "Completed"
        job.moments = self.standin.workspace.moments([*QUIET_LIFE[:-1], (610, end)])
        if job.error is None:
            for path, content in FakeBackend(self.script)._outputs(self._spec_of(job)).items():
                with self._lake.open_write("runs", f"{job.name}/out/{path}") as writer:
                    writer.write(content)
                    writer.commit()

    def _spec_of(self, job: Job) -> RunSpec:
        place = job.asked["inputs"]["run"]["uri"].removeprefix("azureml://datastores/headrace_runs/paths/")
        documents = {}
        for name in ("job.json", "models.json"):
            with self._lake.open_read("runs", f"{place}{name}") as stream:
                documents[name] = json.load(stream)
        tags = {name.removeprefix("headrace."): value for name, value in job.tags.items()}
        names = ("fleet", "week", "shard", "instance_id", "dataset_version", "code_version")
        return RunSpec(
            name=job.name,
            kind=RunKind(tags["kind"]),
            attempt=int(tags["attempt"]),
            segments=tuple(cell["id"] for cell in documents["job.json"]["segments"]),
            models=documents["models.json"],
            job=documents["job.json"],
            **{name: tags[name] for name in names},
        )
