"""What a caller may do and have: permissions on the workspace, quotas of the subscription, sizes of machines."""

from __future__ import annotations

import re
from typing import Any

from bench.azure_ml_standin.messages import Reply, Request, refuse_as_manager
from bench.azure_ml_standin.state import Workspace

PROVIDER = "Microsoft.MachineLearningServices"
_LOCATION = re.compile(
    rf"/subscriptions/([^/]+)/providers/{re.escape(PROVIDER)}/locations/([^/]+)/(usages|vmSizes)", re.IGNORECASE
)
SIZES = {"Standard_D4s_v5": ("standardDSv5Family", 4, 16.0), "Standard_E8s_v5": ("standardESv5Family", 8, 64.0)}
"""Machines: their family, cores and GB."""
DATA_SCIENTIST = ([f"{PROVIDER}/workspaces/*/{kind}" for kind in ("read", "action", "delete", "write")],
                  [f"{PROVIDER}/workspaces/{kind}" for kind in ("delete", "write", "computes/*/write",
                   "computes/*/delete", "computes/listKeys/action")])  # fmt: skip
"""The actions of the role AzureML Data Scientist, and those that it takes back."""


class Rights:
    """The handlers of rights and quotas."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def list_permissions(self, request: Request) -> Reply:
        """What the caller may do with the workspace."""
        actions, taken_back = DATA_SCIENTIST
        denied = [f"{PROVIDER}/workspaces/{action}" for action in sorted(self._workspace.denied)]
        grant = {"actions": actions, "notActions": [*taken_back, *denied], "dataActions": [], "notDataActions": []}
        return Reply(200, {"value": [grant]})

    def find(self, request: Request) -> Reply | None:
        """Quotas or sizes of a region, when it is they that were asked for."""
        place = _LOCATION.fullmatch(request.path)
        if place is None:
            return None
        if place[1].lower() != self._workspace.subscription.lower():
            message = f"The subscription '{place[1]}' could not be found."
            raise refuse_as_manager(404, "SubscriptionNotFound", message)
        told = self._list_usages(place[2]) if place[3].lower() == "usages" else self._list_sizes()
        return Reply(200, {"value": told})

    def _list_usages(self, location: str) -> list[dict[str, Any]]:
        place = f"/subscriptions/{self._workspace.subscription}/providers/{PROVIDER}/locations/{location}/usages"
        return [
            {
                "id": f"{place}/{family}",
                "type": f"{PROVIDER}/vmFamily/usages",
                "unit": "Count",
                "currentValue": used,
                "limit": limit,
                "name": {"value": family, "localizedValue": f"{family} Cluster Dedicated vCPUs"},
            }
            for family, (used, limit) in self._workspace.quotas.items()
        ]

    def _list_sizes(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "family": family, "vCPUs": cores, "gpus": 0, "memoryGB": memory, "premiumIO": True}
            for name, (family, cores, memory) in SIZES.items()
        ]
