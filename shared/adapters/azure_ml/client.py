"""azure-ai-ml, opened when a job is first submitted: its import costs a second and 60 MB, so nothing else pays it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from shared.adapters.azure_ml.connection import Connection
from shared.adapters.azure_ml.refusals import MAX_WORDS, ServiceRefused, translate

KNOWN_CLOUDS: Mapping[str, str] = {
    "https://management.azure.com": "AzureCloud",
    "https://management.chinacloudapi.cn": "AzureChinaCloud",
    "https://management.usgovcloudapi.net": "AzureUSGovernment",
}
METADATA_VERSION = "2022-09-01"


class Client:
    """The calls of MLClient that create something; each may be repeated."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create_job(self, job: Any) -> Any:
        """Create a job, or find the one that is the same; raises ServiceRefused or ServiceUnavailable."""
        # Loading has validated the file; once more would double the time, and the service has the last word anyway.
        return self._create(self._client.jobs, job, skip_validation=True)

    def create_component(self, component: Any) -> Any:
        """Register a component with its code; raises ServiceRefused or ServiceUnavailable."""
        return self._create(self._client.components, component)

    def create_environment(self, environment: Any) -> Any:
        """Register an environment; raises ServiceRefused or ServiceUnavailable."""
        return self._create(self._client.environments, environment)

    def create_data(self, data: Any) -> Any:
        """Register a data asset; raises ServiceRefused or ServiceUnavailable."""
        return self._create(self._client.data, data)

    def _create(self, operations: Any, entity: Any, **options: Any) -> Any:
        from azure.ai.ml.exceptions import MlException
        from azure.core.exceptions import AzureError

        try:
            return operations.create_or_update(entity, **options)
        except MlException as error:  # the client's own objections; some wrap what the service said
            cause = error.__cause__ or error.__context__
            if isinstance(cause, AzureError):
                raise translate(cause) from error
            raise ServiceRefused(400, ("InvalidRequest",), str(error)[:MAX_WORDS]) from error
        except AzureError as error:
            raise translate(error) from error

    @cached_property
    def _client(self) -> Any:
        # Every start would otherwise log a dozen lines about experimental classes, and each job one about tenants.
        logging.getLogger("azure.ai.ml").setLevel(logging.ERROR)
        from azure.ai.ml import MLClient

        workspace = self._connection.workspace
        return MLClient(
            self._connection.credential,
            workspace.subscription,
            workspace.group,
            workspace.name,
            show_progress=False,
            **self._cloud(),
            **self._connection.options,
        )

    def _cloud(self) -> dict[str, Any]:
        """The names by which azure-ai-ml knows a cloud; a private one tells its addresses itself."""
        endpoint = self._connection.endpoint
        if endpoint in KNOWN_CLOUDS:
            return {"cloud": KNOWN_CLOUDS[endpoint]}
        told = self._ask_cloud(endpoint)
        metadata = {
            "azure_portal": told["portal"],
            "resource_manager": told["resourceManager"],
            "active_directory": told["authentication"]["loginEndpoint"],
            "aml_resource_id": endpoint,
            "storage_endpoint": told["suffixes"]["storage"],
            "registry_discovery_endpoint": endpoint,
        }
        return {"cloud": told["name"], "cloud_metadata": metadata}

    def _ask_cloud(self, endpoint: str) -> Mapping[str, Any]:
        from azure.core import PipelineClient
        from azure.core.exceptions import AzureError
        from azure.core.pipeline.policies import RetryPolicy
        from azure.core.rest import HttpRequest

        options = dict(self._connection.options)
        policies = [RetryPolicy(**options), *options.pop("per_retry_policies")]
        client = PipelineClient(endpoint, policies=policies, **options)
        try:
            response = client.send_request(
                HttpRequest("GET", f"{endpoint}/metadata/endpoints?api-version={METADATA_VERSION}")
            )
            response.raise_for_status()
        except AzureError as error:
            raise translate(error) from error
        told = response.json()
        clouds: list[Mapping[str, Any]] = told if isinstance(told, list) else [told]
        return next(cloud for cloud in clouds if cloud["resourceManager"].rstrip("/") == endpoint)
