"""A fleet's training in a stand-in workspace: real adapter and ledger, every request counted, every end clocked."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.azure_ml.worlds import World
from bench.azure_ml_standin.events import due_events
from bench.azure_ml_standin.messages import Reply, Request
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.state import Life
from bench.azure_ml_standin.workspaces import add_code, make_backend
from embedded_host.testing import SteppedHost
from orchestrators.activities import runs as run_steps
from shared import wiring
from shared.adapters.azure_ml.definitions import EXPERIMENT
from shared.adapters.folder_lake import FolderLake
from shared.domain.fleets import Fleet
from shared.domain.runs import RunKind, RunSpec, RunState, RunStatus

WEBHOOK = "/runtime/webhooks/eventgrid?functionName=Host.Functions.notice_run"
SHORTEST, LONGEST = 600, 2_400
"""Seconds that a job takes, evenly spread."""
ENDED = ("Completed", "Failed", "Canceled")


class HostClock:
    """The stand-in's time is the host's; waiting for a turn moves it."""

    def __init__(self, host: SteppedHost) -> None:
        self._clock = host.virtual_clock

    def now(self) -> datetime:
        """The host's time."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Move it."""
        self._clock.advance_to(self._clock.now() + timedelta(seconds=seconds))


class CountedStandIn(StandIn):
    """Counts requests by kind and by minute."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.by_minute: Counter[tuple[str, datetime]] = Counter()

    def answer(self, request: Request) -> Reply:
        """Answer, and count."""
        plane = "history" if "/history/" in request.path else "reads" if request.method == "GET" else "writes"
        self.by_minute[plane, self.workspace.clock.now().replace(second=0, microsecond=0)] += 1
        return super().answer(request)

    def total(self, plane: str) -> int:
        """Requests of a kind."""
        return sum(count for (name, _), count in self.by_minute.items() if name == plane)

    def busiest(self, plane: str) -> int:
        """The most requests of a kind in one minute."""
        return max((count for (name, _), count in self.by_minute.items() if name == plane), default=0)


class WorkspaceWorld(World):
    """Runs are jobs. `noticed` holds how long after each job's end somebody saw it, in seconds."""

    def __init__(self, fleet: Fleet, host: SteppedHost, home: Path, *, through_client: bool) -> None:
        """Without `through_client` jobs are there as if they had been submitted, at no request."""
        super().__init__(fleet)
        self.host, self._through_client = host, through_client
        self.standin = CountedStandIn(clock=HostClock(host))
        self.standin.workspace.live = live
        add_code(self.standin)
        self._adapter = make_backend(self.standin, FolderLake(home / "lake"))
        self.cadence = self._adapter.cadence
        self.noticed: dict[str, float] = {}
        self.event_cpu = 0.0
        wiring.ml_backend.put(self)
        wiring.fleets.put({fleet.name: fleet})

    # --- activities ----------------------------------------------------------------------------------------------

    def submit_training(self, order: dict[str, Any]) -> dict[str, Any]:
        """Note and submit the runs of some shards."""
        return run_steps.submit([self._describe(order, shard) for shard in order["shards"]])

    def observe_runs(self, order: dict[str, Any]) -> dict[str, Any]:
        """As in the app."""
        return run_steps.observe_runs(order)

    def cancel_runs(self, order: dict[str, Any]) -> dict[str, Any]:
        """As in the app."""
        return run_steps.cancel_runs(order)

    def _describe(self, order: dict[str, Any], shard: dict[str, Any]) -> RunSpec:
        cells = [self.fleet.segments_by_id[name] for name in shard["segments"]]
        return RunSpec(
            name=f"train-{self.fleet.name}-2026w47-{shard['shard']}-{shard['attempt']:012x}",
            kind=RunKind.TRAIN,
            fleet=self.fleet.name,
            week=order["week"],
            shard=shard["shard"],
            instance_id=order["watcher"],
            dataset_version=order["dataset_version"],
            code_version="c" * 64,
            attempt=shard["attempt"],
            segments=tuple(shard["segments"]),
            models={},
            job={"segments": [{"id": cell.id, **vars(cell)} for cell in cells], "baselines": []},
        )

    # --- the backend ---------------------------------------------------------------------------------------------

    def submit(self, specs: Sequence[RunSpec]) -> list[RunStatus]:
        """Have them be jobs."""
        if self._through_client:
            return self._adapter.submit(specs)
        for spec in specs:
            asked = {"jobType": "Command", "command": "x", "environmentId": "e", "experimentName": EXPERIMENT}
            self.standin.workspace.add_job(spec.name, asked)
        return [RunStatus(spec.name, RunState.QUEUED) for spec in specs]

    def observe(self, names: Sequence[str]) -> list[RunStatus]:
        """Look, and clock what has ended."""
        seen = self._adapter.observe(names)
        now = self.host.virtual_clock.now()
        for status in seen:
            if status.state.is_terminal and status.name not in self.noticed:
                ended = self.standin.workspace.jobs[status.name].ended(now)
                assert ended is not None, f"{status.name} was called {status.state} before its end"
                self.noticed[status.name] = (now - ended).total_seconds()
        return seen

    def cancel(self, names: Sequence[str]) -> None:
        """End them."""
        self._adapter.cancel(names)

    # --- events --------------------------------------------------------------------------------------------------

    def pass_time(self, hours: float, *, with_events: bool) -> None:
        """Let time pass; Event Grid delivers what passes the subscription's filter, when it happens."""
        end = self.host.virtual_clock.now() + timedelta(hours=hours)
        self.host.run()
        if with_events:
            ends = sorted((job.moments[-1][0], job.name) for job in self.standin.workspace.jobs.values())
            for moment, name in ends:
                self.host.run_until(moment)
                self._deliver(name)
                self.host.run()
        self.host.run_until(end)

    def _deliver(self, name: str) -> None:
        alone = replace(self.standin.workspace, jobs={name: self.standin.workspace.jobs[name]})
        events = due_events(alone, self.host.virtual_clock.now())
        passing = [event for event in events if event["data"].get("runStatus") in ENDED]
        began = time.process_time()
        answer = self.host.post(WEBHOOK, json.dumps(passing).encode())
        self.event_cpu += time.process_time() - began
        assert answer.status == 202, answer.text


def live(name: str) -> Life:
    """How a job of a name goes: the usual states, and an end that only its name decides."""
    takes = random.Random(name).uniform(SHORTEST, LONGEST)
    return [(0, "Starting"), (20, "Preparing"), (60, "Queued"), (90, "Running"), (takes, "Completed")]
