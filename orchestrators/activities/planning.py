"""What training and scoring plan alike: which regions the data gate lets in, and how their work is cut and counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orchestrators.activities.coverage import measure_coverage
from shared import wiring
from shared.domain.datasets import Coverage, judge_region
from shared.domain.fleets import Fleet
from shared.domain.gates import Verdict
from shared.domain.records import Judgement
from shared.domain.runs import RunKind, RunState
from shared.domain.segments import Segment
from shared.domain.weeks import IsoWeek


def admit_regions(order: Mapping[str, Any], wanted: Iterable[Segment]) -> dict[str, list[Segment]]:
    """The wanted segments by region, without those of regions that the data gate refuses; notes every verdict."""
    fleet = wiring.fleets()[order["fleet"]]
    coverage = measure_coverage(wiring.lake(), wiring.ledger(), order["dataset_version"], fleet)
    by_region: dict[str, list[Segment]] = {}
    for segment in wanted:
        by_region.setdefault(segment.region, []).append(segment)
    verdicts = {
        region: judge_region(coverage.get(region, Coverage(region, 0, None)), IsoWeek.parse(order["week"]), fleet)
        for region in by_region
    }
    for region, segments in by_region.items():
        _record(order, segments, verdicts[region])
    return {region: segments for region, segments in by_region.items() if verdicts[region].passed}


def list_groups(order: Mapping[str, Any], wanted: Iterable[Segment]) -> list[str]:
    """The fleet's groups of which any segment is wanted and its region let in."""
    regions = admit_regions(order, wanted)
    chosen = {segment.id for segments in regions.values() for segment in segments}
    groups = wiring.fleets()[order["fleet"]].groups
    return [name for name, members in groups.items() if any(segment.id in chosen for segment in members)]


def members_of(order: Mapping[str, Any]) -> list[Segment]:
    """The segments of the order's group, of those that were asked for."""
    fleet = wiring.fleets()[order["fleet"]]
    asked = {segment.id for segment in fleet.select(order.get("segments"))}
    return [segment for segment in fleet.groups[order["group"]] if segment.id in asked]


def cut_shards(
    kind: RunKind, order: Mapping[str, Any], fleet: Fleet, members: Iterable[Segment]
) -> list[dict[str, Any]]:
    """The shards of some segments; one whose last run failed starts with the attempt after it, others adopt theirs."""
    earlier = _attempts_ended_badly(kind, order)
    return [
        {"shard": shard, "segments": [segment.id for segment in segments], "attempt": earlier.get(shard, 0) + 1}
        for shard, segments in fleet.shards(members).items()
    ]


def _attempts_ended_badly(kind: RunKind, order: Mapping[str, Any]) -> dict[str, int]:
    attempts: dict[str, int] = {}
    for run in wiring.ledger().runs.list_runs(week=(order["fleet"], order["week"])):
        if (run["kind"], run["dataset_version"]) == (kind, order["dataset_version"]):
            ended_badly = run["state"] in (RunState.FAILED, RunState.CANCELED)
            attempt = run["attempt"] if ended_badly else run["attempt"] - 1
            attempts[run["shard"]] = max(attempts.get(run["shard"], 0), attempt)
    return attempts


def _record(order: Mapping[str, Any], segments: Iterable[Segment], verdict: Verdict) -> None:
    for segment in segments:
        judgement = Judgement(
            gate="data",
            fleet=order["fleet"],
            week=order["week"],
            segment=segment.id,
            subject=order["dataset_version"],
            run_name=None,
            verdict=verdict,
        )
        wiring.ledger().models.record_judgement(judgement, wiring.now())
