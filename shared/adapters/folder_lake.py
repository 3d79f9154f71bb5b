"""The lake as a folder: containers are sub-folders, blobs are files that anyone may also drop in by hand."""

from __future__ import annotations

import errno
import io
import os
import stat
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from shared.adapters.file_lock import hold_lock
from shared.adapters.folder_files import (
    OneVersion,
    as_lake_fault,
    etag_of,
    flush_folder,
    make_folder,
    modified_at,
    open_regular_file,
    outwait_tick,
)
from shared.adapters.folder_metadata import FolderMetadata
from shared.adapters.left_out import is_usable, warn_of_untaken
from shared.domain.blob_names import check_container, check_path
from shared.domain.files import NO_FILE, UNREADABLE
from shared.ports import BlobChanged, BlobMissing, BlobStat, LakeUnavailable, LeaveOut, NameTaken

ABANDONED_AFTER_SECONDS = 86_400
"""Past it, a temporary file that nobody has written to is that of a process which was killed."""

_DROPPED_INTO = "raw"
"""The container whose files others write, and may write over in place."""


class FolderLake:
    """A Lake under one folder. Writes go to `.tmp`, are flushed to disk, and appear by one rename.

    Metadata stands in `.metadata/<container>/<path>/<etag>.json`, flushed before the blob appears, so a blob and
    its metadata become visible together.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._metadata = FolderMetadata(self._root / ".metadata")
        try:
            for folder in (self._root, self._staging, self._root / ".metadata"):
                folder.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(self._staging)
        except OSError as error:
            raise LakeUnavailable(f"{self._root} cannot be used as the lake: {error.strerror}") from error

    @property
    def _staging(self) -> Path:
        return self._root / ".tmp"

    def stat(self, container: str, path: str) -> BlobStat | None:
        """Tell of a blob, metadata included; None when there is none."""
        file = self._file(container, path)
        try:
            found = file.stat(follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise LakeUnavailable(f"{container}/{path} cannot be looked at: {error.strerror}") from error
        if not stat.S_ISREG(found.st_mode) or self._leads_elsewhere(file.parent, container):
            return None
        return self._describe(container, path, found, self._metadata.read(container, path, etag_of(found)))

    @contextmanager
    def open_read(self, container: str, path: str, etag: str | None = None) -> Iterator[BinaryIO]:
        """Read a blob as a stream, all of it from one version."""
        file = self._file(container, path)
        try:
            descriptor = None if self._leads_elsewhere(file.parent, container) else open_regular_file(file)
        except OSError as error:
            remedy = UNREADABLE if error.errno in (errno.EACCES, errno.EPERM) else ""
            raise LakeUnavailable(f"{remedy}{container}/{path} cannot be read: {error.strerror}") from error
        if descriptor is None:
            raise BlobMissing(f"{container}/{path} is not in the lake")
        if container == _DROPPED_INTO:
            outwait_tick(descriptor)
        with io.BufferedReader(OneVersion(descriptor, f"{container}/{path}", etag), 1 << 20) as stream:
            yield stream

    @contextmanager
    def open_write(
        self, container: str, path: str, *, if_absent: bool = False, if_match: str | None = None
    ) -> Iterator[_FolderWriter]:
        """Write a blob, all or nothing."""
        self._file(container, path)
        temporary = self._staging / uuid.uuid4().hex
        with as_lake_fault(f"{container}/{path}"):
            file = temporary.open("wb")
        try:
            yield _FolderWriter(self, file, temporary, (container, path), if_absent, if_match)
        finally:
            with suppress(OSError):  # What was written last may find no room; without a commit it means nothing.
                file.close()
            temporary.unlink(missing_ok=True)

    def list(self, container: str, prefix: str = "", *, leave_out: LeaveOut = warn_of_untaken) -> Iterator[BlobStat]:
        """Every blob whose path starts with the prefix, by path."""
        top = self._root / check_container(container)
        for path, found in sorted(self._walk(top, prefix), key=itemgetter(0)):
            if isinstance(found, OSError):
                leave_out(_describe_unseen(container, path, top / path), f"{UNREADABLE}{found.strerror}")
                continue
            blob = self._describe(container, path, found, {})
            if not stat.S_ISREG(found.st_mode):
                kind = "a link" if stat.S_ISLNK(found.st_mode) else "no file"
                leave_out(blob, f"{NO_FILE}it is {kind}, which is not followed or read")
            elif is_usable(blob, leave_out):
                yield blob

    def _walk(self, top: Path, prefix: str) -> Iterator[tuple[str, os.stat_result | OSError]]:
        """Paths that start with the prefix, of files, links, and what cannot be looked at, each with what it is."""
        unseen: list[OSError] = []
        for folder, folders, names in os.walk(_start_of(top, prefix), onerror=unseen.append):
            links = [name for name in folders if _is_link(Path(folder) / name)]
            for file in (Path(folder) / name for name in (*names, *links)):
                path = file.relative_to(top).as_posix()
                if path.startswith(prefix):
                    try:
                        yield path, file.stat(follow_symlinks=False)
                    except OSError as error:
                        unseen.append(error)
        for fault in unseen:
            if isinstance(fault, FileNotFoundError | NotADirectoryError):
                continue  # it is not there, or no more
            if fault.filename is None or Path(fault.filename) == top:
                raise LakeUnavailable(f"{top} cannot be listed: {UNREADABLE}{fault.strerror}")
            yield Path(fault.filename).relative_to(top).as_posix(), fault

    def delete(self, container: str, path: str, *, if_match: str | None = None) -> None:
        """Remove a blob; none there is fine."""
        file = self._file(container, path)
        with as_lake_fault(f"{container}/{path}"), hold_lock(self._root / ".lock"):
            there = self.stat(container, path)
            if there is None:
                return
            if if_match and there.etag != if_match:
                raise BlobChanged(f"{container}/{path} has another version than was expected")
            file.unlink(missing_ok=True)
            self._metadata.forget(container, path)

    def publish(
        self,
        temporary: Path,
        place: tuple[str, str],
        metadata: Mapping[str, str],
        if_absent: bool,
        if_match: str | None,
    ) -> BlobStat:
        """Let a finished temporary file appear as a blob if the condition holds. For the writer."""
        container, path = place
        target = self._file(container, path)
        with hold_lock(self._root / ".lock"):
            there = self.stat(container, path)
            if (if_absent and there) or (if_match and (there is None or there.etag != if_match)):
                raise BlobChanged(f"{container}/{path} has another version than was expected")
            self._make_way(target)
            written = temporary.stat()
            self._metadata.write(container, path, etag_of(written), metadata)
            temporary.replace(target)
            flush_folder(target.parent)
            self._metadata.forget_others(container, path, etag_of(written))
        return self._describe(container, path, written, metadata)

    def _make_way(self, target: Path) -> None:
        """Make the folder that a blob stands in; raises NameTaken where a blob has its name, or it that of a folder."""
        if self._leads_elsewhere(target.parent, target.relative_to(self._root).parts[0]):
            raise NameTaken(f"{target.relative_to(self._root)} would stand behind a link, which is not followed")
        try:
            make_folder(target.parent)
        except (FileExistsError, NotADirectoryError) as error:
            raise NameTaken(f"{target.relative_to(self._root)} needs a folder where a blob stands") from error
        if target.is_dir():
            raise NameTaken(f"{target.relative_to(self._root)} is the folder of other blobs")

    def _file(self, container: str, path: str) -> Path:
        return self._root / check_container(container) / check_path(path)

    def _leads_elsewhere(self, folder: Path, container: str) -> bool:
        """Whether a link stands among a folder and those above it; a container itself may be one."""
        top = self._root / container
        return Path(os.path.realpath(folder)) != Path(os.path.realpath(top)) / folder.relative_to(top)

    def _describe(self, container: str, path: str, found: os.stat_result, metadata: Mapping[str, str]) -> BlobStat:
        return BlobStat(container, path, found.st_size, etag_of(found), modified_at(found), metadata)


class _FolderWriter:
    """A blob on its way into the folder."""

    def __init__(
        self,
        lake: FolderLake,
        file: BinaryIO,
        temporary: Path,
        place: tuple[str, str],
        if_absent: bool,
        if_match: str | None,
    ) -> None:
        self._lake, self._file, self._temporary, self._place = lake, file, temporary, place
        self._if_absent, self._if_match = if_absent, if_match

    def write(self, data: bytes) -> None:
        """Append bytes."""
        with as_lake_fault("/".join(self._place)):
            self._file.write(data)

    def commit(self, metadata: Mapping[str, str] | None = None) -> BlobStat:
        """Make the blob visible at once and whole."""
        with as_lake_fault("/".join(self._place)):
            self._file.flush()
            os.fsync(self._file.fileno())
            return self._lake.publish(self._temporary, self._place, metadata or {}, self._if_absent, self._if_match)


def _remove_abandoned(staging: Path) -> None:
    for file in staging.iterdir():
        with suppress(FileNotFoundError):  # another process removed it, or has just finished it
            if file.is_file() and time.time() - file.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                file.unlink()


def _is_link(folder: Path) -> bool:
    """Whether it is a link; what cannot be looked at is told of where it is walked into."""
    try:
        return folder.is_symlink()
    except OSError:
        return False


def _start_of(top: Path, prefix: str) -> Path:
    """The folder in which all paths with the prefix are; the topmost where the prefix leads elsewhere."""
    if "\0" in prefix:
        return top
    start = top / prefix.rpartition("/")[0]
    return start if start.resolve() == start else top


def _describe_unseen(container: str, path: str, file: Path) -> BlobStat:
    """What cannot be looked into, as far as can be told."""
    try:
        found = file.stat(follow_symlinks=False)
    except OSError:
        return BlobStat(container, path, 0, "unseen", datetime.fromtimestamp(0, UTC))
    return BlobStat(container, path, 0, etag_of(found), modified_at(found))
