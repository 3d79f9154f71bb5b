"""The app on a stepped host with a virtual clock: real lake, ledger and conditioning, scripted runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.sample.lake import drop_sample
from embedded_host.testing import SteppedHost, start_host  # noqa: F401  a fixture
from orchestrators import engine
from shared import wiring
from shared.adapters.fleet_files import read_fleet
from shared.adapters.folder_lake import FolderLake
from shared.domain.fleets import DataGate
from shared.domain.identities import is_below
from shared.domain.weeks import IsoWeek
from tests.fakes import FakeBackend, FakeRegistry
from tests.orchestration.workspace import WorkspaceBackend

PROJECT = Path(__file__).resolve().parents[2]
WEEK = "2026W47"
REGIONS = ("texas", "florida")
FORECAST_DAY = datetime(2026, 11, 15, 6, tzinfo=UTC)


@dataclass
class Headrace:
    """The app under test, and the doubles behind it."""

    host: SteppedHost
    backend: FakeBackend
    registry: FakeRegistry
    home: Path

    def start(self, pipeline: str = "weekly", week: str = WEEK, **more: object) -> str:
        """Ask for a pipeline and let everything happen that follows; answers the instance."""
        answer = self.host.post(f"/api/start/{pipeline}", {"fleet": "tiny", "week": week, **more})
        assert answer.status == 202, answer.text
        self.settle()
        return str(answer.json()["id"])

    def settle(self, hours: float = 12) -> None:
        """Let time pass until nothing is left to do."""
        self.host.run_for(hours=hours)

    def run(self, instance: str) -> dict:
        """What the app tells of an instance."""
        return self.host.get(f"/api/runs/{instance}").json()

    def cells(self, week: str = WEEK) -> dict[str, dict]:
        """Every cell by its id."""
        return {cell["id"]: cell for cell in self.host.get(f"/api/fleet/tiny?week={week}").json()["cells"]}


def lister(host: SteppedHost) -> Callable[..., Awaitable[list[str]]]:
    """`engine.list_unfinished_below` for a host without sockets; the acceptance tests have the real one."""

    async def list_unfinished_below(client: Any, instance_id: str) -> list[str]:
        address = f"{client._orchestration_bindings.rpc_base_url}instances/?instanceIdPrefix={instance_id}-&top=10000"
        _, rows = await host._ask_as_worker("GET", f"{address}&runtimeStatus={','.join(engine.UNFINISHED)}", None)
        return [row["instanceId"] for row in rows if is_below(instance_id, row["instanceId"])]

    return list_unfinished_below


@pytest.fixture(scope="session")
def sample_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw files of a company of two regions with a year of history."""
    root = tmp_path_factory.mktemp("sample") / "lake"
    drop_sample(FolderLake(root), IsoWeek.parse(WEEK), 1, REGIONS, first_week="2025W44", stores_per_format=1)
    return root


@pytest.fixture
def start_headrace(
    tmp_path: Path,
    sample_lake: Path,
    monkeypatch: pytest.MonkeyPatch,
    start_host: Callable[..., SteppedHost],  # noqa: F811
) -> Iterator[Callable[..., Headrace]]:
    """Start the app on a copy of the sample lake, with the fleet `tiny`."""
    import shutil

    home = tmp_path / "home"
    shutil.copytree(sample_lake, home / "lake")
    monkeypatch.setenv("HEADRACE_HOME", str(home))
    monkeypatch.setenv("HEADRACE_CALLBACK_HOSTS", "example.org")
    wiring.forget()
    backend, registry = FakeBackend(), FakeRegistry()
    demand = read_fleet(PROJECT / "fleets" / "demand.yaml")
    gate = DataGate(min_weeks=8, max_age_weeks=1)
    wiring.fleets.put({"tiny": replace(demand, name="tiny", regions=REGIONS, data_gate=gate)})
    wiring.ml_backend.put(backend)
    wiring.model_registry.put(registry)

    def start(**options: object) -> Headrace:
        options = {"start": FORECAST_DAY, "lake": home / "lake", **options}
        host = start_host(PROJECT, **options)
        monkeypatch.setattr(wiring, "now", host.virtual_clock.now)
        monkeypatch.setattr(engine, "list_unfinished_below", lister(host))
        return Headrace(host, backend, registry, home)

    yield start
    wiring.forget()


@pytest.fixture
def headrace(start_headrace: Callable[..., Headrace]) -> Headrace:
    """The app with all of its raw files conditioned."""
    started = start_headrace()
    started.host.run()
    return started


@pytest.fixture
def azure(headrace: Headrace) -> WorkspaceBackend:
    """A training in a workspace, of two regions and eight jobs, which have just been submitted."""
    backend = WorkspaceBackend(headrace.host, wiring.lake())
    wiring.ml_backend.put(backend)
    wiring.fleets.put({"tiny": replace(wiring.fleets()["tiny"], shard_by="segment", attempts=1)})
    headrace.host.post("/api/start/train", {"fleet": "tiny", "week": WEEK})
    headrace.host.run()
    return backend
