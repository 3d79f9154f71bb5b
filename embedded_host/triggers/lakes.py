"""The lakes that blob triggers watch: a folder, or a blob endpoint such as Azure Storage or Azurite."""

from __future__ import annotations

import errno
import logging
import mimetypes
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol

from embedded_host.functions.host_settings import SettingsError

LOG = logging.getLogger("embedded_host.lakes")
SETTLE_SECONDS = 0.25
"""A file that was written to this recently may not be whole yet; it is taken at the next look."""
_NO_SUCH_BLOB = (400, 404)
"""What a blob endpoint answers where a name cannot be, or is not there."""
_DEVELOPMENT_STORAGE = "UseDevelopmentStorage=true"


@dataclass(frozen=True)
class Blob:
    """A blob as a listing shows it."""

    container: str
    name: str
    etag: str
    size: int
    modified_at: datetime
    uri: str
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"{self.container}/{self.name}"

    def properties(self) -> dict[str, Any]:
        """The `Properties` of the trigger's metadata."""
        content_type = mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        return {
            "LastModified": format_datetime(self.modified_at, usegmt=True),
            "ContentLength": self.size,
            "Length": self.size,
            "ContentType": content_type,
            "ETag": self.etag,
            "BlobType": 2,
        }


class Lake(Protocol):
    """What blob triggers and bindings need of a lake."""

    def list(self, container: str) -> Iterator[Blob]:
        """All whole blobs of a container; none where there is no such container."""

    def find(self, container: str, name: str) -> Blob | None:
        """A blob, if it is there and whole; None for a name that no blob can have."""

    def read(self, container: str, name: str) -> bytes | None:
        """A blob's content; None where there is none."""

    def write(self, container: str, name: str, content: bytes) -> None:
        """Write a blob, all or nothing."""


def open_lake(url: str, base: Path, settle: float = SETTLE_SECONDS) -> Lake:
    """A lake by `folder:PATH`, an account URL or a connection string; relative paths start at `base`.

    A file of a folder that changed within the last `settle` seconds is not taken as whole yet.

    Raises SettingsError.
    """
    if url.startswith("folder:"):
        return FolderLake(base / Path(url[len("folder:") :]).expanduser(), settle)
    if url.startswith(("http://", "https://")) or "=" in url:
        return EndpointLake(url)
    raise SettingsError(f"--lake '{url}' is neither folder:PATH, nor an account URL, nor a connection string.")


class FolderLake:
    """A folder whose sub-folders are containers. Names that begin with a dot are no containers."""

    def __init__(self, root: Path, settle: float = SETTLE_SECONDS) -> None:
        self._root, self._settle = root.resolve(), settle
        self._unseen: set[Path] = set()

    def list(self, container: str) -> Iterator[Blob]:
        if container.startswith("."):
            return
        top = self._root / container
        for folder, _, names in os.walk(top):
            for name in names:
                file = Path(folder) / name
                try:
                    found = self._look_at(container, file.relative_to(top).as_posix(), file)
                except OSError as error:  # it keeps no other file waiting
                    self._warn_once(file, error)
                    continue
                if found:
                    yield found

    def _warn_once(self, file: Path, error: OSError) -> None:
        if file not in self._unseen:
            self._unseen.add(file)
            LOG.warning("%s cannot be looked at, and so has no trigger fire: %s", file, error.strerror)

    def find(self, container: str, name: str) -> Blob | None:
        file = self._file(container, name)
        try:
            return self._look_at(container, name, file) if file else None
        except UnicodeEncodeError:
            return None
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return None
            raise

    def read(self, container: str, name: str) -> bytes | None:
        file = self._file(container, name)
        try:
            return file.read_bytes() if file else None
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def write(self, container: str, name: str, content: bytes) -> None:
        file = self._file(container, name)
        if file is None:
            raise ValueError(f"'{container}/{name}' is no name for a blob in a folder")
        staging = self._root / ".tmp"
        staging.mkdir(parents=True, exist_ok=True)
        temporary = staging / f"{os.getpid()}-{time.monotonic_ns()}"
        with temporary.open("wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(file)

    def _file(self, container: str, name: str) -> Path | None:
        """The file of a blob; None for a name that leads elsewhere."""
        parts = [container, *name.split("/")]
        if container.startswith(".") or any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
            return None
        return self._root.joinpath(*parts)

    def _look_at(self, container: str, name: str, file: Path) -> Blob | None:
        try:
            found = file.stat(follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None
        is_file = file.is_file() and not file.is_symlink()
        # Any time of its own can be set for a file, but not when it was changed or came to stand here.
        if not is_file or 0 <= time.time() - found.st_ctime < self._settle:
            return None
        etag = f'"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"'
        modified = datetime.fromtimestamp(found.st_ctime, UTC)
        return Blob(container, name, etag, found.st_size, modified, file.as_uri())


class EndpointLake:
    """A blob endpoint, reached with azure-storage-blob."""

    def __init__(self, url: str) -> None:
        from azure.storage.blob import BlobServiceClient

        try:
            if "=" in url and not url.startswith("http"):
                self._service = BlobServiceClient.from_connection_string(url)
            elif url.startswith(("http://127.0.0.1", "http://localhost")):
                self._service = _emulator(url)
            else:
                from azure.identity import DefaultAzureCredential

                self._service = BlobServiceClient(url, DefaultAzureCredential())
        except ValueError as error:
            raise SettingsError(f"--lake: {error}") from error

    def list(self, container: str) -> Iterator[Blob]:
        from azure.core.exceptions import ResourceNotFoundError

        client = self._service.get_container_client(container)
        try:
            for found in client.list_blobs(include=["metadata"]):
                yield self._blob(container, found)
        except ResourceNotFoundError:
            return

    def find(self, container: str, name: str) -> Blob | None:
        from azure.core.exceptions import HttpResponseError

        try:
            return self._blob(container, self._service.get_blob_client(container, name).get_blob_properties())
        except ValueError:  # of the SDK: the name is empty, or no text in UTF-8
            return None
        except HttpResponseError as error:
            if error.status_code in _NO_SUCH_BLOB:
                return None
            raise

    def read(self, container: str, name: str) -> bytes | None:
        from azure.core.exceptions import ResourceNotFoundError

        try:
            content: bytes = self._service.get_blob_client(container, name).download_blob().readall()
        except ResourceNotFoundError:
            return None
        return content

    def write(self, container: str, name: str, content: bytes) -> None:
        self._service.get_blob_client(container, name).upload_blob(content, overwrite=True)

    def _blob(self, container: str, found: Any) -> Blob:
        uri = self._service.get_blob_client(container, found.name).url
        etag = found.etag if found.etag.startswith('"') else f'"{found.etag}"'
        return Blob(container, found.name, etag, found.size, found.last_modified, uri, dict(found.metadata or {}))


def _emulator(url: str) -> Any:
    """An emulator on this machine: the SDK knows its public key."""
    from azure.storage.blob import BlobServiceClient

    known = BlobServiceClient.from_connection_string(_DEVELOPMENT_STORAGE)
    return BlobServiceClient(url, credential=known.credential.account_key)
