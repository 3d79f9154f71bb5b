"""A workspace's address, and the names of what is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ADDRESS = re.compile(
    r"azureml://subscriptions/(?P<subscription>[0-9a-f-]{36})"
    r"/resourcegroups/(?P<group>[\w().-]{1,90})/workspaces/(?P<name>[a-z0-9][\w-]{2,32})",
    re.IGNORECASE,
)


class AddressError(ValueError):
    """HEADRACE_ML must be `local` or azureml://subscriptions/ID/resourcegroups/GROUP/workspaces/NAME."""


@dataclass(frozen=True)
class Workspace:
    """One workspace, and how its compute and datastores are called."""

    subscription: str
    group: str
    name: str
    compute: str = "headrace"
    datastores: str = "headrace"
    """What the names of the datastores start with: one for each of the lake's containers that jobs touch."""

    @property
    def path(self) -> str:
        """The workspace below the management address."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.name}"
        )

    def datastore(self, container: str) -> str:
        """The datastore that stands for one of the lake's containers."""
        return f"{self.datastores}_{container}"

    def place(self, container: str, path: str) -> str:
        """Where a blob or folder of the lake is, as jobs and assets are told."""
        return f"azureml://datastores/{self.datastore(container)}/paths/{path}"


def parse_workspace(address: str, compute: str, datastores: str) -> Workspace:
    """The workspace that HEADRACE_ML names; raises AddressError."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise AddressError(f"{address!r} is not azureml://subscriptions/ID/resourcegroups/GROUP/workspaces/NAME")
    return Workspace(**match.groupdict(), compute=compute, datastores=datastores)
