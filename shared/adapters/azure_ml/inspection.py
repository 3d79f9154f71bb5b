"""Looks at a workspace for everything that runs need there, and says of each thing that is missing what to do.

Permissions are asked of https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource, everything
else of the descriptions that `management` names. Nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from shared.adapters.azure_ml.definitions import ENVIRONMENT
from shared.adapters.azure_ml.management import Management
from shared.adapters.azure_ml.refusals import ServiceRefused, ServiceUnavailable
from shared.adapters.azure_ml.workspace import Workspace
from shared.domain.findings import Finding

CONTAINERS = ("datasets", "models", "runs")
"""Of the lake, those that jobs read and write."""
RIGHTS = (
    "jobs/write", "jobs/cancel/action", "environments/versions/write", "components/versions/write",
    "codes/versions/write", "data/versions/write", "models/versions/write", "computes/read", "datastores/read",
)  # fmt: skip
"""What the app does in a workspace; the role AzureML Data Scientist allows all of it."""
PROVIDER = "Microsoft.MachineLearningServices"
AUTHORIZATION_VERSION = "2022-04-01"
HOW = "docs/azure-ml.md says how"

Resource = Mapping[str, Any]


class Inspection:
    """One look at one workspace."""

    def __init__(self, management: Management, workspace: Workspace, environment_version: str, lake: str) -> None:
        """`lake` is the lake's address, of which the datastores must be containers."""
        self._management, self._workspace = management, workspace
        self._environment = f"{ENVIRONMENT}:{environment_version}"
        self._account = (urlsplit(lake).hostname or "").partition(".")[0] if lake.startswith("http") else ""

    def look(self) -> list[Finding]:
        """Everything in turn; where the workspace itself cannot be seen, that alone."""
        try:
            resource = self._management.find()
        except (ServiceRefused, ServiceUnavailable) as error:
            return [_failed("workspace", error)]
        if resource is None:
            return [Finding("workspace", f"{self._workspace.name} is not there", f"create it; {HOW}")]
        compute = f"/computes/{self._workspace.compute}"
        return [
            self._look_at_workspace(resource),
            self._guard("compute", lambda: self._look_at_compute(self._management.find(compute))),
            *(self._guard(f"datastore {name}", partial(self._look_at_datastore, name)) for name in CONTAINERS),
            self._guard("environment", self._look_at_environment),
            self._guard("role", self._look_at_rights),
            self._guard("quota", lambda: self._look_at_quota(str(resource["location"]))),
        ]

    def _guard(self, what: str, look: Callable[[], Finding]) -> Finding:
        try:
            return look()
        except (ServiceRefused, ServiceUnavailable) as error:
            return _failed(what, error)

    def _look_at_workspace(self, resource: Resource) -> Finding:
        state = resource["properties"].get("provisioningState")
        found = f"{self._workspace.name} in {resource['location']}"
        if state != "Succeeded":
            return Finding("workspace", f"{found} is {state}", "wait until it is created, or create it anew")
        return Finding("workspace", found)

    def _look_at_compute(self, resource: Resource | None) -> Finding:
        name = self._workspace.compute
        if resource is None:
            remedy = f"create the cluster, or name another one in HEADRACE_ML_COMPUTE; {HOW}"
            return Finding("compute", f"there is no {name}", remedy)
        told = resource["properties"]
        nodes = _nodes(resource)
        if told.get("computeType") != "AmlCompute" or not nodes:
            found = f"{name} is {told.get('computeType')} of at most {nodes} nodes"
            return Finding("compute", found, "name a cluster of at least one node in HEADRACE_ML_COMPUTE")
        if told.get("provisioningState") != "Succeeded":
            found = f"{name} is {told.get('provisioningState')}"
            return Finding("compute", found, "wait until it is there, or look at it in the studio")
        return Finding("compute", f"{name}, at most {nodes} nodes of {told['properties'].get('vmSize')}")

    def _look_at_datastore(self, container: str) -> Finding:
        name = self._workspace.datastore(container)
        resource = self._management.find(f"/datastores/{name}")
        what = f"datastore {container}"
        if resource is None:
            remedy = f"create it for the lake's container {container}; {HOW}"
            return Finding(what, f"there is no {name}", remedy)
        told = resource["properties"]
        place = f"{told.get('accountName')}/{told.get('containerName')}"
        if not self._account:
            remedy = (
                "set HEADRACE_LAKE to the address of the storage account; jobs cannot reach a folder of this machine"
            )
            return Finding(what, f"{name} is {place}, but the lake is a folder", remedy)
        if place != f"{self._account}/{container}":
            remedy = f"create it anew for {self._account}/{container}, or correct HEADRACE_LAKE"
            return Finding(what, f"{name} is {place}, which is not the lake's", remedy)
        return Finding(what, f"{name} is {place}")

    def _look_at_environment(self) -> Finding:
        name, _, version = self._environment.partition(":")
        if self._management.find(f"/environments/{name}/versions/{version}") is None:
            return Finding("environment", f"{self._environment} is not registered; the first run does that")
        return Finding("environment", f"{self._environment} is registered")

    def _look_at_rights(self) -> Finding:
        place = f"{self._workspace.path}/providers/Microsoft.Authorization/permissions"
        granted = self._management.find_at(place, AUTHORIZATION_VERSION).get("value") or []
        lacking = [right for right in RIGHTS if not _is_allowed(f"{PROVIDER}/workspaces/{right}", granted)]
        if lacking:
            remedy = "give the app's identity the role AzureML Data Scientist on the workspace"
            return Finding("role", f"the identity may not do {', '.join(lacking)}", remedy)
        return Finding("role", f"the identity may do all of {len(RIGHTS)} actions")

    def _look_at_quota(self, location: str) -> Finding:
        """Whether the subscription grants the cluster's family of machines as many cores as its nodes have."""
        compute = self._management.find(f"/computes/{self._workspace.compute}")
        if compute is None:
            return Finding("quota", "it is looked at once the cluster is there", "create the cluster first")
        place = f"/subscriptions/{self._workspace.subscription}/providers/{PROVIDER}/locations/{location}"
        wanted = str(compute["properties"]["properties"].get("vmSize")).lower()
        sizes = self._management.find_at(f"{place}/vmSizes").get("value") or []
        size = next((one for one in sizes if str(one["name"]).lower() == wanted), None)
        if size is None:
            return Finding(
                "quota", f"{location} has no machines of size {wanted}", "choose another size for the cluster"
            )
        usages = self._management.find_at(f"{place}/usages").get("value") or []
        family = str(size["family"])
        usage = next((one for one in usages if str(one["name"]["value"]).lower() == family.lower()), None)
        return _judge_quota(family, int(size["vCPUs"]), _nodes(compute), usage)


