"""Files on this machine's disk as versions: what tells them apart, reading one of them, and writing that lasts."""

from __future__ import annotations

import errno
import io
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from shared.ports import BlobChanged, LakeUnavailable

_TICK_SECONDS = 0.02
"""Changes within one tick of the system's clock, 10 ms at most, have the same time."""


def etag_of(found: os.stat_result) -> str:
    """Inode, time of change and size: they survive a rename and differ after any rewrite."""
    return f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"


def modified_at(found: os.stat_result) -> datetime:
    """When a file came to stand where it is, or was last written: copies and moves keep the times of their originals,
    and people may set any, but not this one."""
    return datetime.fromtimestamp(found.st_ctime, UTC)


class OneVersion(io.RawIOBase):
    """Reads an open file and notices when somebody overwrites it in place meanwhile."""

    def __init__(self, descriptor: int, name: str, etag: str | None) -> None:
        self._descriptor, self._name = descriptor, name
        self._etag = etag_of(os.fstat(descriptor))
        if etag is not None and etag != self._etag:
            self.close()
            raise BlobChanged(f"{name} is no longer the version that was asked for")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            count = os.readv(self._descriptor, [buffer])
        except OSError as error:
            raise LakeUnavailable(f"{self._name} cannot be read: {error.strerror}") from error
        if count == 0 and etag_of(os.fstat(self._descriptor)) != self._etag:
            raise BlobChanged(f"{self._name} was overwritten while it was read")
        return count

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def open_regular_file(file: Path) -> int | None:
    """A descriptor for reading; None where there is no file, or a link, a folder or a pipe."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return descriptor


def outwait_tick(descriptor: int) -> None:
    """Wait until a file that changes from now on gets another time, and so another etag, than it has."""
    age = time.time() - os.fstat(descriptor).st_mtime
    if 0 <= age < _TICK_SECONDS:
        time.sleep(_TICK_SECONDS - age)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each of which is on the disk before anything is put into it."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Have the names of what a folder holds on the disk when this returns."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def as_lake_fault(name: str) -> Iterator[None]:
    """Raises LakeUnavailable for what the system says while `name` is written."""
    try:
        yield
    except OSError as error:
        raise LakeUnavailable(f"{name} cannot be written: {error.strerror}") from error
