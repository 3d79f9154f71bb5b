"""score_fleet: forecast a week with what serves each segment, and publish only forecasts that pass the gate."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from orchestrators.inputs import in_chunks, read_input
from orchestrators.retries import RETRY
from orchestrators.watching import watch
from shared.domain.identities import child_id


def score_fleet(context: Any) -> Generator[Any, Any, dict[str, Any]]:
    """Score every region at the same time; answers what was published and with what fallbacks.

    Input: a request, and `dataset_version` if one is frozen already.
    """
    order = read_input(context)
    if "dataset_version" not in order:
        frozen = yield context.call_activity_with_retry("freeze_dataset", RETRY, order)
        order = {**order, **frozen}
    plan = yield context.call_activity_with_retry("plan_scoring", RETRY, order)
    context.set_custom_status({"step": "scoring", "regions": len(plan["regions"])})
    yield context.task_all(
        [
            context.call_sub_orchestrator(
                "score_region", {**order, **region}, child_id(context.instance_id, order["attempt"], region["region"])
            )
            for region in plan["regions"]
        ]
    )
    summary = yield context.call_activity_with_retry("summarize_scoring", RETRY, order)
    return summary  # type: ignore[no-any-return]


def score_region(context: Any) -> Generator[Any, Any, dict[str, Any]]:
    """Score a region's shards; a segment whose forecast is refused is scored again by what it falls back on.

    Input: a request with `dataset_version`, `region`, `attempts`, and `shards` ({shard, segments, attempt} each).
    A fault is noted with the region's cells and goes no further: the other regions never suffer from it.
    """
    order = read_input(context)
    try:
        left = yield from _score_rounds(context, order)
    except Exception as fault:
        yield context.call_activity_with_retry("record_fault", RETRY, {**order, "kind": "score", "fault": str(fault)})
        left = order["shards"]
    return {"region": order["region"], "unpublished": [segment for shard in left for segment in shard["segments"]]}


def _score_rounds(context: Any, order: dict[str, Any]) -> Generator[Any, Any, list[dict[str, Any]]]:
    """Answers the shards whose segments have no forecast after the last round."""
    shards = order["shards"]
    for round_number in range(1, order["attempts"] + 1):
        runs: list[str] = []
        watcher = child_id(context.instance_id, round_number, "watch")
        for chunk in in_chunks(shards):
            submitted = yield context.call_activity_with_retry(
                "submit_scoring", RETRY, {**order, "shards": chunk, "watcher": watcher}
            )
            runs += submitted["runs"]
        yield from watch(context, watcher, runs, submitted)
        shards = []
        for chunk in in_chunks(runs):
            gated = yield context.call_activity_with_retry("gate_forecasts", RETRY, {**order, "runs": chunk})
            yield context.call_activity_with_retry("publish_forecasts", RETRY, {**order, "runs": chunk})
            shards += gated["refused"]
        if not shards:
            break
    return shards  # type: ignore[no-any-return]
