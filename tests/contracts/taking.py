"""What is taken in again and again, and a lake in which something happens at the worst instant."""

from __future__ import annotations

import io
from contextlib import contextmanager

from tests.contracts.drops import calendar

PATH = "events/a.csv"
OLD, NEW, OTHER = calendar("old"), calendar("new", "newer", bad=2), calendar("other")
SIZES = {OLD: (1, 1, 0), NEW: (4, 2, 2), OTHER: (1, 1, 0)}
"""Rows of each: in, out and quarantined."""


class Meddling:
    """A lake in which something happens whenever a blob of a container is opened for reading, written or seen."""

    def __init__(self, lake, on_read=None, on_commit=None):
        self._lake, self._on_read, self._on_commit = lake, on_read, on_commit

    def __getattr__(self, name):
        return getattr(self._lake, name)

    @contextmanager
    def open_read(self, container, path, etag=None):
        with self._lake.open_read(container, path, etag) as stream:
            yield _Interrupted(stream, self._on_read) if self._on_read else stream

    @contextmanager
    def open_write(self, container, path, **conditions):
        with self._lake.open_write(container, path, **conditions) as writer:
            if self._on_commit:
                commit = writer.commit
                writer.commit = lambda metadata=None: (self._on_commit(container), commit(metadata))[1]
            yield writer


class _Interrupted(io.RawIOBase):
    """A stream that does something else after its first bytes."""

    def __init__(self, stream, then):
        self._stream, self._then = stream, then

    def readable(self):
        return True

    def read(self, size=-1):
        data = self._stream.read(min(size, 64) if size and size > 0 else 64)
        self._then()
        return data + (self._stream.read() if size is None or size < 0 else b"")

    def readinto(self, buffer):
        data = self._stream.read(min(len(buffer), 64))
        buffer[: len(data)] = data
        self._then()
        return len(data)


def once(action):
    """An action that is done at its first call alone."""
    left = [action]
    return lambda *_: left.pop()() if left else None


def once_in(container, action):
    """An action that is done once, at the first commit into a container."""
    act = once(action)
    return lambda written: act() if written == container else None
