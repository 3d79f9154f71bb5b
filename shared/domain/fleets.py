"""A fleet: which cells are forecast, how they are grouped into shards, and the limits that its models are held to."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, product
from typing import Any

from shared.domain.identities import digest_of
from shared.domain.segments import Baseline, Segment

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TABLE = re.compile(r"[a-z][a-z0-9_]*")
SHARD_KEYS: Mapping[str, tuple[str, ...]] = {
    "region": ("region",),
    "region-format": ("region", "store_format"),
    "segment": ("region", "store_format", "mover"),
}
MOST_SHARDS = 250
"""Shards that one group may have: what one orchestration and its watcher look after without a long history."""


class FleetError(ValueError):
    """A fleet's declaration is wrong; the message names the field."""


@dataclass(frozen=True)
class TrainingGate:
    """The limits that a trained model must keep to be let into service."""

    max_mape: float
    min_coverage: float


@dataclass(frozen=True)
class ScoringGate:
    """The limits that a segment's forecast must keep to be published."""

    max_times_history: float
    min_rows_share: float


@dataclass(frozen=True)
class DataGate:
    """What a dataset must hold before anything is trained on it."""

    min_weeks: int
    max_age_weeks: int


@dataclass(frozen=True)
class Fleet:
    """One fleet as its YAML declares it."""

    name: str
    sources: tuple[str, ...]
    """What a dataset is made of; the first one holds the target."""
    regions: tuple[str, ...]
    store_formats: tuple[str, ...]
    movers: tuple[str, ...]
    shard_by: str
    attempts: int
    deadline_minutes: int
    stale_after_days: int
    data_gate: DataGate
    training_gate: TrainingGate
    scoring_gate: ScoringGate
    job: Mapping[str, Any]
    """Settings that only the training code reads, handed to each run as they stand."""

    @property
    def target_source(self) -> str:
        """The source whose rows are forecast."""
        return self.sources[0]

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Every ensemble cell, in declared order."""
        return tuple(Segment(*cell) for cell in product(self.regions, self.store_formats, self.movers))

    @cached_property
    def segments_by_id(self) -> Mapping[str, Segment]:
        """Every ensemble cell by its id."""
        return {segment.id: segment for segment in self.segments}

    @cached_property
    def groups(self) -> Mapping[str, tuple[Segment, ...]]:
        """Every segment, by region; a region of more than MOST_SHARDS shards comes in parts, `texas.1` and so on.

        The parts follow from the declaration alone: what is done already never moves a segment to another group.
        """
        groups: dict[str, tuple[Segment, ...]] = {}
        for region in self.regions:
            shards = list(self.shards(segment for segment in self.segments if segment.region == region).values())
            parts = [shards[start : start + MOST_SHARDS] for start in range(0, len(shards), MOST_SHARDS)]
            for number, part in enumerate(parts, start=1):
                name = region if len(parts) == 1 else f"{region}.{number}"
                groups[name] = tuple(segment for shard in part for segment in shard)
        return groups

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Every historical-average cell, in declared order."""
        return tuple(Baseline(*cell) for cell in product(self.regions, self.store_formats))

    def select(self, wanted: Iterable[str] | None) -> tuple[Segment, ...]:
        """The segments of the given ids or regions; all of them for None.

        Raises FleetError naming the first selector that fits no segment.
        """
        if wanted is None:
            return self.segments
        chosen: set[str] = set()
        for selector in wanted:
            fitting = {segment.id for segment in self.segments if selector in (segment.id, segment.region)}
            if not fitting:
                raise FleetError(f"fleet {self.name} has no segment or region {selector[:100]!r}")
            chosen |= fitting
        return tuple(segment for segment in self.segments if segment.id in chosen)

    def shards(self, segments: Iterable[Segment]) -> dict[str, tuple[Segment, ...]]:
        """The segments grouped by the fleet's shard key; each group is trained or scored in one run."""
        keys = SHARD_KEYS[self.shard_by]

        def shard_of(segment: Segment) -> str:
            return "-".join(getattr(segment, key) for key in keys)

        return {name: tuple(members) for name, members in groupby(sorted(segments, key=shard_of), key=shard_of)}


