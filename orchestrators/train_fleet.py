"""train_fleet: train what a fleet lacks this week, region by region, and let only models that pass the gate serve."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from orchestrators.inputs import in_chunks, read_input
from orchestrators.retries import RETRY
from orchestrators.watching import watch
from shared.domain.identities import child_id


def train_fleet(context: Any) -> Generator[Any, Any, dict[str, Any]]:
    """Train every region at the same time; answers how many cells passed, were refused and failed.

    Input: a request, and `dataset_version` if one is frozen already.
    """
    order = read_input(context)
    if "dataset_version" not in order:
        frozen = yield context.call_activity_with_retry("freeze_dataset", RETRY, order)
        order = {**order, **frozen}
    plan = yield context.call_activity_with_retry("plan_training", RETRY, order)
    context.set_custom_status({"step": "training", "regions": len(plan["regions"])})
    yield context.task_all(
        [
            context.call_sub_orchestrator(
                "train_region", {**order, **region}, child_id(context.instance_id, order["attempt"], region["region"])
            )
            for region in plan["regions"]
        ]
    )
    summary = yield context.call_activity_with_retry("summarize_training", RETRY, order)
    return summary  # type: ignore[no-any-return]


def train_region(context: Any) -> Generator[Any, Any, dict[str, Any]]:
    """Train a region's shards, then once more what failed; gate, register and promote what came of it.

    Input: a request with `dataset_version`, `region`, `attempts`, and `shards` ({shard, segments, attempt} each).
    A fault is noted with the region's cells and goes no further: the other regions never suffer from it.
    """
    order = read_input(context)
    try:
        failed = yield from _train_rounds(context, order)
    except Exception as fault:
        yield context.call_activity_with_retry("record_fault", RETRY, {**order, "kind": "train", "fault": str(fault)})
        failed = order["shards"]
    return {"region": order["region"], "failed": [segment for shard in failed for segment in shard["segments"]]}


def _train_rounds(context: Any, order: dict[str, Any]) -> Generator[Any, Any, list[dict[str, Any]]]:
    """Answers the shards whose segments failed in every round."""
    shards = order["shards"]
    for round_number in range(1, order["attempts"] + 1):
        runs: list[str] = []
        watcher = child_id(context.instance_id, round_number, "watch")
        for chunk in in_chunks(shards):
            submitted = yield context.call_activity_with_retry(
                "submit_training", RETRY, {**order, "shards": chunk, "watcher": watcher}
            )
            runs += submitted["runs"]
        yield from watch(context, watcher, runs, submitted)
        shards = []
        for chunk in in_chunks(runs):
            shards += yield from _settle(context, {**order, "runs": chunk})
        if not shards:
            break
    return shards  # type: ignore[no-any-return]


def _settle(context: Any, order: dict[str, Any]) -> Generator[Any, Any, list[dict[str, Any]]]:
    """From results to champions; answers the shards, if any, whose segments have to be trained again."""
    collected = yield context.call_activity_with_retry("collect_training", RETRY, order)
    yield context.call_activity_with_retry("gate_models", RETRY, order)
    yield context.call_activity_with_retry("register_models", RETRY, order)
    yield context.call_activity_with_retry("promote_models", RETRY, order)
    return collected["failed"]  # type: ignore[no-any-return]
