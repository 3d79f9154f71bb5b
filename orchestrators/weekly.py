"""weekly: from whatever has landed to published forecasts, once per fleet and week."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from orchestrators.inputs import read_input
from orchestrators.retries import RETRY
from shared.domain.identities import child_id


def weekly(context: Any) -> Generator[Any, Any, dict[str, Any]]:
    """Condition, freeze, check, train, score; answers the week's summary. A refused dataset fails the instance."""
    order = read_input(context)
    try:
        summary = yield from _do_week(context, order)
    except Exception as error:
        yield from _call_back(context, order, {"error": str(error).splitlines()[0]})
        raise
    yield from _call_back(context, order, {"output": summary})
    return summary


def _do_week(context: Any, order: dict[str, Any]) -> Generator[Any, Any, dict[str, Any]]:
    def below(part: str) -> str:
        return child_id(context.instance_id, order["attempt"], part)

    context.set_custom_status({"step": "ingest"})
    yield context.call_sub_orchestrator("ingest", {}, below("ingest"))
    context.set_custom_status({"step": "dataset"})
    frozen = yield context.call_activity_with_retry("freeze_dataset", RETRY, order)
    order = {**order, **frozen}
    yield context.call_activity("gate_dataset", order)
    context.set_custom_status({"step": "train"})
    yield context.call_sub_orchestrator("train_fleet", order, below("train"))
    context.set_custom_status({"step": "score"})
    yield context.call_sub_orchestrator("score_fleet", order, below("score"))
    context.set_custom_status({"step": "summary"})
    summary = yield context.call_activity_with_retry("summarize_week", RETRY, order)
    return summary  # type: ignore[no-any-return]


def _call_back(context: Any, order: dict[str, Any], told: dict[str, Any]) -> Generator[Any, Any, None]:
    if order.get("callback_uri"):
        yield context.call_activity_with_retry("send_callback", RETRY, {"uri": order["callback_uri"], **told})
