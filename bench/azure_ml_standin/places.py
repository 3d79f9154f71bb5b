"""What is there before any job: the workspace itself, its computes and datastores, discovery, and tokens."""

from __future__ import annotations

import time
from typing import Any

from bench.azure_ml_standin.messages import Reply, Request, refuse, refuse_as_manager
from bench.azure_ml_standin.state import Workspace
from bench.azure_ml_standin.storage import KEY
from bench.azure_ml_standin.tokens import LIFETIME, TENANT, make_token


class Places:
    """The handlers of everything that is set up once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def get_workspace(self, request: Request) -> Reply:
        """The workspace, with the address at which its further services are found."""
        host = request.address.partition("/subscriptions/")[0]
        workspace = self._workspace
        storage = f"/subscriptions/{workspace.subscription}/resourceGroups/{workspace.group}/providers"
        body = {
            "id": workspace.path,
            "name": workspace.name,
            "type": "Microsoft.MachineLearningServices/workspaces",
            "location": workspace.region,
            "tags": {},
            "etag": None,
            "kind": "Default",
            "sku": {"name": "Basic", "tier": "Basic"},
            "identity": {"type": "SystemAssigned", "principalId": TENANT, "tenantId": TENANT},
            "properties": {
                "friendlyName": workspace.name,
                "description": "",
                "storageAccount": f"{storage}/Microsoft.Storage/storageAccounts/{workspace.account}",
                "hbiWorkspace": False,
                "tenantId": TENANT,
                "provisioningState": workspace.provisioning,
                "workspaceId": "33333333-3333-3333-3333-333333333333",
                "discoveryUrl": f"{host}/discovery",
                "mlFlowTrackingUri": f"azureml://{workspace.region}.api.azureml.ms/mlflow/v1.0{workspace.path}",
            },
        }
        return Reply(200, body)

    def discover(self, request: Request) -> Reply:
        """Where the workspace's further services are; here, all of them."""
        host = request.address.partition("/discovery")[0]
        names = ("api", "experimentation", "history", "hyperdrive", "labeling", "modelmanagement", "pipelines")
        return Reply(200, {**dict.fromkeys(names, host), "studio": "https://ml.azure.com"})

    def get_compute(self, request: Request, name: str) -> Reply:
        """A cluster and how large it may grow."""
        workspace = self._workspace
        if name not in workspace.computes:
            message = f"The compute '{name}' was not found in the workspace '{workspace.name}'."
            raise refuse(404, "UserError", message, "NotFound", "ComputeNotFound")
        scale = {
            "maxNodeCount": workspace.computes[name],
            "minNodeCount": 0,
            "nodeIdleTimeBeforeScaleDown": "PT120S",
        }
        body = {
            "id": f"{workspace.path}/computes/{name}",
            "name": name,
            "type": "Microsoft.MachineLearningServices/workspaces/computes",
            "location": workspace.region,
            "tags": {},
            "properties": {
                "computeType": "AmlCompute",
                "computeLocation": workspace.region,
                "provisioningState": "Succeeded",
                "isAttachedCompute": False,
                "properties": {"vmSize": "STANDARD_D4S_V5", "vmPriority": "Dedicated", "scaleSettings": scale},
            },
        }
        return Reply(200, body)

    def get_datastore(self, request: Request, name: str) -> Reply:
        """A datastore and the container that it is."""
        workspace = self._workspace
        if name not in workspace.datastores:
            message = f"Could not find datastore: {name}"
            raise refuse(404, "UserError", message, "NotFound", "DatastoreNotFound")
        properties: dict[str, Any] = {
            "description": None,
            "tags": None,
            "properties": None,
            "isDefault": name == "workspaceblobstore",
            "credentials": {"credentialsType": "None"},
            "datastoreType": "AzureBlob",
            "accountName": workspace.account,
            "containerName": workspace.datastores[name],
            "endpoint": "core.windows.net",
            "protocol": "https",
        }
        return Reply(
            200,
            {
                "id": f"{workspace.path}/datastores/{name}",
                "name": name,
                "type": "Microsoft.MachineLearningServices/workspaces/datastores",
                "properties": properties,
            },
        )

    def list_secrets(self, request: Request, name: str) -> Reply:
        """The key of a datastore's account."""
        self.get_datastore(request, name)
        return Reply(200, {"secretsType": "AccountKey", "key": KEY})

    def describe_cloud(self, request: Request) -> Reply:
        """What Azure Resource Manager tells of its cloud."""
        host = request.address.partition("/metadata/")[0]
        body = {
            # azure-ai-ml keeps the addresses of a cloud by its name for as long as the process lives.
            "name": f"StandIn-{host.partition('://')[2]}",
            "portal": host,
            "resourceManager": host,
            "authentication": {"loginEndpoint": host, "audiences": [host], "tenant": TENANT},
            "suffixes": {"storage": "core.windows.net"},
        }
        return Reply(200, body)

    def give_token(self, request: Request) -> Reply:
        """A token, as App Service gives it to an app with a managed identity."""
        if "x-identity-header" not in request.headers:
            raise refuse_as_manager(400, "BadRequest", "the header X-IDENTITY-HEADER is missing")
        audience, expires = request.query["resource"], int(time.time() + LIFETIME)
        token = make_token(audience, expires)
        return Reply(
            200, {"access_token": token, "expires_on": str(expires), "resource": audience, "token_type": "Bearer"}
        )
