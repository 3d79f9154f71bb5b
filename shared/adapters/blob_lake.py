"""The lake in Azure Blob Storage, or in Azurite; uses the Blob API alone, which both offer."""

from __future__ import annotations

import base64
import io
import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from shared.adapters.left_out import is_usable, warn_of_untaken
from shared.domain.blob_names import check_container, check_path
from shared.ports import BlobChanged, BlobMissing, BlobStat, LakeUnavailable, LeaveOut

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient, BlobServiceClient

_LOG = logging.getLogger("headrace.lake")
BLOCK_BYTES = 4 << 20
THROTTLED_TRIES = 5
_WRITE_ID = "headrace_write_id"
Answer = TypeVar("Answer")


class BlobLake:
    """A Lake in a storage account. Blocks are staged as they are written and committed as one list."""

    def __init__(self, account_url: str, key: str | None = None) -> None:
        from azure.identity import DefaultAzureCredential
        from azure.storage.blob import BlobServiceClient

        credential: Any = key or DefaultAzureCredential()
        self._service: BlobServiceClient = BlobServiceClient(account_url, credential)

    def stat(self, container: str, path: str) -> BlobStat | None:
        """Tell of a blob, metadata included; None when there is none."""
        try:
            found = _call(self._blob(container, path).get_blob_properties)
        except BlobMissing:
            return None
        metadata = {name: value for name, value in found.metadata.items() if name != _WRITE_ID}
        return BlobStat(container, path, found.size, found.etag, found.last_modified, metadata)

    @contextmanager
    def open_read(self, container: str, path: str, etag: str | None = None) -> Iterator[BinaryIO]:
        """Read a blob as a stream, all of it from one version."""
        blob = self._blob(container, path)
        downloader = _call(lambda: blob.download_blob(max_concurrency=1, **_only_version(etag)))
        with io.BufferedReader(_Chunks(downloader.chunks()), 1 << 20) as stream:
            yield stream

    @contextmanager
    def open_write(
        self, container: str, path: str, *, if_absent: bool = False, if_match: str | None = None
    ) -> Iterator[_BlockWriter]:
        """Write a blob, all or nothing; uncommitted blocks are never seen and expire by themselves."""
        blob = self._blob(container, path)
        self._ensure_container(container)
        yield _BlockWriter(blob, (container, path), if_absent, if_match)

    def list(self, container: str, prefix: str = "", *, leave_out: LeaveOut = warn_of_untaken) -> Iterator[BlobStat]:
        """Every blob whose path starts with the prefix, by path."""
        client = self._service.get_container_client(check_container(container))
        pages = iter(client.list_blobs(name_starts_with=prefix or None))
        while True:
            try:
                found = _call(lambda: next(pages, None), tries=1)
            except BlobMissing:
                return
            if found is None:
                return
            blob = BlobStat(container, found.name, found.size, _quoted(found.etag), found.last_modified)
            if is_usable(blob, leave_out):
                yield blob

    def delete(self, container: str, path: str, *, if_match: str | None = None) -> None:
        """Remove a blob; none there is fine."""
        blob = self._blob(container, path)
        try:
            _call(lambda: blob.delete_blob(**_only_version(if_match)))
        except BlobMissing:
            return
        except BlobChanged:
            if self.stat(container, path) is not None:  # a missing blob, too, is not of the version that is asked for
                raise

    def _blob(self, container: str, path: str) -> BlobClient:
        return self._service.get_blob_client(check_container(container), check_path(path))

    def _ensure_container(self, container: str) -> None:
        from azure.core.exceptions import ResourceExistsError

        client = self._service.get_container_client(check_container(container))
        if not _call(client.exists):
            try:
                _call(client.create_container)
            except (BlobChanged, ResourceExistsError):
                return  # somebody else has just made it


