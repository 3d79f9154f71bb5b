"""What Headrace asks of the systems around it: the lake, whatever trains models, and the model registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from shared.domain.runs import RunSpec, RunStatus


class BlobMissing(LookupError):
    """There is no such blob."""


class BlobChanged(Exception):
    """The blob is no longer the one that was asked for, or is there although it must not be; look again and decide."""


class LakeUnavailable(Exception):
    """The lake cannot be reached or refuses; nothing was changed. Check HEADRACE_LAKE and the identity's roles."""


class NameTaken(LakeUnavailable):
    """The blob cannot have its name in this lake, as another's stands in its way; nothing was changed."""


class LedgerUnavailable(Exception):
    """The ledger cannot be opened; check HEADRACE_LEDGER, the disk's free space and the file's permissions."""


@dataclass(frozen=True)
class BlobStat:
    """What the lake tells of a blob without reading it."""

    container: str
    path: str
    size: int
    etag: str
    modified_at: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)
    """ASCII names in lower case with underscores; values of printable ASCII; empty in answers of `list`."""


LeaveOut = Callable[[BlobStat, str], object]
"""What is told of a blob, link or folder that a list leaves out, and why: one of `UNTAKEN`, and what is wrong."""


class BlobWriter(Protocol):
    """A blob being written; until `commit` nobody sees it, and leaving without one leaves no trace."""

    def write(self, data: bytes) -> None:
        """Append bytes."""

    def commit(self, metadata: Mapping[str, str] | None = None) -> BlobStat:
        """Make the blob visible at once and whole, replacing what was there.

        Raises BlobChanged when the condition given to `open_write` does not hold; then nothing is changed.
        """


class Lake(Protocol):
    """Named byte sequences in containers. Every call may be repeated; paths are relative, `/`-separated names."""

    def stat(self, container: str, path: str) -> BlobStat | None:
        """Tell of a blob, metadata included; None when there is none."""

    def open_read(self, container: str, path: str, etag: str | None = None) -> AbstractContextManager[BinaryIO]:
        """Read a blob as a stream, all of it from one version.

        Raises BlobMissing, or BlobChanged when it is not (or while reading ceases to be) the version of `etag`.
        """

    def open_write(
        self, container: str, path: str, *, if_absent: bool = False, if_match: str | None = None
    ) -> AbstractContextManager[BlobWriter]:
        """Write a blob, all or nothing, optionally only if none is there or only over the version `if_match`."""

    def list(self, container: str, prefix: str = "", *, leave_out: LeaveOut = ...) -> Iterator[BlobStat]:
        """Every blob whose path starts with the prefix, by path; an absent container is empty.

        Blobs whose names `shared.domain.blob_names` refuses, and links, are left out: `leave_out` is told of each and
        why, or else the log. So are folders that cannot be looked into; without `leave_out` they are LakeUnavailable.
        """

    def delete(self, container: str, path: str, *, if_match: str | None = None) -> None:
        """Remove a blob, optionally only the version `if_match` (else BlobChanged); none there is fine."""


@dataclass(frozen=True)
class Cadence:
    """How often a backend's runs are worth looking at: first after `first` seconds, then ever slower up to `most`."""

    first: float
    most: float


class MLBackend(Protocol):
    """Whatever executes runs. A name is submitted once: asking again adopts the run that is there."""

    cadence: Cadence

    def submit(self, specs: Sequence[RunSpec]) -> list[RunStatus]:
        """Start each run, or adopt the one of that name if its fingerprint agrees; answers in the same order.

        A run that cannot be started comes back failed, with the reason; the others go on.
        Raises RunConflict when a run of that name has another fingerprint.
        """

    def observe(self, names: Sequence[str]) -> list[RunStatus]:
        """Look at runs, in the same order; a run that nobody knows comes back failed as lost."""

    def cancel(self, names: Sequence[str]) -> None:
        """Ask runs to end; one that has ended or is unknown is fine."""

    def list_outputs(self, name: str) -> list[str]:
        """The relative paths of the files that a run wrote; empty when it wrote none."""

    def open_output(self, name: str, path: str) -> AbstractContextManager[BinaryIO]:
        """Read one file that a run wrote; raises BlobMissing."""


class RunConflict(Exception):
    """A run of this name exists but was submitted with other inputs; nothing was started."""


@dataclass(frozen=True)
class ModelVersion:
    """One registered model; `folder` is its place in the lake's `models` container, named by its digest."""

    name: str
    version: str
    digest: str
    folder: str


class ModelRegistry(Protocol):
    """Where models are listed for people and tools. Which one serves is our own ledger's word, mirrored as a tag."""

    def register(
        self, name: str, digest: str, folder: str, tags: Mapping[str, str], run_id: str | None
    ) -> ModelVersion:
        """List a model, or find the version that has this digest."""

    def mark_champion(self, name: str, version: str, former: Iterable[str]) -> None:
        """Mirror the ledger: tag this version as champion and the former ones as not."""
