"""Headrace's adapter connected to a stand-in, and a stand-in on which everything that a deployment brings is there."""

from __future__ import annotations

import warnings
from pathlib import Path

with warnings.catch_warnings():
    # marshmallow warns of what azure-ai-ml does with it while it is imported; the adapter imports it later.
    warnings.simplefilter("ignore")
    import azure.ai.ml  # noqa: F401

from bench.azure_ml_standin.clocks import Clock
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.state import Asset
from bench.azure_ml_standin.tokens import StandInCredential
from bench.azure_ml_standin.transport import InProcessTransport
from shared.adapters.azure_ml.backend import AzureML
from shared.adapters.azure_ml.connection import Connection
from shared.adapters.azure_ml.definitions import ENVIRONMENT, Definitions
from shared.adapters.azure_ml.pacing import Pace
from shared.adapters.azure_ml.workspace import parse_workspace
from shared.ports import Lake

PROJECT = Path(__file__).resolve().parents[2]
IN_PROCESS = "https://stand-in.invalid"


def connect(standin: StandIn, *, endpoint: str | None = None, credential: object | None = None) -> Connection:
    """A connection to a stand-in: to its address, or in this process on the stand-in's own clock."""
    workspace = parse_workspace(standin.workspace.address, "headrace", "headrace")
    given = credential or StandInCredential()
    if endpoint is not None:
        return Connection(workspace, given, endpoint, writes_per_second=1_000)
    clock = standin.workspace.clock
    paces = {"reads": _pace(clock, 20, 200), "writes": _pace(clock, 5, 5)}
    return Connection(workspace, given, IN_PROCESS, transport=InProcessTransport(standin), paces=paces)


def make_backend(
    standin: StandIn, lake: Lake, connection: Connection | None = None, code: str = "c" * 64, project: Path = PROJECT
) -> AzureML:
    """The adapter for a version of the training code."""
    connection = connection or connect(standin)
    definitions = Definitions(project / "ml_jobs", connection.workspace, code, "dev")
    return AzureML(connection, definitions, lake, standin.workspace.clock.now)


def add_code(standin: StandIn, code: str = "c" * 64) -> None:
    """Have the training code and its image registered, as after the first run of a deployment."""
    workspace = standin.workspace
    connection = connect(standin)
    definitions = Definitions(PROJECT / "ml_jobs", connection.workspace, code, "dev")
    spec = {"code": f"azureml:{workspace.path}/codes/training/versions/1", "type": "command"}
    for kind, name, version in (
        ("codes", "training", "1"),
        ("environments", ENVIRONMENT, definitions.environment_version),
        ("components", "headrace_merge", definitions.component_version),
        ("components", "headrace_parts", definitions.component_version),
    ):
        resource = {
            "id": f"{workspace.path}/{kind}/{name}/versions/{version}",
            "name": version,
            "type": f"Microsoft.MachineLearningServices/workspaces/{kind}/versions",
            "properties": {"tags": {}, **({"componentSpec": spec} if kind == "components" else {})},
        }
        workspace.assets[kind, name, version] = Asset(resource, {})


def _pace(clock: Clock, per_second: float, burst: float) -> Pace:
    return Pace(per_second, burst, clock=lambda: clock.now().timestamp(), sleep=clock.sleep)
