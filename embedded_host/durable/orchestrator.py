"""Asks the SDK what an orchestration does next, the whole history in hand, as Azure does each time (strict replay)."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable
from typing import Any

from embedded_host.durable.answer import Answer
from embedded_host.durable.dotnet_json import compact, dump, load, load_or_text

OUT_OF_PROCESS_LABEL = "\n\n$OutOfProcData$:"
_UPPER_SCHEMA_VERSION = 3

OrchestratorFunction = Callable[[str], str]
"""Takes the payload as JSON text, gives the SDK's answer as JSON text, or raises."""


def payload_head(instance_id: str, input_text: str | None, parent_id: str | None, http_sleep_ms: int) -> str:
    """The payload's keys after `history`, as JSON text without the opening brace."""
    keys = {
        "input": load_or_text(input_text),
        "instanceId": instance_id,
        "isReplaying": None,
        "parentInstanceId": parent_id,
        "upperSchemaVersion": 1,
        "upperSchemaVersionNew": _UPPER_SCHEMA_VERSION,
        "longRunningTimerIntervalDuration": "3.00:00:00",
        "maximumShortTimerDuration": "6.00:00:00",
        "defaultHttpAsyncRequestSleepTimeMillseconds": http_sleep_ms,
    }
    return dump(keys)[1:]


def payload_text(history: str, head: str, is_replaying: bool) -> str:
    """The whole payload; `history` is the events' JSON texts joined by commas."""
    flag = "true" if is_replaying else "false"
    return f'{{"history":[{history}],' + head.replace('"isReplaying":null', f'"isReplaying":{flag}', 1)


def ask(function: OrchestratorFunction, payload: str) -> Answer:
    """Replay an orchestration from its first event and tell what it wants. Never raises for the app's own errors."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.filterwarnings(
                "ignore", "Potential duplicate Task"
            )  # said of any event that comes before its wait
            return parse_answer(function(payload))
    except Exception as error:
        return parse_failure(error)


def parse_answer(text: str) -> Answer:
    """Read the SDK's answer."""
    told = load(text)
    return Answer(
        actions=[action for episode in told["actions"] for action in episode],
        is_done=told["isDone"],
        output=_json_text(told, "output"),
        error=told.get("error"),
        custom_status=_json_text(told, "customStatus"),
        schema_version=told.get("schemaVersion", 0),
    )


def parse_failure(error: BaseException) -> Answer:
    """Read the answer that the SDK hides in an exception, or tell of the exception as the Functions host would."""
    _, label, told = str(error).partition(OUT_OF_PROCESS_LABEL)
    if label:
        return parse_answer(told)
    return Answer(actions=[], is_done=False, error=describe_invocation_failure(error), aborted=True)


def describe_invocation_failure(error: BaseException) -> str:
    """What the Functions host says of a function that raised."""
    stack = "".join(traceback.format_tb(error.__traceback__))
    return f"One or more errors occurred. (Result: Failure\nException: {type(error).__name__}: {error}\nStack: {stack})"


def _json_text(told: dict[str, Any], key: str) -> str | None:
    return compact(dump(told[key])) if told.get(key) is not None else None
