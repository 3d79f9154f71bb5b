"""Datasets: the conditioned files that a run may read, frozen under one name, and the gate in front of training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.fleets import Fleet
from shared.domain.gates import Verdict
from shared.domain.identities import digest_of
from shared.domain.weeks import IsoWeek


@dataclass(frozen=True, order=True)
class Member:
    """One conditioned file of a dataset."""

    path: str
    source: str
    sha256: str
    rows: int
    raw_file_id: str


@dataclass(frozen=True)
class Dataset:
    """A frozen set of conditioned files; the same bytes under the same paths are the same version."""

    version: str
    members: tuple[Member, ...]

    @property
    def rows(self) -> int:
        """Rows in all members."""
        return sum(member.rows for member in self.members)


@dataclass(frozen=True)
class Coverage:
    """The weeks for which the target table holds rows of one region; all None and 0 when it holds none."""

    region: str
    weeks: int
    last_week: IsoWeek | None


def freeze(members: Iterable[Member]) -> Dataset:
    """Name a set of conditioned files after their content; which of two equal files came first makes no difference."""
    ordered = tuple(sorted(members))
    return Dataset(digest_of(sorted([member.source, member.sha256] for member in ordered)), ordered)


def judge_dataset(dataset: Dataset, fleet: Fleet) -> Verdict:
    """Say whether a dataset holds anything to train the fleet on at all."""
    present = {member.source for member in dataset.members if member.rows}
    missing = [source for source in fleet.sources if source not in present]
    if missing:
        return Verdict(False, f"the dataset has no rows of {', '.join(missing)}")
    return Verdict(True, f"{len(dataset.members)} files, {dataset.rows} rows")


def judge_region(coverage: Coverage, week: IsoWeek, fleet: Fleet) -> Verdict:
    """Say whether one region's history is long and fresh enough to train and forecast `week`."""
    gate = fleet.data_gate
    if coverage.last_week is None:
        return Verdict(False, f"no rows of {coverage.region}")
    if coverage.weeks < gate.min_weeks:
        return Verdict(False, f"{coverage.weeks} weeks of {coverage.region}, {gate.min_weeks} needed")
    age = (week.monday - coverage.last_week.monday).days // 7
    if age > gate.max_age_weeks:
        return Verdict(False, f"the last week of {coverage.region} is {coverage.last_week}, {age} weeks before {week}")
    return Verdict(True, f"{coverage.weeks} weeks up to {coverage.last_week}")


def forecast_date(week: IsoWeek) -> date:
    """The day on which the forecast of a week is made: the Sunday before it."""
    return week.monday - timedelta(days=1)


def manifest_path(version: str) -> str:
    """Where a dataset version's list of members stands in the container `datasets`."""
    return f"manifests/{version}.json"


def content_path(sha256: str) -> str:
    """Where a member's bytes stand in the container `datasets`, however often its conditioned file is replaced."""
    return f"content/{sha256}.csv"
