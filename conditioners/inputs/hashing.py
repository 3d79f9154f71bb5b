"""The digest of a raw file, taken while it is read for conditioning so that it is not read twice."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO

READ_BYTES = 4 << 20


class HashedInput:
    """Opens a file as often as asked, and knows the SHA-256 of its bytes once one reading came to the end."""

    def __init__(self, open_file: Callable[[], AbstractContextManager[BinaryIO]]) -> None:
        self._open_file = open_file
        self._sha256: str | None = None

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The file as a stream that can only be read forward."""
        with self._open_file() as stream:
            if self._sha256 is not None:
                yield stream
                return
            reading = _HashingStream(stream)
            yield io.BufferedReader(reading, READ_BYTES)
            if reading.at_end:
                self._sha256 = reading.digest.hexdigest()

    def sha256(self) -> str:
        """The digest of the whole file, in hex; reads it once more if no reading came to its end."""
        if self._sha256 is None:
            with self.open() as stream:
                while stream.read(READ_BYTES):
                    pass
        assert self._sha256 is not None
        return self._sha256


class _HashingStream(io.RawIOBase):
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.digest.update(data)
        self.at_end = not data
        return len(data)