def parse_fleet(declared: Mapping[str, Any]) -> Fleet:
    """Read a fleet's declaration, such as `fleets/demand.yaml` holds; raises FleetError naming the wrong field."""
    unknown = set(declared) - {*Fleet.__dataclass_fields__}
    if unknown:
        raise FleetError(f"unknown field {min(unknown, key=str)!r}")
    fleet = Fleet(
        name=_name(declared, "name"),
        sources=_names(declared, "sources", _TABLE),
        regions=_names(declared, "regions"),
        store_formats=_names(declared, "store_formats"),
        movers=_names(declared, "movers"),
        shard_by=_choice(declared, "shard_by", SHARD_KEYS),
        attempts=_whole(declared, "attempts", 1, 5),
        deadline_minutes=_whole(declared, "deadline_minutes", 1, 21 * 24 * 60),
        stale_after_days=_whole(declared, "stale_after_days", 1, 3650),
        data_gate=DataGate(**_numbers(declared, "data_gate", DataGate, whole=True)),
        training_gate=TrainingGate(**_numbers(declared, "training_gate", TrainingGate)),
        scoring_gate=ScoringGate(**_numbers(declared, "scoring_gate", ScoringGate)),
        job=_job(declared, "job"),
    )
    _require_distinct([*(cell.id for cell in fleet.segments), *(cell.id for cell in fleet.baselines)])
    return fleet


def _require_distinct(ids: Iterable[str]) -> None:
    """Two cells of one id would be taken for each other; hyphens within names can bring that about."""
    seen: set[str] = set()
    for cell in ids:
        if cell in seen:
            raise FleetError(f"regions, store_formats, movers: two cells are called {cell}")
        seen.add(cell)


def _field(declared: Mapping[str, Any], field: str) -> Any:
    if field not in declared:
        raise FleetError(f"field {field!r} is missing")
    return declared[field]


def _name(declared: Mapping[str, Any], field: str) -> str:
    value = _field(declared, field)
    if not isinstance(value, str) or _NAME.fullmatch(value) is None:
        raise FleetError(f"{field}: {value!r} is not a name in lower case letters, digits and hyphens")
    return value


def _names(declared: Mapping[str, Any], field: str, pattern: re.Pattern[str] = _NAME) -> tuple[str, ...]:
    values = _field(declared, field)
    if not isinstance(values, list) or not values:
        raise FleetError(f"{field}: must be a list of names")
    for value in values:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise FleetError(f"{field}: {value!r} is not a name in lower case")
    if len(set(values)) != len(values):
        raise FleetError(f"{field}: a name stands twice")
    return tuple(values)


def _choice(declared: Mapping[str, Any], field: str, choices: Iterable[str]) -> str:
    value = _field(declared, field)
    if not isinstance(value, str) or value not in set(choices):
        raise FleetError(f"{field}: {value!r} is not one of {', '.join(sorted(choices))}")
    return value


def _whole(declared: Mapping[str, Any], field: str, least: int, most: int) -> int:
    value = _field(declared, field)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise FleetError(f"{field}: {value!r} is not a whole number from {least} to {most}")
    return value


def _mapping(declared: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = _field(declared, field)
    if not isinstance(value, Mapping):
        raise FleetError(f"{field}: must be a table of settings")
    return value


def _job(declared: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    settings = _mapping(declared, field)
    try:
        digest_of(dict(settings))
    except (TypeError, ValueError) as error:
        raise FleetError(f"{field}: holds what JSON, in which a run is told of it, does not have: {error}") from error
    return settings


def _numbers(declared: Mapping[str, Any], field: str, shape: type, *, whole: bool = False) -> dict[str, Any]:
    values = _mapping(declared, field)
    names = set(shape.__dataclass_fields__)  # type: ignore[attr-defined]
    for name in sorted(names ^ set(values), key=str):
        raise FleetError(f"{field}.{name}: {'is missing' if name in names else 'is not a field'}")
    for name, value in values.items():
        is_number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        if not is_number or not 0 <= value < math.inf:  # which is false for NaN, with which any gate would stand open
            raise FleetError(f"{field}.{name}: {value!r} is not a {'whole ' if whole else ''}number of zero or more")
    return dict(values)
