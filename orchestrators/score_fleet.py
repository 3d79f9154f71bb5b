"""score_fleet: forecast a week with what serves each segment, and publish only forecasts that pass the gate."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from orchestrators.groups import in_bundles, is_narrow
from orchestrators.inputs import ENDED_CHUNK, in_chunks, read_input
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
    context.set_custom_status({"step": "scoring", "groups": len(plan["groups"])})
    yield _score(context, order, plan["groups"])
    summary = yield context.call_activity_with_retry("summarize_scoring", RETRY, order)
    return summary  # type: ignore[no-any-return]


def score_groups(context: Any) -> Generator[Any, Any, dict[str, int]]:
    """Score some of a fleet's groups, for a fleet that has too many of them for one instance.

    Input: a request with `dataset_version` and `groups`.
    """
    order = read_input(context)
    groups = order.pop("groups")
    yield _score(context, order, groups)
    return {"groups": len(groups)}


def _score(context: Any, order: dict[str, Any], groups: list[str]) -> Any:
    """A task that ends with the last of the groups; a faulty one notes its fault itself and ends like the others."""

    def below(part: str) -> str:
        return child_id(context.instance_id, order["attempt"], part)

    if is_narrow(groups):
        return context.task_all(
            [context.call_sub_orchestrator("score_region", {**order, "group": group}, below(group)) for group in groups]
        )
    return context.task_all(
        [
            context.call_sub_orchestrator("score_groups", {**order, "groups": bundle}, below(f"groups.{number}"))
            for number, bundle in enumerate(in_bundles(groups), start=1)
        ]
    )


def score_region(context: Any) -> Generator[Any, Any, dict[str, Any]]:
    """Score the shards of a region, or of a part of a large one; what is refused is scored again by its fallback.

    Input: a request with `dataset_version` and `group`; from the second round on also `round`, `rounds` and `shards`
    ({shard, segments, attempt} each). Answers how many segments are left without a forecast.
    A fault is noted with the group's cells and goes no further: the other groups never suffer from it.
    """
    order = read_input(context)
    try:
        again, left = yield from _score_round(context, order)
    except Exception as fault:
        told = {**order, "kind": "score", "fault": str(fault)}
        noted = yield context.call_activity_with_retry("record_fault", RETRY, told)
        again, left = None, noted["noted"]
    if again is not None:
        context.continue_as_new({**order, **again})
    return {"group": order["group"], "unpublished": left}


def _score_round(context: Any, order: dict[str, Any]) -> Generator[Any, Any, tuple[dict[str, Any] | None, int]]:
    """Submit, watch, publish; answers what the next round is to be told, if there is one, and how many are refused."""
    if "shards" not in order:
        cut = yield context.call_activity_with_retry("cut_scoring", RETRY, order)
        order = {**order, **cut, "round": 1}
    work = {**order, "watcher": child_id(context.instance_id, order["round"], "watch")}
    shards = work.pop("shards")
    runs: list[str] = []
    for chunk in in_chunks(shards):
        submitted = yield context.call_activity_with_retry("submit_scoring", RETRY, {**work, "shards": chunk})
        runs += submitted["runs"]
    if not runs:
        return None, 0
    yield from watch(context, work["watcher"], runs, submitted)
    orders = [{**work, "runs": chunk} for chunk in in_chunks(runs, size=ENDED_CHUNK)]
    gated = yield context.task_all(
        [context.call_activity_with_retry("gate_forecasts", RETRY, chunk) for chunk in orders]
    )
    yield context.task_all([context.call_activity_with_retry("publish_forecasts", RETRY, chunk) for chunk in orders])
    refused = [shard for told in gated for shard in told["refused"]]
    left = sum(len(shard["segments"]) for shard in refused)
    if not refused or order["round"] == order["rounds"]:
        return None, left
    return {"rounds": order["rounds"], "round": order["round"] + 1, "shards": refused}, left
