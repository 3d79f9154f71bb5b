"""Files that appear whole or not at all: written in a workshop, and moved to their place if they are to be kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cli.failures import Failure


@dataclass
class Writing:
    """A file that is being written; it takes its place only if `keep` is set."""

    stream: BinaryIO
    path: Path
    keep: bool = False

    def write(self, data: bytes) -> None:
        """Append bytes."""
        with _naming(self.path):
            self.stream.write(data)


@contextmanager
def replacing(path: Path, workshop: Path) -> Iterator[Writing]:
    """A new file that takes the place of `path` at the end, or leaves nothing there unless it is to be kept.

    Until then it stands in the folder `workshop`. Raises Failure where it cannot be written.
    """
    partial = workshop / f".{path.parent.name}.{path.name}.part"
    with _naming(path):
        stream = partial.open("wb")
    try:
        writing = Writing(stream, path)
        yield writing
        with _naming(path):
            stream.close()
            _put(partial, writing)
    finally:
        with suppress(OSError):  # What is left to be written was not to be kept.
            stream.close()
        partial.unlink(missing_ok=True)


def _put(partial: Path, writing: Writing) -> None:
    if writing.keep:
        writing.path.parent.mkdir(exist_ok=True)
        partial.replace(writing.path)
    else:
        writing.path.unlink(missing_ok=True)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}") from None
