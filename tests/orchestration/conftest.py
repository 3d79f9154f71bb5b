"""The app on a stepped host with a virtual clock: real lake, ledger and conditioning, scripted runs."""

from __future__ import annotations

import os
import shutil
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


@pytest.fixture(scope="session")
def conditioned(sample_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, datetime]]:
    """A home whose raw files are all conditioned, beside its host's state, and when that was done."""
    folder = tmp_path_factory.mktemp("conditioned")
    link_files(sample_lake, folder / "home" / "lake")
    with pytest.MonkeyPatch.context() as patch:
        settle_in(folder / "home", patch)
        host = SteppedHost(PROJECT, folder / "state.db", lake=folder / "home" / "lake", start=FORECAST_DAY)
        patch.setattr(wiring, "now", host.virtual_clock.now)
        host.run()
        done_at = host.virtual_clock.now()
        host.close()
        wiring.ledger().close()
        wiring.forget()
    before = stamps_in(folder)
    yield folder, done_at
    assert stamps_in(folder) == before, "a test wrote into a file instead of replacing it"


def link_files(source: Path, target: Path) -> None:
    """Lay the same files at another place: a copy would be other versions of its blobs. Databases are copied."""
    shutil.copytree(source, target, copy_function=_lay, dirs_exist_ok=True)


def _lay(source: str, target: str) -> None:
    (shutil.copy2 if ".db" in Path(source).name else os.link)(source, target)


def stamps_in(folder: Path) -> dict[Path, tuple[int, int]]:
    """What changes when somebody writes into a file."""
    found = {file: file.stat() for file in folder.rglob("*") if file.is_file()}
    return {file: (stat.st_mtime_ns, stat.st_size) for file, stat in found.items()}


def settle_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[FakeBackend, FakeRegistry]:
    """Make the app use a home, the fleet `tiny`, and scripted runs."""
    monkeypatch.setenv("HEADRACE_HOME", str(home))
    monkeypatch.setenv("HEADRACE_CALLBACK_HOSTS", "example.org")
    wiring.forget()
    backend, registry = FakeBackend(), FakeRegistry()
    demand = read_fleet(PROJECT / "fleets" / "demand.yaml")
    gate = DataGate(min_weeks=8, max_age_weeks=1)
    wiring.fleets.put({"tiny": replace(demand, name="tiny", regions=REGIONS, data_gate=gate)})
    wiring.ml_backend.put(backend)
    wiring.model_registry.put(registry)
    return backend, registry


@pytest.fixture(autouse=True)
def write_to_no_disk(no_flushing: None) -> None:
    """No process is killed here, and no machine."""


@pytest.fixture
def open_headrace(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    start_host: Callable[..., SteppedHost],  # noqa: F811
) -> Iterator[Callable[..., Headrace]]:
    """Start the app on what lies in the test's folder by then, with the fleet `tiny`."""
    home = tmp_path / "home"
    backend, registry = settle_in(home, monkeypatch)

    def start(**options: object) -> Headrace:
        options = {"start": FORECAST_DAY, "lake": home / "lake", **options}
        host = start_host(PROJECT, **options)
        monkeypatch.setattr(wiring, "now", host.virtual_clock.now)
        monkeypatch.setattr(engine, "list_unfinished_below", lister(host))
        return Headrace(host, backend, registry, home)

    yield start
    wiring.forget()


@pytest.fixture
def start_headrace(
    tmp_path: Path, sample_lake: Path, open_headrace: Callable[..., Headrace]
) -> Callable[..., Headrace]:
    """Start the app on raw files of which none is conditioned."""
    link_files(sample_lake, tmp_path / "home" / "lake")
    return open_headrace


@pytest.fixture
def host(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    start_host: Callable[..., SteppedHost],  # noqa: F811
) -> Iterator[SteppedHost]:
    """The app on an empty lake."""
    monkeypatch.setenv("HEADRACE_HOME", str(tmp_path))
    wiring.forget()
    (tmp_path / "lake").mkdir()
    started = start_host(PROJECT, lake=tmp_path / "lake")
    monkeypatch.setattr(wiring, "now", started.virtual_clock.now)
    yield started
    wiring.forget()


@pytest.fixture
def headrace(tmp_path: Path, conditioned: tuple[Path, datetime], open_headrace: Callable[..., Headrace]) -> Headrace:
    """The app with all of its raw files conditioned."""
    folder, done_at = conditioned
    link_files(folder, tmp_path)
    return open_headrace(start=done_at)


@pytest.fixture
def azure(headrace: Headrace) -> WorkspaceBackend:
    """A training in a workspace, of two regions and eight jobs, which have just been submitted."""
    backend = WorkspaceBackend(headrace.host, wiring.lake())
    wiring.ml_backend.put(backend)
    wiring.fleets.put({"tiny": replace(wiring.fleets()["tiny"], shard_by="segment", attempts=1)})
    headrace.host.post("/api/start/train", {"fleet": "tiny", "week": WEEK})
    headrace.host.run()
    return backend
