"""What jobs stand on, registered once: the image, the training code, and each frozen dataset."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from shared.adapters.azure_ml.client import Client
from shared.adapters.azure_ml.definitions import COMPONENTS, DATASET, ENVIRONMENT, Definitions
from shared.adapters.azure_ml.management import Management
from shared.adapters.azure_ml.refusals import ServiceRefused


class Assets:
    """Registers what is missing, under versions that are digests, so that a repeat finds it."""

    def __init__(self, definitions: Definitions, management: Management, client: Client) -> None:
        self._definitions, self._management, self._client = definitions, management, client
        self._known: dict[str, dict[str, Any]] = {}
        self._lock = Lock()

    def find_code(self) -> str:
        """The id of the registered training code, which a component brought along."""
        self._ensure_environment()
        merge = self._ensure_component("merge")
        return str(merge["properties"]["componentSpec"]["code"]).removeprefix("azureml:")

    def find_components(self) -> dict[str, str]:
        """The ids of the components that large runs are made of, by their file."""
        self._ensure_environment()
        return {name: str(self._ensure_component(name)["id"]) for name in COMPONENTS}

    def ensure_dataset(self, version: str) -> None:
        """Register a frozen dataset version."""
        self._ensure(
            f"/data/{DATASET}/versions/{version}",
            lambda: self._client.create_data(self._definitions.describe_dataset(version)),
        )

    def _ensure_environment(self) -> None:
        self._ensure(
            f"/environments/{ENVIRONMENT}/versions/{self._definitions.environment_version}",
            lambda: self._client.create_environment(self._definitions.describe_environment()),
        )

    def _ensure_component(self, name: str) -> dict[str, Any]:
        return self._ensure(
            f"/components/headrace_{name}/versions/{self._definitions.component_version}",
            lambda: self._client.create_component(self._definitions.describe_component(name)),
        )

    def _ensure(self, path: str, create: Callable[[], Any]) -> dict[str, Any]:
        """The asset at a path, made if it is not there. One thread at a time: uploads of one code may not cross."""
        with self._lock:
            if path not in self._known:
                found = self._management.find(path) or self._make(path, create)
                self._known[path] = found
            return self._known[path]

    def _make(self, path: str, create: Callable[[], Any]) -> dict[str, Any]:
        try:
            create()
        except ServiceRefused:
            found = self._management.find(path)
            if found is None:
                raise
            return found  # another instance of the app was faster
        made = self._management.find(path)
        if made is None:
            raise ServiceRefused(404, ("NotFound",), f"{path} was registered and is not there")
        return made
