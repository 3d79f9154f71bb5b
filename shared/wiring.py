"""The composition root: the one place where settings become adapters. Everything is made once, when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.domain.findings import Finding
from shared.domain.fleets import Fleet
from shared.once import made_once

if TYPE_CHECKING:
    from shared.adapters.azure_ml.connection import Connection
    from shared.ledger.book import Ledger
    from shared.ports import Lake, MLBackend, ModelRegistry
    from shared.settings import Settings
    from shared.telemetry import Telemetry

PROJECT = Path(__file__).resolve().parents[1]


class SettingsError(Exception):
    """A setting is wrong; the message names it and says what it may be."""


def now() -> datetime:
    """The time, for everything that happens once; orchestrators take theirs from the context."""
    return datetime.now(UTC)


@made_once
def settings() -> Settings:
    """The settings of this process; raises SettingsError."""
    from pydantic import ValidationError

    from shared.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        name = "_".join(["HEADRACE", *map(str, wrong["loc"])]).upper()
        raise SettingsError(f"{name}: {wrong['msg']}") from None


@made_once
def lake() -> Lake:
    """The lake that HEADRACE_LAKE names."""
    folder = _lake_folder()
    if folder is not None:
        from shared.adapters.folder_lake import FolderLake

        return FolderLake(folder)
    from shared.adapters.blob_lake import BlobLake

    key = settings().lake_key
    return BlobLake(settings().lake_address, key.get_secret_value() if key else None)


def own_lake() -> Lake:
    """The lake for those who put outputs there, once it is known that no other ledger does so as well.

    Two ledgers would take each other's outputs for copies and remove them. Raises SettingsError, LakeUnavailable and
    LedgerUnavailable.
    """
    _mark_lake()
    return lake()


@made_once
def _mark_lake() -> None:
    if _lake_folder() is not None:
        return  # its host holds it
    from shared.adapters.lake_mark import CONTAINER, MARK, mark_lake

    if mark_lake(lake(), ledger().identify()) != ledger().identify():
        raise SettingsError(
            f"HEADRACE_LAKE: the outputs in {settings().lake_address} are another ledger's; set HEADRACE_LEDGER to "
            f"that one or choose another lake, or, if that ledger is no more, delete the blob {MARK} in {CONTAINER}"
        )


def _lake_folder() -> Path | None:
    """The lake's folder; None for one in a storage account, whose address may hold no secret, as it is shown."""
    kind, _, place = settings().lake_address.partition(":")
    if kind == "folder":
        return Path(place)
    if kind not in ("http", "https") or set("?@") & set(place):
        raise SettingsError(
            "HEADRACE_LAKE: write folder:PATH or the https address of a storage account, without a key or signature"
        )
    return None


def hold_lake() -> int | None:
    """Have the lake's folder be one host's; answers what holds it until it is closed, None where the lake is no folder.

    Two hosts, each with a ledger of its own, would take each other's outputs for copies and remove them. Raises
    SettingsError where another one has it, LakeUnavailable.
    """
    folder = _lake_folder()
    if folder is None:
        return None
    from shared.adapters.file_lock import try_lock
    from shared.adapters.folder_files import as_lake_fault

    lake()
    with as_lake_fault(f"{folder}/.host"):
        held = try_lock(folder / ".host")
    if held is None:
        raise SettingsError(
            f"HEADRACE_LAKE: a host with another HEADRACE_HOME works on {folder}; end it, or choose another"
        )
    return held


@made_once
def ledger() -> Ledger:
    """The ledger that HEADRACE_LEDGER names, at the version this code needs."""
    from shared.ledger.book import Ledger

    return Ledger(settings().ledger_address)


@made_once
def ml_backend() -> MLBackend:
    """Whatever HEADRACE_ML says executes runs."""
    if settings().ml == "local":
        from shared.adapters.local_processes import LocalProcesses
        from shared.adapters.run_inputs import RunInputs

        home = settings().home
        return LocalProcesses(home, RunInputs(lake(), home), settings().slots)
    from shared.adapters.azure_ml.backend import AzureML
    from shared.adapters.azure_ml.definitions import Definitions

    connection = azure_ml()
    definitions = Definitions(PROJECT / "ml_jobs", connection.workspace, code_version(), settings().environment)
    return AzureML(connection, definitions, lake(), now)


@made_once
def model_registry() -> ModelRegistry:
    """Where models are listed: beside whatever executes runs."""
    if settings().ml == "local":
        from shared.adapters.mlflow_store import MLflowRegistry

        return MLflowRegistry(settings().home)
    from shared.adapters.azure_ml.management import Management
    from shared.adapters.azure_ml.registry import AzureMLRegistry

    return AzureMLRegistry(azure_ml().workspace, Management(azure_ml()))


@made_once
def azure_ml() -> Connection:
    """The way to the workspace that HEADRACE_ML names; raises SettingsError when it names none."""
    from azure.identity import DefaultAzureCredential

    from shared.adapters.azure_ml.connection import Connection
    from shared.adapters.azure_ml.workspace import AddressError, parse_workspace

    chosen = settings()
    try:
        workspace = parse_workspace(chosen.ml, chosen.ml_compute, chosen.ml_datastores)
    except AddressError as error:
        raise SettingsError(f"HEADRACE_ML: write local, or the workspace's address; {error}") from None
    return Connection(workspace, DefaultAzureCredential(), chosen.ml_endpoint.rstrip("/"), chosen.ml_writes_per_second)


def inspect_azure_ml() -> list[Finding]:
    """What the workspace that HEADRACE_ML names has and lacks; raises SettingsError when it names none."""
    from shared.adapters.azure_ml.definitions import Definitions
    from shared.adapters.azure_ml.inspection import Inspection
    from shared.adapters.azure_ml.management import Management

    connection = azure_ml()
    definitions = Definitions(PROJECT / "ml_jobs", connection.workspace, code_version(), settings().environment)
    lake_address, version = settings().lake_address, definitions.environment_version
    return Inspection(Management(connection), connection.workspace, version, lake_address).look()


@made_once
def telemetry() -> Telemetry:
    """Where the app tells of itself."""
    from shared.telemetry import make_telemetry

    try:
        return make_telemetry(settings().telemetry, settings().environment)
    except ValueError as error:
        raise SettingsError(str(error)) from error


@made_once
def fleets() -> Mapping[str, Fleet]:
    """The fleets that are declared in `fleets/`, by name; raises FleetError naming the file and the field."""
    from shared.adapters.fleet_files import read_fleets

    return read_fleets(PROJECT / "fleets")


@made_once
def code_version() -> str:
    """A digest of the training code and its locked requirements."""
    from shared.adapters.training_code import digest_training_code

    return digest_training_code(PROJECT)


def post_callback(uri: str, told: Mapping[str, Any]) -> None:
    """Tell a caller how its pipeline ended."""
    from shared.adapters import callbacks

    callbacks.post_callback(uri, told, settings().callback_hosts)


def forget() -> None:
    """Drop everything that was made, so that changed settings take effect; for tests and the command line."""
    for made in (settings, lake, _mark_lake, ledger, azure_ml, ml_backend, model_registry, telemetry, fleets):
        made.forget()
    code_version.forget()
