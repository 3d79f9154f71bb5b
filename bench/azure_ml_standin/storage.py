"""The workspace's storage account: Azurite, at whose containers uploads are let in by a signature."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The one that every Azurite has, published in its manual."""


@dataclass(frozen=True)
class Storage:
    """A blob endpoint such as `http://127.0.0.1:10000/devstoreaccount1`; an empty one has no storage behind it."""

    endpoint: str = ""
    account: str = "devstoreaccount1"
    key: str = KEY

    def open_container(self, container: str) -> tuple[str, str]:
        """Make a container; answers its address, and the address with a signature that lets one write for an hour."""
        from azure.core.exceptions import ResourceExistsError
        from azure.storage.blob import BlobServiceClient, ContainerSasPermissions, generate_container_sas

        address = f"{self.endpoint}/{container}"
        with suppress(ResourceExistsError):  # of an upload that was begun before
            BlobServiceClient(self.endpoint, self.key).create_container(container)
        signature = generate_container_sas(
            self.account,
            container,
            account_key=self.key,
            permission=ContainerSasPermissions(read=True, write=True, list=True, create=True, add=True),
            expiry=datetime.now(UTC) + timedelta(hours=1),
        )
        return address, f"{address}?{signature}"
