"""score_fleet: forecast a week with what serves each segment, and publish only forecasts that pass the gate."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from orchestrators.inputs import in_chunks, read_input
from orchestrators.retries import RETRY
from orchestrators.watching import watch


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
                "score_region", {**order, **region}, f"{context.instance_id}-{region['region']}"
            )
            for region in plan["regions"]
        ]
    )
    summary = yield context.call_activity_with_retry("summarize_scoring", RETRY, order)
    return summary  # type: ignore[no-any-return]


def score_region(context: Any) -> Generator[Any, Any, dict[str, Any]]:
    """Score a region's shards; a segment whose forecast is refused is scored again by what it falls back on.

    Input: a request with `dataset_version`, `region`, and `shards` ({shard, segments, attempt} each).
    """
    order = read_input(context)
    shards = order["shards"]
    for round_number in range(1, order["attempts"] + 1):
        runs: list[str] = []
        watcher = f"{context.instance_id}-watch{round_number}"
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
    return {"region": order["region"], "unpublished": [segment for shard in shards for segment in shard["segments"]]}
