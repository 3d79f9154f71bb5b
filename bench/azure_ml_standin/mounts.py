"""Brings what a job reads from the workspace's storage into folders, and back what it wrote, as mounts do."""

from __future__ import annotations

import re
import shutil
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from bench.azure_ml_standin.state import Workspace
from shared.ports import Lake

_DATASTORE = re.compile(r"azureml://datastores/(?P<datastore>[^/]+)/paths/(?P<path>.*)")
_DATA = re.compile(r".*/data/(?P<name>[^/]+)/versions/(?P<version>[^/]+)")


class MountFailed(Exception):
    """There is nothing where a job was told to read; the real service fails the job in the same way."""


class Mounts:
    """A workspace's storage, as its jobs see it."""

    def __init__(self, workspace: Workspace, lake: Lake) -> None:
        self._workspace, self._lake = workspace, lake

    def bring(self, uri: str, folder: Path) -> Path:
        """Copy a file or a folder into a local folder; answers the local path. Raises MountFailed."""
        container, path = self._place(uri)
        if path and not path.endswith("/") and self._lake.stat(container, path) is not None:
            return self._fetch(container, path, folder / PurePosixPath(path).name)
        prefix = f"{path.rstrip('/')}/" if path else ""
        found = [blob.path for blob in self._lake.list(container, prefix)]
        if not found:
            raise MountFailed(f"DataNotFound: there is nothing at {uri}")
        for blob in found:
            self._fetch(container, blob, folder / blob.removeprefix(prefix))
        return folder

    def bring_code(self, address: str, folder: Path) -> Path:
        """Copy a registered code's files, which stand below an address, into a folder."""
        _, container, path = urlsplit(address).path.strip("/").split("/", 2)
        for blob in self._lake.list(container, f"{path.rstrip('/')}/"):
            self._fetch(container, blob.path, folder / PurePosixPath(blob.path).relative_to(path))
        return folder

    def take(self, folder: Path, uri: str) -> None:
        """Copy what a job wrote to where it was told to write."""
        container, path = self._place(uri)
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            blob = f"{path.rstrip('/')}/{file.relative_to(folder).as_posix()}"
            with self._lake.open_write(container, blob) as writer, file.open("rb") as stream:
                while data := stream.read(1 << 20):
                    writer.write(data)
                writer.commit()

    def _place(self, uri: str) -> tuple[str, str]:
        data = _DATA.fullmatch(uri)
        if data:
            asset = self._workspace.assets["data", data["name"], data["version"]]
            uri = asset.resource["properties"]["dataUri"]
        match = _DATASTORE.fullmatch(uri)
        if match is None:
            raise MountFailed(f"{uri} is no address that a job can read")
        return self._workspace.datastores[match["datastore"]], match["path"]

    def _fetch(self, container: str, path: str, target: Path) -> Path:
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._lake.open_read(container, path) as stream, target.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
        return target
