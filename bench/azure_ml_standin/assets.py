"""Versioned assets: codes, components, environments, data and models; once registered, only tags change."""

from __future__ import annotations

import hashlib
from typing import Any

from bench.azure_ml_standin.messages import Reply, Request, refuse
from bench.azure_ml_standin.state import Asset, Workspace
from bench.azure_ml_standin.storage import Storage

MUTABLE = {"tags", "description", "isArchived", "stage", "properties", "flavors"}
PAGE = 20
DEFAULTS: dict[str, dict[str, Any]] = {
    "codes": {},
    "components": {},
    "environments": {"environmentType": "UserCreated", "osType": "Linux"},
    "data": {},
    "models": {"flavors": {}, "jobName": None},
}
LABELS = {"components": "component", "codes": "code", "environments": "environment", "data": "data", "models": "model"}


class Assets:
    """The handlers of versioned assets."""

    def __init__(self, workspace: Workspace, storage: Storage) -> None:
        self._workspace, self._storage = workspace, storage

    def put(self, request: Request, kind: str, name: str, version: str) -> Reply:
        """Register a version; the same again is fine, another one under its name is not."""
        there = self._workspace.assets.get((kind, name, version))
        given = {field: value for field, value in request.body["properties"].items() if value is not None}
        if there is None:
            made = self._make(kind, name, version, given)
            self._workspace.assets[kind, name, version] = made
            return Reply(201, made.resource, {"Location": request.address})
        for field, value in given.items():
            if field not in MUTABLE and field != "isAnonymous" and there.asked.get(field) != value:
                label = LABELS[kind]
                raise refuse(
                    400,
                    "UserError",
                    f"The {label} asset {name}:{version} is already registered with another {field}; "
                    "registered assets cannot be changed",
                    "BadArgument",
                    "Immutable",
                )
        properties = there.resource["properties"]
        properties["tags"] = {**properties["tags"], **(given.get("tags") or {})}
        properties |= {field: given[field] for field in ("description", "isArchived", "stage") if field in given}
        return Reply(200, there.resource)

    def get(self, request: Request, kind: str, name: str, version: str) -> Reply:
        """One version."""
        found = self._workspace.assets.get((kind, name, version))
        if found is None:
            label = LABELS[kind].capitalize()
            raise refuse(404, "UserError", f"{label} {name}:{version} not found.", "NotFound", f"{label}NotFound")
        return Reply(200, found.resource)

    def list_versions(self, request: Request, kind: str, name: str) -> Reply:
        """Versions of a name, the newest first, in pages; codes may be asked for by their hash."""
        found = [asset for (of, called, _), asset in self._workspace.assets.items() if (of, called) == (kind, name)]
        wanted = request.query.get("hash")
        if kind == "codes" and wanted:
            found = [
                asset
                for (of, _, _), asset in self._workspace.assets.items()
                if of == "codes" and (asset.asked.get("properties") or {}).get("hash_sha256") == wanted
            ]
        if not found and not wanted:
            label = LABELS[kind].capitalize()
            raise refuse(404, "UserError", f"{label} container {name} not found.", "NotFound", "ContainerNotFound")
        top, skip = int(request.query.get("$top", PAGE)), int(request.query.get("$skip", 0))
        found = list(reversed(found))
        page: dict[str, Any] = {"value": [asset.resource for asset in found[skip : skip + top]]}
        if skip + top < len(found):
            base = request.address.partition("?")[0]
            page["nextLink"] = f"{base}?$skip={skip + top}&$top={top}"
        return Reply(200, page)

    def start_upload(self, request: Request, kind: str, name: str, version: str) -> Reply:
        """Say where a new code's files may be put, and with which signature."""
        container = f"upload-{hashlib.sha256(name.encode()).hexdigest()[:24]}"
        address, signed = self._storage.open_container(container)
        return Reply(
            200,
            {
                "blobReferenceForConsumption": {
                    "blobUri": address,
                    "storageAccountArmId": f"/subscriptions/{self._workspace.subscription}/resourceGroups"
                    f"/{self._workspace.group}/providers/Microsoft.Storage/storageAccounts/{self._workspace.account}",
                    "credential": {"credentialType": "SAS", "sasUri": signed},
                },
                "pendingUploadId": container,
                "pendingUploadType": "TemporaryBlobReference",
            },
        )

    def _make(self, kind: str, name: str, version: str, given: dict[str, Any]) -> Asset:
        now = self._workspace.clock.now().isoformat()
        common = {"description": None, "tags": {}, "properties": {}, "isArchived": False, "isAnonymous": False}
        resource = {
            "id": f"{self._workspace.path}/{kind}/{name}/versions/{version}",
            "name": version,
            "type": f"Microsoft.MachineLearningServices/workspaces/{kind}/versions",
            "properties": {**common, **DEFAULTS[kind], **given, "properties": _texts(given.get("properties"))},
            "systemData": {"createdAt": now, "createdBy": "headrace", "createdByType": "User", "lastModifiedAt": now},
        }
        return Asset(resource, given)


def _texts(values: dict[str, Any] | None) -> dict[str, Any]:
    """Properties are kept as text, whatever was sent."""
    return {name: value if value is None else str(value) for name, value in (values or {}).items()}
