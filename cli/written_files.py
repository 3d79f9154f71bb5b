"""Files that appear whole or not at all: written in a workshop, and moved to their place if they are to be kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass
class Writing:
    """A file that is being written; it takes its place only if `keep` is set."""

    stream: BinaryIO
    path: Path
    keep: bool = False


@contextmanager
def replacing(path: Path, workshop: Path) -> Iterator[Writing]:
    """A new file that takes the place of `path` at the end, or leaves nothing there unless it is to be kept.

    Until then it stands in the folder `workshop`.
    """
    partial = workshop / f".{path.parent.name}.{path.name}.part"
    try:
        with partial.open("wb") as stream:
            writing = Writing(stream, path)
            yield writing
        if writing.keep:
            path.parent.mkdir(exist_ok=True)
            partial.replace(path)
        else:
            path.unlink(missing_ok=True)
    finally:
        partial.unlink(missing_ok=True)
