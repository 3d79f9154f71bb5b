"""An Azure ML workspace beside a stepped host, on its clock: real adapter, real observation, scripted results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from bench.azure_ml.workspace import WEBHOOK, HostClock
from bench.azure_ml_standin.events import due_events, next_event
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.state import Life
from bench.azure_ml_standin.workspaces import make_backend
from embedded_host.testing import HttpAnswer, SteppedHost
from shared.domain.runs import RunSpec, RunStatus
from shared.ports import Lake
from tests.fakes import FakeBackend

ENDS = {"texas-large-slow": 700, "texas-large-fast": 1_000, "texas-small-slow": 1_010, "texas-small-fast": 1_400}
"""When the jobs of some segments end, in seconds after their submission; all others end after twenty minutes."""


def life_of(name: str) -> Life:
    """How a job goes."""
    ended = next((after for segment, after in ENDS.items() if segment in name), 1_200)
    return [(0, "Starting"), (60, "Queued"), (90, "Running"), (ended, "Completed")]


class WorkspaceBackend(FakeBackend):
    """Runs are jobs of a stand-in, looked at and ended by the real adapter; what they write is scripted."""

    def __init__(self, host: SteppedHost, lake: Lake) -> None:
        super().__init__()
        self.unwilling: set[str] = set()
        self.standin = StandIn(clock=HostClock(host))
        self.standin.workspace.live = life_of
        self._host, self._adapter = host, make_backend(self.standin, lake)

    def submit(self, specs: Sequence[RunSpec]) -> list[RunStatus]:
        for spec in specs:
            if spec.name not in self.standin.workspace.jobs:
                asked = {"jobType": "Command", "command": "x", "environmentId": "e", "experimentName": "headrace"}
                self.standin.workspace.add_job(spec.name, {**asked, "tags": {"headrace.instance_id": spec.instance_id}})
        return super().submit(specs)

    def observe(self, names: Sequence[str]) -> list[RunStatus]:
        self.observations += 1
        if self.is_down:
            raise ConnectionError("the workspace does not answer")
        return self._adapter.observe(names)

    def cancel(self, names: Sequence[str]) -> None:
        if self.is_down:
            raise ConnectionError("the workspace does not answer")
        if any(segment in name for segment in self.unwilling for name in names):
            raise ConnectionError("this one will not end")
        super().cancel(names)
        self._adapter.cancel(names)

    def statuses(self) -> dict[str, str]:
        """The state of each job now, by name."""
        now = self.standin.workspace.clock.now()
        return {name: job.status(now) for name, job in self.standin.workspace.jobs.items()}

    def go_on_with_events(self, hours: float) -> None:
        """Let time pass; Event Grid delivers each event as it happens."""
        end = self._host.virtual_clock.now() + timedelta(hours=hours)
        while (moment := next_event(self.standin.workspace)) is not None and moment <= end:
            self._host.run_until(moment)
            deliver(self._host, due_events(self.standin.workspace, moment))
        self._host.run_until(end)


def deliver(host: SteppedHost, events: list[dict]) -> HttpAnswer:
    """Have Event Grid deliver events, and let what follows from them happen."""
    answer = host.post(WEBHOOK, json.dumps(events).encode())
    host.run()
    return answer
