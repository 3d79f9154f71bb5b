"""Messages to and from entities, as orchestrations and clients write them into histories."""

from __future__ import annotations

from typing import Any

from embedded_host.durable.dotnet_json import dump

_NAMESPACE = "Microsoft.Azure.WebJobs.Extensions.DurableTask"
REQUEST_TYPE = f"{_NAMESPACE}.RequestMessage, {_NAMESPACE}"
RESPONSE_TYPE = f"{_NAMESPACE}.ResponseMessage, {_NAMESPACE}"
_NEVER = "0001-01-01T00:00:00"


def entity_request(
    action: dict[str, Any],
    signal: bool,
    request_id: str,
    parent: str,
    parent_execution: str,
    sent_at: str,
    predecessor: str | None,
) -> str:
    """The request of an orchestration's call or signal, as JSON text; keys in the engine's order."""
    return dump(
        {
            "$type": REQUEST_TYPE,
            "op": action["operation"],
            **({"signal": True} if signal else {}),
            "input": dump(action["input"]),
            "id": request_id,
            "parent": parent,
            "parentExecution": parent_execution,
            "Timestamp": sent_at,
            "Predecessor": predecessor or _NEVER,
            "requestTime": sent_at.replace("Z", "+00:00"),
        }
    )


def signal_request(operation: str, input_text: str | None, request_id: str) -> dict[str, Any]:
    """The request of a client's signal; nobody waits for its answer."""
    return {"op": operation, "signal": True, "input": input_text, "id": request_id}


def response(result: dict[str, Any]) -> str:
    """The answer to a call, as JSON text; `result` is the SDK's."""
    told = {"$type": RESPONSE_TYPE, "result": result["result"]}
    if result["isError"]:
        told["exceptionType"] = "Error"
    return dump(told)
