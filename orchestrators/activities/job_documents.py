"""What a run is told to do: the job document of docs/training-job.md, and the run's identity around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared import wiring
from shared.domain.datasets import forecast_date
from shared.domain.runs import MANY_MODELS, RunKind, RunSpec, name_run
from shared.domain.serving import Serving
from shared.domain.weeks import IsoWeek

SCHEMA = 1


def describe_run(
    kind: RunKind, order: Mapping[str, Any], shard: Mapping[str, Any], servings: Mapping[str, Serving]
) -> RunSpec:
    """The run of one shard; `servings` holds what is measured (train) or serves (score), by segment id."""
    folders = {segment: serving.model.folder for segment, serving in servings.items() if serving.model is not None}
    work = {
        "dataset_version": order["dataset_version"],
        "code_version": wiring.code_version(),
        "attempt": shard["attempt"],
        "segments": tuple(shard["segments"]),
        "models": folders,
    }
    name = name_run(kind, order["fleet"], order["week"], shard["shard"], root=order["root"], **work)
    roles = {segment: str(servings[segment].role) for segment in folders}
    return RunSpec(
        name=name,
        kind=kind,
        fleet=order["fleet"],
        week=order["week"],
        shard=shard["shard"],
        instance_id=order["watcher"],
        job={"schema": SCHEMA, "kind": str(kind), "run": name, "models": roles, **_describe_work(order, shard)},
        in_parts=len(wiring.fleets()[order["fleet"]].segments) > MANY_MODELS,
        **work,
    )


def _describe_work(order: Mapping[str, Any], shard: Mapping[str, Any]) -> dict[str, Any]:
    fleet = wiring.fleets()[order["fleet"]]
    segments = [fleet.segments_by_id[segment] for segment in shard["segments"]]
    baselines = dict.fromkeys(segment.baseline for segment in segments)
    return {
        "fleet": fleet.name,
        "week": order["week"],
        "shard": shard["shard"],
        "as_of": forecast_date(IsoWeek.parse(order["week"])).isoformat(),
        "code_version": wiring.code_version(),
        "dataset_version": order["dataset_version"],
        "segments": [{"id": segment.id, **vars(segment)} for segment in segments],
        "baselines": [{"id": baseline.id, **vars(baseline)} for baseline in baselines],
        "settings": dict(fleet.job),
    }