def _judge_quota(family: str, cores: int, nodes: int, usage: Resource | None) -> Finding:
    limit, used = (int(usage["limit"]), int(usage["currentValue"])) if usage else (0, 0)
    found = f"{family}: {used} of {limit} cores are taken; the cluster's {nodes} nodes have {nodes * cores}"
    if limit < nodes * cores:
        possible = limit // cores
        remedy = f"ask for more quota of {family}, or make the cluster smaller: {possible} nodes are possible"
        return Finding("quota", found, remedy)
    return Finding("quota", found)


def _nodes(compute: Resource) -> int:
    scale = (compute["properties"].get("properties") or {}).get("scaleSettings") or {}
    return int(scale.get("maxNodeCount") or 0)


def _is_allowed(action: str, granted: Iterable[Resource]) -> bool:
    """Whether any of the grants allows an action and does not take it back."""
    return any(
        _fits(action, grant.get("actions") or []) and not _fits(action, grant.get("notActions") or [])
        for grant in granted
    )


def _fits(action: str, patterns: Iterable[str]) -> bool:
    return any(re.fullmatch(_expression(pattern), action, re.IGNORECASE) for pattern in patterns)


def _expression(pattern: str) -> str:
    """A pattern of Azure's roles, in which a star stands for anything."""
    return ".*".join(map(re.escape, pattern.split("*")))


def _failed(what: str, error: ServiceRefused | ServiceUnavailable) -> Finding:
    remedy = error.remedy if isinstance(error, ServiceRefused) else "try again, and see whether this machine is online"
    return Finding(what, str(error), remedy)
