"""Places in the lake for what is made of a raw file, as they were seen; what others put there since stays."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from shared.domain.identities import conditioned_path, corrections_path, quarantine_path
from shared.ports import BlobStat, BlobWriter, Lake

WRITE_TRIES = 5


class OutputContested(Exception):
    """A place was written by others in each of our tries; the file is left to a later attempt."""


@dataclass(frozen=True)
class Place:
    """A place for output as it was seen when the work began; what anybody has put there since is not overwritten."""

    lake: Lake
    container: str
    path: str
    there: BlobStat | None

    def open(self) -> AbstractContextManager[BlobWriter]:
        """Write to it; the commit raises BlobChanged where it is not as it was."""
        if self.there is None:
            return self.lake.open_write(self.container, self.path, if_absent=True)
        return self.lake.open_write(self.container, self.path, if_match=self.there.etag)

    def clear(self) -> None:
        """Leave nothing there; raises BlobChanged where it is not as it was."""
        if self.there is not None:
            self.lake.delete(self.container, self.path, if_match=self.there.etag)

    @property
    def sha256(self) -> str | None:
        """The digest of the output that stands there, or that the rejected rows there belong to."""
        return self.there.metadata.get("sha256") if self.there else None

    def is_of(self, etag: str) -> bool:
        """Whether what stands there was made of this version of the raw file."""
        return self.there is not None and self.there.metadata.get("raw_etag") == header_text(etag)


def look_at_output(lake: Lake, path: str) -> Place:
    """The place of a raw path's standard CSV."""
    return _look_at(lake, "conditioned", conditioned_path(path))


def look_at_rejects(lake: Lake, path: str) -> Place:
    """The place of a raw path's rejected rows."""
    return _look_at(lake, "quarantine", quarantine_path(path))


def look_at_corrections(lake: Lake, path: str) -> Place:
    """The place of the corrections that were given for rows of a raw path."""
    return _look_at(lake, "quarantine", corrections_path(path))


def _look_at(lake: Lake, container: str, path: str) -> Place:
    return Place(lake, container, path, lake.stat(container, path))


def header_text(etag: str) -> str:
    """An etag without its quotes, as metadata travels in HTTP headers."""
    return etag.strip('"')
