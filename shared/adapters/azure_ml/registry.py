"""Models in the workspace's registry: a version is named by its digest, so that registering again finds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.adapters.azure_ml.management import Management
from shared.adapters.azure_ml.workspace import Workspace
from shared.ports import ModelVersion

CHAMPION = "headrace.champion"
DIGEST = "headrace.digest"
RUN = "headrace.run"
WRITABLE = {
    "tags", "properties", "description", "modelType", "modelUri", "jobName", "stage", "flavors", "isArchived",
    "isAnonymous",
}  # fmt: skip


class AzureMLRegistry:
    """A ModelRegistry in a workspace. Its files stay in the lake; the registry points to them."""

    def __init__(self, workspace: Workspace, management: Management) -> None:
        self._workspace, self._management = workspace, management

    def register(
        self, name: str, digest: str, folder: str, tags: Mapping[str, str], run_id: str | None
    ) -> ModelVersion:
        """List a model, or find the version that has this digest."""
        version = digest[:16]
        if self._management.find(_path(name, version)) is None:
            self._management.put(
                _path(name, version),
                {
                    "modelType": "mlflow_model",
                    "modelUri": self._workspace.place("models", f"{folder}/"),
                    "jobName": tags.get(RUN),
                    "tags": {**tags, DIGEST: digest},
                    "properties": {"headrace.mlflow_run_id": run_id} if run_id else {},
                    "isAnonymous": False,
                    "isArchived": False,
                },
            )
        return ModelVersion(name, version, digest, folder)

    def mark_champion(self, name: str, version: str, former: Iterable[str]) -> None:
        """Mirror the ledger in tags."""
        before = set(former)
        for model in self._list(name):
            is_champion = model["name"] == version
            if is_champion or model["name"] in before:
                self._tag(name, model, "true" if is_champion else "false")

    def _list(self, name: str) -> Iterator[dict[str, Any]]:
        path = f"/models/{name}/versions"
        skip = 0
        while True:
            page = self._management.find(f"{path}?$skip={skip}" if skip else path) or {}
            yield from page.get("value", [])
            if not page.get("nextLink"):
                return
            skip += len(page["value"])

    def _tag(self, name: str, model: Mapping[str, Any], value: str) -> None:
        properties = {field: given for field, given in model["properties"].items() if field in WRITABLE}
        tags = properties.get("tags") or {}
        if tags.get(CHAMPION, "false") != value:
            properties["tags"] = {**tags, CHAMPION: value}
            self._management.put(_path(name, str(model["name"])), properties)


def _path(name: str, version: str) -> str:
    return f"/models/{name}/versions/{version}"
