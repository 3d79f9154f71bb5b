"""Starting, finding and steering orchestrations, so that the same request twice is one instance."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from orchestrators import engine
from orchestrators.activities.runs import runs_waited_for
from orchestrators.answers import Conflict, NotFound
from orchestrators.engine import UNFINISHED
from shared import wiring
from shared.domain.identities import is_below
from shared.domain.requests import Pipeline, PipelineRequest
from shared.domain.runs import RunState

RECONCILIATION = "ingest-reconciliation"
MAX_ID = 100
"""So much of an unknown id is said back."""
LEFT_UNSTARTED_AFTER = timedelta(seconds=15)
RECENT = 200
"""Instances, the newest, among which orphans are looked for."""
FAIL_LOUDLY = ("returnInternalServerErrorOnFailure", "true")


async def start_pipeline(client: Any, request: PipelineRequest) -> str:
    """Start the request's instance, or find it; raises Conflict when its id belongs to another request.

    The ledger says who starts it: the engine would replace a finished instance without a word.
    """
    ledger, now = wiring.ledger(), wiring.now()
    first = await asyncio.to_thread(ledger.instances.claim_instance, request, now)
    known = await asyncio.to_thread(ledger.instances.find_instance, request.instance_id)
    if known is None or known["fingerprint"] != request.fingerprint:
        raise Conflict(f"{request.instance_id} was asked for with other fields; narrow this request or leave them out")
    if first or await _was_left_unstarted(client, known):
        await _start(client, request)
    return request.instance_id


async def _was_left_unstarted(client: Any, known: dict[str, Any]) -> bool:
    """Whether the first to ask died before it could start the instance."""
    age = wiring.now() - datetime.fromisoformat(known["requested_at"])
    return age > LEFT_UNSTARTED_AFTER and await read_state(client, known["id"]) is None


async def _start(client: Any, request: PipelineRequest) -> None:
    try:
        await client.start_new(Pipeline(request.pipeline).orchestrator, request.instance_id, request.as_dict())
    except Exception:
        if await read_state(client, request.instance_id) is None:  # else somebody else was faster, which is as good
            raise


async def start_reconciliation(client: Any) -> str:
    """Start an ingest over everything that waits, unless one is at work."""
    if await read_state(client, RECONCILIATION) not in UNFINISHED:
        await client.start_new("ingest", RECONCILIATION, {})
    return RECONCILIATION


async def steer(client: Any, instance_id: str, action: str, reason: str) -> dict[str, Any]:
    """Terminate, suspend, resume or rerun an instance and what is below it; raises NotFound or Conflict.

    Terminating it once more sees to whatever the first time has left.
    """
    status = await read_status(client, instance_id)
    state = status["runtimeStatus"]
    if action == "rerun":
        return await _rerun(client, status, finished=state not in UNFINISHED)
    if state not in UNFINISHED and (action, state) != ("terminate", "Terminated"):
        raise Conflict(f"{instance_id} is {state.lower()} already")
    below = await engine.list_unfinished_below(client, instance_id)
    for one in (instance_id, *below) if state in UNFINISHED else below:
        await getattr(client, action)(one, reason)
    canceled = await _end_runs(client, status, reason) if action == "terminate" else []
    return {"id": instance_id, "action": action, "below": below, "canceled_runs": canceled}


async def _rerun(client: Any, status: dict[str, Any], *, finished: bool) -> dict[str, Any]:
    """Start a finished instance once more as its next attempt, which adopts what the ones before have done."""
    instance_id = status["instanceId"]
    if not finished:
        raise Conflict(f"{instance_id} is {status['runtimeStatus'].lower()}; terminate it first or let it end")
    order = decode(status["input"])
    if not isinstance(order, dict) or order.get("root") != instance_id:
        raise Conflict(f"{instance_id} was not started as a pipeline; rerun the one it belongs to")
    order = {**order, "attempt": order["attempt"] + 1}
    await client.start_new(Pipeline(order["pipeline"]).orchestrator, instance_id, order)
    return {"id": instance_id, "action": "rerun", "attempt": order["attempt"]}


async def _end_runs(client: Any, status: dict[str, Any], reason: str) -> list[str]:
    """Have what the instance submitted be canceled, which the engine alone would let go on; answers what is open now.

    That is an orchestration of its own: many jobs take longer than a request may, and Azure may refuse for a while.
    """
    instance_id = status["instanceId"]
    attempt, ending = _name_ending(status)
    waited_for = await asyncio.to_thread(runs_waited_for, instance_id, attempt)
    if await read_state(client, ending) not in UNFINISHED:
        told = {"instance": instance_id, "attempt": attempt, "why": reason}
        await client.start_new("end_runs", ending, told)
    return [run["name"] for run in waited_for if is_open(run)]


def _name_ending(status: dict[str, Any]) -> tuple[int | None, str]:
    """The attempt whose runs are to end, for a pipeline's own instance, and the instance that sees to it."""
    instance_id, order = status["instanceId"], decode(status["input"])
    is_root = isinstance(order, dict) and order.get("root") == instance_id
    attempt = order["attempt"] if is_root else None
    return attempt, f"end-{instance_id}-{attempt or 0}"


