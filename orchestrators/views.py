"""How instances and runs are told over HTTP: pure functions from what the engine and the ledger say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_ENDINGS = {
    "TaskCompleted": "completed",
    "TaskFailed": "failed",
    "SubOrchestrationInstanceCompleted": "completed",
    "SubOrchestrationInstanceFailed": "failed",
    "TaskScheduled": "running",
    "SubOrchestrationInstanceCreated": "running",
}
_RUN_FIELDS = (
    "name", "kind", "shard", "attempt", "state", "progress", "error", "segments", "submitted_at", "started_at",
    "ended_at",
)  # fmt: skip


def describe_instance(status: Mapping[str, Any], runs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One instance with its steps, timings, input, output, error and ML runs."""
    failed = status["runtimeStatus"] == "Failed"
    return {
        "id": status["instanceId"],
        "name": status["name"],
        "status": status["runtimeStatus"],
        "now": status.get("customStatus"),
        "created_at": status.get("createdTime"),
        "updated_at": status.get("lastUpdatedTime"),
        "input": status.get("input"),
        "output": None if failed else status.get("output"),
        "error": status.get("output") if failed else None,
        "steps": [_describe_step(event) for event in status["historyEvents"] if event["EventType"] in _ENDINGS],
        "runs": [describe_run(run) for run in runs],
    }


def describe_run(run: Mapping[str, Any]) -> dict[str, Any]:
    """One ML run."""
    return {field: run[field] for field in _RUN_FIELDS}


def _describe_step(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": event.get("FunctionName") or event.get("Name"),
        "state": _ENDINGS[event["EventType"]],
        "scheduled_at": event.get("ScheduledTime") or event.get("Timestamp"),
        "ended_at": event.get("Timestamp") if "ScheduledTime" in event else None,
        "error": event.get("Reason"),
    }
