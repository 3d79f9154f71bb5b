"""train_fleet: train what a fleet lacks this week, region by region, and let only models that pass the gate serve."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from orchestrators.groups import in_bundles, is_narrow
from orchestrators.inputs import ENDED_CHUNK, in_chunks, read_input
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
    context.set_custom_status({"step": "training", "groups": len(plan["groups"])})
    yield _train(context, order, plan["groups"])
    summary = yield context.call_activity_with_retry("summarize_training", RETRY, order)
    return summary  # type: ignore[no-any-return]


def train_groups(context: Any) -> Generator[Any, Any, dict[str, int]]:
    """Train some of a fleet's groups, for a fleet that has too many of them for one instance.

    Input: a request with `dataset_version` and `groups`.
    """
    order = read_input(context)
    groups = order.pop("groups")
    yield _train(context, order, groups)
    return {"groups": len(groups)}


def _train(context: Any, order: dict[str, Any], groups: list[str]) -> Any:
    """A task that ends with the last of the groups; a faulty one notes its fault itself and ends like the others."""

    def below(part: str) -> str:
        return child_id(context.instance_id, order["attempt"], part)

    if is_narrow(groups):
        return context.task_all(
            [context.call_sub_orchestrator("train_region", {**order, "group": group}, below(group)) for group in groups]
        )
    return context.task_all(
        [
            context.call_sub_orchestrator("train_groups", {**order, "groups": bundle}, below(f"groups.{number}"))
            for number, bundle in enumerate(in_bundles(groups), start=1)
        ]
    )


def train_region(context: Any) -> Generator[Any, Any, dict[str, Any]]:
    """Train the shards of a region, or of a part of a large one, then once more what failed, each time anew.

    Input: a request with `dataset_version` and `group`; from the second round on also `round`, `rounds` and `shards`
    ({shard, segments, attempt} each). Answers how many segments failed in every round.
    A fault is noted with the group's cells and goes no further: the other groups never suffer from it.
    """
    order = read_input(context)
    try:
        again, failed = yield from _train_round(context, order)
    except Exception as fault:
        told = {**order, "kind": "train", "fault": str(fault)}
        noted = yield context.call_activity_with_retry("record_fault", RETRY, told)
        again, failed = None, noted["noted"]
    if again is not None:
        context.continue_as_new({**order, **again})
    return {"group": order["group"], "failed": failed}


def _train_round(context: Any, order: dict[str, Any]) -> Generator[Any, Any, tuple[dict[str, Any] | None, int]]:
    """Submit, watch, settle; answers what the next round is to be told, if there is one, and how many cells failed."""
    if "shards" not in order:
        cut = yield context.call_activity_with_retry("cut_training", RETRY, order)
        order = {**order, **cut, "round": 1}
    work = {**order, "watcher": child_id(context.instance_id, order["round"], "watch")}
    shards = work.pop("shards")
    runs: list[str] = []
    for chunk in in_chunks(shards):
        submitted = yield context.call_activity_with_retry("submit_training", RETRY, {**work, "shards": chunk})
        runs += submitted["runs"]
    if not runs:
        return None, 0
    yield from watch(context, work["watcher"], runs, submitted)
    failed = yield from _settle(context, work, runs)
    left = sum(len(shard["segments"]) for shard in failed)
    if not failed or order["round"] == order["rounds"]:
        return None, left
    return {"rounds": order["rounds"], "round": order["round"] + 1, "shards": failed}, left


def _settle(context: Any, order: dict[str, Any], runs: list[str]) -> Generator[Any, Any, list[dict[str, Any]]]:
    """From results to champions, step by step for all; answers the shards whose segments have to be trained again."""
    orders = [{**order, "runs": chunk} for chunk in in_chunks(runs, size=ENDED_CHUNK)]
    collected = yield context.task_all(
        [context.call_activity_with_retry("collect_training", RETRY, chunk) for chunk in orders]
    )
    yield context.task_all([context.call_activity_with_retry("gate_models", RETRY, chunk) for chunk in orders])
    yield context.task_all([context.call_activity_with_retry("register_models", RETRY, chunk) for chunk in orders])
    yield context.task_all([context.call_activity_with_retry("promote_models", RETRY, chunk) for chunk in orders])
    return [shard for told in collected for shard in told["failed"]]
