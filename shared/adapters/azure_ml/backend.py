"""Runs as jobs of an Azure ML workspace: each name is submitted once, looked at in batches, read through the lake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import BinaryIO

from shared.adapters.azure_ml import observing
from shared.adapters.azure_ml.assets import Assets
from shared.adapters.azure_ml.client import Client
from shared.adapters.azure_ml.connection import Connection
from shared.adapters.azure_ml.definitions import EXPERIMENT, Definitions
from shared.adapters.azure_ml.management import Management
from shared.adapters.azure_ml.refusals import ServiceRefused
from shared.adapters.azure_ml.staging import CONTAINER, PART, stage
from shared.domain.blob_names import check_path
from shared.domain.runs import RunSpec, RunState, RunStatus
from shared.ports import Cadence, Lake, RunConflict

BATCH = 100
"""Runs asked for in one request."""
ALREADY_THERE = "JobPropertyImmutable"


class AzureML:
    """An MLBackend in a workspace."""

    cadence = Cadence(first=30, most=300)

    def __init__(
        self, connection: Connection, definitions: Definitions, lake: Lake, now: Callable[[], datetime]
    ) -> None:
        self._workspace, self._definitions, self._lake, self._now = connection.workspace, definitions, lake, now
        self._management, self._client = Management(connection), Client(connection)
        self._assets = Assets(definitions, self._management, self._client)

    def submit(self, specs: Sequence[RunSpec]) -> list[RunStatus]:
        """Submit each run, or adopt the job of its name; a refused one comes back failed, with Azure's words."""
        return [self._submit(spec) for spec in specs]

    def observe(self, names: Sequence[str]) -> list[RunStatus]:
        """Look at runs, a batch in each request; without names, only see whether the workspace answers."""
        if not names:
            self._management.find()
        seen = {
            status.name: status
            for start in range(0, len(names), BATCH)
            for status in self._look(list(names[start : start + BATCH]))
        }
        return [seen[name] for name in names]

    def cancel(self, names: Sequence[str]) -> None:
        """Ask jobs to end; one that has ended or is unknown is fine."""
        for name in names:
            try:
                self._management.post(f"/jobs/{name}/cancel")
            except ServiceRefused as refused:
                if not (refused.is_unknown or "terminal status" in str(refused)):
                    raise

    def list_outputs(self, name: str) -> list[str]:
        """The relative paths of the files that a run wrote."""
        prefix = f"{check_path(name)}/out/"
        return [blob.path.removeprefix(prefix) for blob in self._lake.list(CONTAINER, prefix)]

    def open_output(self, name: str, path: str) -> AbstractContextManager[BinaryIO]:
        """Read one file that a run wrote."""
        return self._lake.open_read(CONTAINER, check_path(f"{name}/out/{path}"))

    def _submit(self, spec: RunSpec) -> RunStatus:
        try:
            submitted = self._create(spec)
        except ServiceRefused as refused:
            if ALREADY_THERE in refused.codes:
                return self._adopt(spec)
            return RunStatus(spec.name, RunState.FAILED, error=str(refused))
        return RunStatus(spec.name, observing.state_of(submitted), progress=submitted)

    def _create(self, spec: RunSpec) -> str:
        """Have Azure create the job; answers its state. The same request again finds the job that is there."""
        in_parts = spec.in_parts and len(spec.segments) > PART
        self._assets.ensure_dataset(spec.dataset_version)
        if in_parts:
            job = self._definitions.describe_large_run(spec, self._assets.find_components())
        else:
            job = self._definitions.describe_run(spec, self._assets.find_code())
        stage(self._lake, spec, in_parts=in_parts)
        status = self._client.create_job(job).status
        return str(getattr(status, "value", status))

    def _adopt(self, spec: RunSpec) -> RunStatus:
        """Take the job that has this name for ours if it is the same work; raises RunConflict."""
        there = self._management.find(f"/jobs/{spec.name}")
        if there is None:
            return observing.lost(spec.name)
        tags = there["properties"].get("tags") or {}
        if tags.get("headrace.fingerprint") != spec.fingerprint:
            raise RunConflict(f"job {spec.name} was submitted before with other inputs")
        return observing.read_job(self._workspace, there)

    def _look(self, names: list[str]) -> Iterator[RunStatus]:
        try:
            runs = self._management.find_runs(EXPERIMENT, names)
        except ServiceRefused:
            runs = {}  # a workspace whose run history does not answer batches: one by one, then
        for name in names:
            if name in runs:
                yield self._read(runs[name])
            else:
                yield self._look_alone(name)

    def _read(self, run: dict[str, object]) -> RunStatus:
        if observing.is_given_up(run, self._now()):
            self.cancel([str(run["runId"])])
            return observing.give_up(self._workspace, run)
        if observing.state_of(str(run.get("status"))) is RunState.FAILED and not run.get("error"):
            run = {**run, **(self._management.find_run(str(run["runId"])) or {})}
        return observing.read_run(self._workspace, run)

    def _look_alone(self, name: str) -> RunStatus:
        """A run that run history does not know yet, or no more; the job itself is the truth."""
        job = self._management.find(f"/jobs/{name}")
        if job is None:
            return observing.lost(name)
        status = observing.read_job(self._workspace, job)
        if status.state is RunState.FAILED:
            details = self._management.find_run(name)
            return observing.read_run(self._workspace, details) if details else status
        return status
