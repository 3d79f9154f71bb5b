"""The settings of the app: environment variables, which are app settings in Azure and `.env`-like values locally."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Every setting that Headrace reads, with its default; docs/settings.md is held to this class by a test."""

    model_config = SettingsConfigDict(env_prefix="HEADRACE_", frozen=True)

    home: Path = PROJECT / ".headrace"
    """Where this machine keeps its lake, ledger and runs unless told otherwise."""

    lake: str = ""
    """`folder:PATH`, or the URL of a storage account; empty: the folder `lake` in home."""

    lake_key: SecretStr | None = None
    """A storage key, for Azurite alone; in Azure the app's identity is used."""

    ledger: SecretStr = SecretStr("")
    """An SQLAlchemy URL; empty: the SQLite file `ledger.db` in home."""

    ml: str = "local"
    """`local`, or `azureml://subscriptions/…/resourcegroups/…/workspaces/…`."""

    ml_compute: str = "headrace"
    """The cluster of the workspace on which jobs run."""

    ml_datastores: str = "headrace"
    """What the names of the workspace's datastores start with; see docs/azure-ml.md."""

    ml_endpoint: str = "https://management.azure.com"
    """Where Azure is managed; another one in national clouds."""

    ml_writes_per_second: float = Field(default=5.0, gt=0, le=10)
    """Jobs that are submitted in a second; Azure takes ten from one identity."""

    slots: int = Field(default=os.cpu_count() or 1, ge=1, le=1_024)
    """How many runs the local backend executes at once."""

    telemetry: Literal["none", "otel", "opencensus"] = "none"
    """Where traces, metrics and events go; both exporters read APPLICATIONINSIGHTS_CONNECTION_STRING."""

    environment: Literal["dev", "prod"] = "dev"
    """Written on telemetry and on tags of runs."""

    callback_hosts: Annotated[tuple[str, ...], NoDecode] = ("azure.com", "azure.net")
    """Hosts, comma-separated, that may be called back when a pipeline ends; their sub-domains too."""

    @field_validator("callback_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @property
    def lake_address(self) -> str:
        """The lake's address with the default filled in."""
        return self.lake or f"folder:{self.home / 'lake'}"

    @property
    def ledger_address(self) -> str:
        """The ledger's URL with the default filled in; it may hold a password."""
        return self.ledger.get_secret_value() or f"sqlite:///{self.home / 'ledger.db'}"
