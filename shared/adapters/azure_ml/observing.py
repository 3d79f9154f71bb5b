"""How jobs are: Azure ML's states as ours, and the errors of failed ones, which only run history tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.adapters.azure_ml.refusals import MAX_WORDS
from shared.adapters.azure_ml.workspace import Workspace
from shared.domain.runs import RunState, RunStatus

STATES: Mapping[str, RunState] = {
    "notstarted": RunState.QUEUED,
    "scheduled": RunState.QUEUED,
    "unapproved": RunState.QUEUED,
    "starting": RunState.QUEUED,
    "provisioning": RunState.QUEUED,
    "preparing": RunState.QUEUED,
    "queued": RunState.QUEUED,
    "completed": RunState.COMPLETED,
    "failed": RunState.FAILED,
    "canceled": RunState.CANCELED,
}
"""All others, unknown ones too, are taken for running: the deadline sees to those that stay so."""
NOT_RESPONDING = "notresponding"
GRACE = timedelta(minutes=20)
"""A run that does not respond may come back to any state before; after this long it is given up."""


def state_of(name: str) -> RunState:
    """Our word for a state of Azure ML, in whatever case it is written."""
    return STATES.get(name.lower(), RunState.RUNNING)


def read_job(workspace: Workspace, resource: Mapping[str, Any]) -> RunStatus:
    """A job of the management API, which tells no error."""
    name, status = str(resource["name"]), str((resource.get("properties") or {}).get("status") or "Unknown")
    return _status(workspace, name, status, {})


def read_run(workspace: Workspace, run: Mapping[str, Any]) -> RunStatus:
    """A run of run history."""
    return _status(workspace, str(run["runId"]), str(run.get("status") or "Unknown"), run)


def is_given_up(run: Mapping[str, Any], now: datetime) -> bool:
    """Whether a run has not responded for longer than it is given."""
    since = run.get("lastModifiedUtc")
    if str(run.get("status")).lower() != NOT_RESPONDING or not since:
        return False
    return now - datetime.fromisoformat(str(since)) > GRACE


def give_up(workspace: Workspace, run: Mapping[str, Any]) -> RunStatus:
    """A run that has not responded for too long."""
    error = f"it has not responded since {run['lastModifiedUtc']}, and was given up; {_where(workspace, run['runId'])}"
    return RunStatus(run["runId"], RunState.FAILED, error=error, started_at=run.get("startTimeUtc"))


def lost(name: str) -> RunStatus:
    """A run that nobody knows."""
    return RunStatus(name, RunState.FAILED, error="the workspace knows no such job; it was lost")


def error_words(error: Mapping[str, Any] | None) -> str | None:
    """What went wrong in a run, in the service's own words; None when it says nothing."""
    root = (error or {}).get("error") or {}
    message = str(root.get("message") or "").strip()
    codes = " / ".join(_codes(root))
    return (f"{codes}: {message}" if codes else message)[:MAX_WORDS] if message else None


def _status(workspace: Workspace, name: str, status: str, run: Mapping[str, Any]) -> RunStatus:
    state = state_of(status)
    error = None
    if state in (RunState.FAILED, RunState.CANCELED):
        words = error_words(run.get("error"))
        error = f"{words or f'Azure ML says {status} and no more'}; {_where(workspace, name)}"
    return RunStatus(
        name=name,
        state=state,
        error=error,
        progress=None if state.is_terminal else status,
        started_at=run.get("startTimeUtc"),
        ended_at=run.get("endTimeUtc") if state.is_terminal else None,
    )


def _where(workspace: Workspace, name: str) -> str:
    place = f"/subscriptions/{workspace.subscription}/resourcegroups/{workspace.group}/workspaces/{workspace.name}"
    return f"see https://ml.azure.com/runs/{name}?wsid={place}"


def _codes(root: Mapping[str, Any]) -> Iterator[str]:
    node: Any = root
    while isinstance(node, dict):
        if node.get("code"):
            yield str(node["code"])
        node = node.get("innerError")