async def end_orphans(client: Any) -> list[str]:
    """End the runs of instances that have ended without them; answers those instances.

    Such are terminated past us, by their durable link, or had work that stopped at a fault.
    """
    waiting = await asyncio.to_thread(wiring.ledger().runs.list_waiting)
    if not waiting:
        return []
    known = await asyncio.to_thread(wiring.ledger().instances.list_instances, top=RECENT, skip=0)
    ended = []
    for instance_id in (row["id"] for row in known):
        if any(is_below(instance_id, one) for one in waiting) and await _end_if_orphaned(client, instance_id):
            ended.append(instance_id)
    return ended


async def _end_if_orphaned(client: Any, instance_id: str) -> bool:
    """See to the runs of an instance that has ended, and to its children, unless somebody has; answers whether."""
    state = await read_state(client, instance_id)
    if state is None or state in UNFINISHED:
        return False
    status = await read_status(client, instance_id)
    _, ending = _name_ending(status)
    if await read_state(client, ending) is not None:
        return False
    if state == "Terminated":
        await steer(client, instance_id, "terminate", "its instance was terminated")
    else:
        await _end_runs(client, status, f"its instance is {state.lower()}")
    return True


def is_open(run: dict[str, Any]) -> bool:
    """Whether a run of the ledger has not ended."""
    return not RunState(run["state"]).is_terminal


async def read_status(client: Any, instance_id: str) -> dict[str, Any]:
    """The engine's status of an instance, history included; raises NotFound."""
    status = await client.get_status(instance_id, show_history=True, show_history_output=True, show_input=True)
    if not status:
        raise NotFound(f"there is no run {instance_id[:MAX_ID]}")
    told: dict[str, Any] = status.to_json()
    told["historyEvents"] = status.historyEvents or []
    return told


async def read_state(client: Any, instance_id: str) -> str | None:
    """An instance's runtime status by name; None when there is no such instance."""
    status = await client.get_status(instance_id)
    return status.runtime_status.name if status and status.runtime_status else None


def links(client: Any, instance_id: str) -> dict[str, str]:
    """The durable links of an instance; the status link answers 500 when it failed, so that no caller takes a
    failure for success."""
    told = dict(client.create_http_management_payload(instance_id))
    told["statusQueryGetUri"] = _with_query(told["statusQueryGetUri"], *FAIL_LOUDLY)
    return told


def decode(value: Any) -> Any:
    """A JSON value that may have been encoded more than once."""
    while isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    return value


def _with_query(address: str, name: str, value: str) -> str:
    parts = urlsplit(address)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), (name, value)])
    return urlunsplit(parts._replace(query=query))