class _BlockWriter:
    """A blob being staged block by block."""

    def __init__(self, client: BlobClient, place: tuple[str, str], if_absent: bool, if_match: str | None) -> None:
        self._client, self._place = client, place
        self._if_absent, self._if_match = if_absent, if_match
        self._pending = bytearray()
        self._blocks: list[str] = []
        self._size = 0
        self._write_id = uuid.uuid4().hex

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._pending += data
        while len(self._pending) >= BLOCK_BYTES:
            self._stage(bytes(self._pending[:BLOCK_BYTES]))
            del self._pending[:BLOCK_BYTES]

    def commit(self, metadata: Mapping[str, str] | None = None) -> BlobStat:
        """Make the blob visible at once and whole."""
        if self._pending:
            self._stage(bytes(self._pending))
            self._pending.clear()
        given = dict(metadata or {})
        try:
            committed = self._commit_blocks({**given, _WRITE_ID: self._write_id})
        except BlobChanged:
            # A retry after a lost reply meets our own blob; that is success, told apart by the id of this write.
            ours = self._find_ours()
            if ours is None:
                raise
            committed = ours
        return BlobStat(*self._place, self._size, committed["etag"], committed["last_modified"], given)

    def _stage(self, data: bytes) -> None:
        block = base64.b64encode(f"{self._write_id}{len(self._blocks):06d}".encode()).decode()
        _call(lambda: self._client.stage_block(block, data, length=len(data)))
        self._blocks.append(block)
        self._size += len(data)

    def _commit_blocks(self, metadata: Mapping[str, str]) -> Mapping[str, Any]:
        from azure.core import MatchConditions
        from azure.storage.blob import BlobBlock

        condition = _only_version(self._if_match)
        if self._if_absent:
            condition = {"match_condition": MatchConditions.IfMissing}
        blocks = [BlobBlock(block) for block in self._blocks]
        answer: Mapping[str, Any] = _call(
            lambda: self._client.commit_block_list(blocks, metadata=dict(metadata), **condition)
        )
        return answer

    def _find_ours(self) -> Mapping[str, Any] | None:
        """The blob's properties if it is the one that this writer wrote."""
        try:
            found: Any = _call(self._client.get_blob_properties)
        except BlobMissing:
            return None
        return found if found.metadata.get(_WRITE_ID) == self._write_id else None


class _Chunks(io.RawIOBase):
    """A download's chunks as a readable stream; faults come out as the port's."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._left = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            chunk = _call(lambda: next(self._chunks, None), tries=1)  # an iterator that failed must not be asked again
            if chunk is None:
                return 0
            self._left = chunk
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _only_version(etag: str | None) -> dict[str, Any]:
    """The condition that a blob is still of this version, as the SDK takes it."""
    from azure.core import MatchConditions

    return {"etag": etag, "match_condition": MatchConditions.IfNotModified} if etag else {}


def _call(action: Callable[[], Answer], tries: int = THROTTLED_TRIES) -> Answer:
    """Do one storage operation, wait where the service asks to (429), and raise the port's faults."""
    from azure.core.exceptions import (
        AzureError,
        HttpResponseError,
        ResourceExistsError,
        ResourceModifiedError,
        ResourceNotFoundError,
    )

    for attempt in range(1, tries + 1):
        try:
            return action()
        except ResourceNotFoundError as error:
            raise BlobMissing(_words(error)) from error
        except (ResourceExistsError, ResourceModifiedError) as error:
            raise BlobChanged(_words(error)) from error
        except HttpResponseError as error:
            # The SDK repeats 5xx and dropped connections by itself, but not 429.
            if error.status_code == 412:
                raise BlobChanged(_words(error)) from error
            if error.status_code != 429 or attempt == tries:
                raise LakeUnavailable(_words(error)) from error
            time.sleep(_asked_wait(error))
        except AzureError as error:
            raise LakeUnavailable(_words(error)) from error
    raise AssertionError("unreachable")


def _quoted(etag: str) -> str:
    """An etag as every answer but a list writes it, so that the two compare equal."""
    return etag if etag.startswith('"') else f'"{etag}"'


def _asked_wait(error: Any) -> float:
    asked = error.response.headers.get("Retry-After", "1") if error.response else "1"
    return min(float(asked), 60.0) if asked.isdigit() else 1.0


def _words(error: Any) -> str:
    code = getattr(error, "error_code", None)
    first_line = str(error.message).splitlines()[0] if getattr(error, "message", "") else type(error).__name__
    return f"{code}: {first_line}" if code else first_line
