"""Runs: one training or scoring of a shard, wherever it is executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.identities import digest_of

MANY_MODELS = 200
"""Up to so many models in a fleet, a shard is one job; the shards of larger fleets are spread over several machines."""


class RunKind(StrEnum):
    """What a run does with its segments."""

    TRAIN = "train"
    SCORE = "score"


class RunState(StrEnum):
    """How far a run is; the last three never change again."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_terminal(self) -> bool:
        """Whether the run has ended, in whatever way."""
        return self in (RunState.COMPLETED, RunState.FAILED, RunState.CANCELED)


@dataclass(frozen=True)
class RunSpec:
    """All that a backend needs to start a run, and to know it again."""

    name: str
    kind: RunKind
    fleet: str
    week: str
    shard: str
    instance_id: str
    dataset_version: str
    code_version: str
    attempt: int
    segments: tuple[str, ...]
    models: Mapping[str, str]
    """Segment id to the folder of its model in the lake's `models` container: champions, or what is to serve."""
    job: Mapping[str, Any]
    """The document that the run reads as `job.json`."""
    in_parts: bool = False
    """Whether a backend that can should do the segments in parts, side by side; the results are the same."""

    @property
    def fingerprint(self) -> str:
        """A digest of everything the run depends on: equal fingerprints are the same work."""
        return digest_of(
            [
                self.kind,
                self.fleet,
                self.week,
                self.shard,
                self.dataset_version,
                self.code_version,
                self.attempt,
                self.segments,
                dict(self.models),
                dict(self.job),
            ]
        )


@dataclass(frozen=True)
class RunStatus:
    """What a backend last saw of a run."""

    name: str
    state: RunState
    error: str | None = None
    """The end's cause in the backend's own words, with where to look; None unless failed or canceled."""
    progress: str | None = None
    """A short phrase such as `training networks, 3 of 4`; None when the run tells nothing."""
    started_at: str | None = None
    ended_at: str | None = None


def name_run(
    kind: RunKind,
    fleet: str,
    week: str,
    shard: str,
    *,
    root: str,
    dataset_version: str,
    code_version: str,
    attempt: int,
    segments: tuple[str, ...],
    models: Mapping[str, str],
) -> str:
    """A run's deterministic name: the same work asked for twice has one name, and so runs once.

    `root` is the instance that was asked for, without the attempts below it.
    """
    digest = digest_of([root, dataset_version, code_version, attempt, segments, dict(models)])
    return f"{kind}-{fleet}-{week}-{shard}-{digest[:12]}".lower()
