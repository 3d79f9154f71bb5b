"""Plain requests to Azure's management API and to run history, at a third of the weight of azure-ai-ml.

Addresses and bodies are those of the published OpenAPI descriptions (api-version 2024-04-01-preview).
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from shared.adapters.azure_ml.connection import REPEATABLE, Connection
from shared.adapters.azure_ml.refusals import ServiceRefused, translate

VERSION = "2024-04-01-preview"


class Management:
    """One workspace's management plane and run history."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, path: str = "") -> dict[str, Any] | None:
        """A resource of the workspace, or the workspace; None when there is none. Raises ServiceRefused."""
        try:
            return self._ask("GET", self._address(path))
        except ServiceRefused as refused:
            if refused.is_unknown:
                return None
            raise

    def find_at(self, path: str, version: str = VERSION) -> dict[str, Any]:
        """A resource that is none of the workspace's, by its whole path; raises ServiceRefused."""
        return self._ask("GET", f"{self._connection.endpoint}{path}?api-version={version}")

    def post(self, path: str) -> None:
        """Ask for something to be done; raises ServiceRefused."""
        self._ask("POST", self._address(path))

    def put(self, path: str, properties: dict[str, Any]) -> dict[str, Any]:
        """Write a resource; raises ServiceRefused."""
        return self._ask("PUT", self._address(path), {"properties": properties})

    def find_run(self, name: str) -> dict[str, Any] | None:
        """A run with its error, from run history; None when nobody knows it."""
        try:
            return self._ask("GET", f"{self._history}/runs/{name}/details")
        except ServiceRefused as refused:
            if refused.is_unknown:
                return None
            raise

    def find_runs(self, experiment: str, names: list[str]) -> dict[str, dict[str, Any]]:
        """The runs of an experiment that are known, by name, in one request."""
        told = self._ask("POST", f"{self._history}/experiments/{experiment}/runs/runIds", {"runIds": names})
        runs: dict[str, dict[str, Any]] = told.get("runs") or {}
        return runs

    @cached_property
    def _history(self) -> str:
        """Where run history is, which the workspace tells."""
        workspace = self.find() or {}
        discovered = self._ask("GET", workspace["properties"]["discoveryUrl"])
        return f"{discovered['api'].rstrip('/')}/history/v1.0{self._connection.workspace.path}"

    def _address(self, path: str) -> str:
        mark = "&" if "?" in path else "?"
        return f"{self._connection.endpoint}{self._connection.workspace.path}{path}{mark}api-version={VERSION}"

    def _ask(self, method: str, address: str, body: Any = None) -> dict[str, Any]:
        from azure.core.exceptions import AzureError, HttpResponseError
        from azure.core.rest import HttpRequest

        request = HttpRequest(method, address, json=body) if body is not None else HttpRequest(method, address)
        try:
            response = self._client.send_request(request, retry_on_methods=REPEATABLE)
            if response.status_code >= 400:
                raise HttpResponseError(response=response)
        except AzureError as error:
            raise translate(error) from error
        told: dict[str, Any] = response.json() if response.content else {}
        return told

    @cached_property
    def _client(self) -> Any:
        from azure.core import PipelineClient
        from azure.core.pipeline.policies import (
            BearerTokenCredentialPolicy,
            HeadersPolicy,
            RequestIdPolicy,
            RetryPolicy,
            UserAgentPolicy,
        )

        options = dict(self._connection.options)
        scope = f"{self._connection.endpoint}/.default"
        policies = [
            RequestIdPolicy(),
            HeadersPolicy({"Accept": "application/json"}),
            UserAgentPolicy("headrace"),
            RetryPolicy(**options),
            *options.pop("per_retry_policies"),
            BearerTokenCredentialPolicy(self._connection.credential, scope),
        ]
        return PipelineClient(self._connection.endpoint, policies=policies, **options)
