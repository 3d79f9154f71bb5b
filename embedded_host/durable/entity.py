"""One batch of operations on an entity: requests in, the SDK asked, the new state and the replies out."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from embedded_host.durable import history
from embedded_host.durable.dotnet_json import dump
from embedded_host.durable.entity_messages import response, signal_request
from embedded_host.durable.history import Event
from embedded_host.durable.instances import Message

LOG = logging.getLogger("embedded_host.durable")


@dataclass(frozen=True)
class EntityState:
    """An entity as stored: whether it exists, and its state as JSON text."""

    exists: bool = False
    state: str | None = None

    def as_input(self) -> str:
        """The JSON of the entity's row."""
        return dump({"exists": self.exists, "state": self.state, "sorter": {}})


def read_state(text: str | None) -> EntityState:
    """The state that `as_input` wrote."""
    if text is None:
        return EntityState()
    told = json.loads(text)
    return EntityState(told["exists"], told["state"])


def entity_name(instance_id: str) -> str:
    """The entity's name in an id like `@name@key`."""
    return instance_id[1:].partition("@")[0]


def entity_key(instance_id: str) -> str:
    """The key in an id like `@name@key`."""
    return instance_id[1:].partition("@")[2]


def entity_id(name: str, key: str) -> str:
    """The id of an entity; names do not differ by case, keys do."""
    return f"@{name.lower()}@{key}"


def run_batch(
    call: Callable[[str], str], instance_id: str, before: EntityState, events: list[Event], now: datetime
) -> tuple[EntityState, list[Message]]:
    """Run requests in their order; gives the new state, and the replies to those that wait for one."""
    requests = [request for event in events if (request := _request(instance_id, event)) is not None]
    if not requests:
        return before, []
    payload = {
        "self": {"name": entity_name(instance_id), "key": entity_key(instance_id)},
        "exists": before.exists,
        "state": before.state,
        "batch": [_operation(request) for request in requests],
    }
    try:
        answer = json.loads(call(dump(payload)))
    except Exception as error:
        LOG.exception("The entity function behind %s failed; its state stays as it was.", instance_id)
        told = dump(f"{type(error).__name__}: {error}")
        failed = {"isError": True, "result": told}
        return before, _replies(requests, [failed] * len(requests), now)
    after = EntityState(answer["entityExists"], answer["entityState"])
    signals = [_signal(instance_id, number, signal, now) for number, signal in enumerate(answer.get("signals") or [])]
    return after, [*_replies(requests, answer["results"], now), *signals]


def _request(instance_id: str, event: Event) -> dict[str, Any] | None:
    """The request in an event; None for an event that anybody may have raised for the entity's id."""
    try:
        request = json.loads(event["Input"])
        if event["Name"] == "op" and isinstance(request["op"], str) and isinstance(request["id"], str):
            return dict(request)
    except (ValueError, TypeError, KeyError):
        pass
    LOG.warning("An event %r for %s is no request to an entity and is dropped.", event["Name"], instance_id)
    return None


def _operation(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": request["op"],
        "input": request.get("input"),
        "isSignal": bool(request.get("signal")),
        "id": request["id"],
    }


def _replies(requests: list[dict[str, Any]], results: list[dict[str, Any]], now: datetime) -> list[Message]:
    replies = []
    for request, result in zip(requests, results, strict=False):
        if request.get("signal"):
            if result["isError"]:
                LOG.warning("A signalled entity operation %r failed: %s", request["op"], result["result"])
            continue
        event = history.event_raised(now, request["id"], response(result))
        replies.append(Message(request["parent"], event, request["parentExecution"]))
    return replies


def _signal(sender: str, number: int, signal: dict[str, Any], now: datetime) -> Message:
    target = signal["target"]
    request = signal_request(signal["name"], signal.get("input"), f"{sender}:{history.stamp(now)}:{number}")
    return Message(entity_id(target["name"], target["key"]), history.event_raised(now, "op", dump(request)))
