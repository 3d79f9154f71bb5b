"""Raw files: their identity, how far each one is, and what was made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.identities import digest_of

MAX_ATTEMPTS = 5
UNUSABLE_NAME = "give the raw file another name: "
UNREADABLE = "let the user that Headrace runs as read it: "
NO_FILE = "put the file itself in its place: "
UNTAKEN = (UNUSABLE_NAME, UNREADABLE, NO_FILE)
"""What the reason begins with where something in `raw` cannot be taken at all, so that it is quarantined unread."""


class FileState(StrEnum):
    """How far one version of a raw file is; the last four are final, until it is replayed or comes back."""

    LANDED = "landed"
    CONDITIONING = "conditioning"
    CONDITIONED = "conditioned"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    SUPERSEDED = "superseded"

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will be done with this version by itself."""
        return self not in (FileState.LANDED, FileState.CONDITIONING)


@dataclass(frozen=True)
class RawFile:
    """One version of one raw file; `path` is inside the container `raw`.

    Until somebody has looked into it, `source` is the folder that it is in.
    """

    id: str
    source: str
    path: str
    etag: str
    size: int
    state: FileState
    attempts: int
    reason: str | None
    landed_at: str


@dataclass(frozen=True)
class RowCounts:
    """Where each row of a file went: rows_in is always the sum of the other three."""

    rows_in: int
    rows_out: int
    rows_quarantined: int
    rows_duplicate: int


@dataclass(frozen=True)
class ConditionedFile:
    """The standard CSV made of one raw file; dates are the first and last in the source's date column."""

    path: str
    etag: str
    sha256: str
    size: int
    counts: RowCounts
    first_date: str | None
    last_date: str | None
    summary: Mapping[str, Any]


@dataclass(frozen=True)
class Intent:
    """What is about to be put into the lake for a version of a raw file; of `made` only etag and size are not known."""

    id: str
    file: RawFile
    content: str
    """SHA-256 of the raw bytes."""
    name_counts: bool
    """Whether the file's name is part of what is made of it."""
    made: ConditionedFile
    """Its `sha256` is empty where nothing is to stand there any more."""

    @property
    def is_of_before(self) -> bool:
        """Whether it stood already when its file was to be conditioned anew."""
        return self.id == self.file.id


class Finished(StrEnum):
    """What an intent came to whose output stands in the lake."""

    NOTED = "noted"
    OVERTAKEN = "overtaken"
    COPY = "copy"


def identify_raw_file(path: str, etag: str) -> str:
    """The identity of one version of a raw file."""
    return digest_of([path, etag])[:16]


def source_folder(path: str) -> str:
    """The folder that a raw path is in, its first step, which most sources are called by."""
    return path.split("/", 1)[0]
