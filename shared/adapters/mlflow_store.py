"""MLflow on this machine: tracking and registry in one SQLite file, without a server."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.adapters.file_lock import hold_lock
from shared.ports import ModelVersion

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION = "headrace.champion"
DIGEST = "headrace.digest"


def store_address(home: Path) -> str:
    """MLflow's tracking and registry address for a home folder."""
    return f"sqlite:///{home / 'mlflow.db'}"


def prepare_store(home: Path) -> MlflowClient:
    """A client of the store, which is made first where it is missing (some seconds, once)."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    with hold_lock(home / "mlflow.lock"):
        client = MlflowClient(store_address(home), store_address(home))
        client.search_experiments(max_results=1)
    return client


def open_run(home: Path, spec: Mapping[str, Any]) -> dict[str, str]:
    """Open an MLflow run for one of our runs; answers the environment that lets the job join it."""
    client = prepare_store(home)
    experiment_id = _experiment_id(client, home, spec["fleet"])
    tags = {f"headrace.{name}": str(spec[name]) for name in ("week", "shard", "instance_id", "dataset_version")}
    opened = client.create_run(experiment_id, run_name=spec["name"], tags=tags)
    return {
        "MLFLOW_TRACKING_URI": store_address(home),
        "MLFLOW_REGISTRY_URI": store_address(home),
        "MLFLOW_RUN_ID": opened.info.run_id,
        "MLFLOW_EXPERIMENT_ID": experiment_id,
    }


def _experiment_id(client: MlflowClient, home: Path, fleet: str) -> str:
    with hold_lock(home / "mlflow.lock"):
        there = client.get_experiment_by_name(fleet)
        if there is not None:
            return str(there.experiment_id)
        return str(client.create_experiment(fleet, (home / "artifacts" / fleet).as_uri()))


class MLflowRegistry:
    """A ModelRegistry in MLflow's store. Digests and the champion are version tags, which every MLflow has."""

    def __init__(self, home: Path) -> None:
        self._lock_file = home / "registry.lock"
        self._client = prepare_store(home)

    def register(
        self, name: str, digest: str, folder: str, tags: Mapping[str, str], run_id: str | None
    ) -> ModelVersion:
        """List a model, or find the version that has this digest."""
        with hold_lock(self._lock_file):  # MLflow lists one model twice if two ask at the same moment
            self._ensure_name(name)
            for version in self._client.search_model_versions(f"name='{name}'"):
                if version.tags.get(DIGEST) == digest:
                    return ModelVersion(name, str(version.version), digest, folder)
            made = self._client.create_model_version(name, folder, run_id=run_id, tags={**tags, DIGEST: digest})
            return ModelVersion(name, str(made.version), digest, folder)

    def mark_champion(self, name: str, version: str, former: Iterable[str]) -> None:
        """Mirror the ledger in tags."""
        for other in former:
            self._client.set_model_version_tag(name, other, CHAMPION, "false")
        self._client.set_model_version_tag(name, version, CHAMPION, "true")

    def _ensure_name(self, name: str) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
