"""The events that a workspace sends to Event Grid when its jobs move, in Event Grid's own schema."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bench.azure_ml_standin.state import Job, Workspace

EXPERIMENT_ID = "44444444-4444-4444-4444-444444444444"


def due_events(workspace: Workspace, until: datetime) -> list[dict[str, Any]]:
    """The events of everything that happened up to a moment and was not told before, in the order of happening."""
    found = [told for job in list(workspace.jobs.values()) for told in _events_of(workspace, job, until)]
    return [event for _, event in sorted(found, key=lambda told: told[0])]


def next_event(workspace: Workspace) -> datetime | None:
    """When the next thing happens of which nobody has been told."""
    moments = (job.moments[job.told_up_to][0] for job in workspace.jobs.values() if job.told_up_to < len(job.moments))
    return min(moments, default=None)


def _events_of(workspace: Workspace, job: Job, until: datetime) -> Iterator[tuple[datetime, dict[str, Any]]]:
    while job.told_up_to < len(job.moments) and job.moments[job.told_up_to][0] <= until:
        moment, state = job.moments[job.told_up_to]
        job.told_up_to += 1
        if job.is_there(moment):
            yield moment, _event(workspace, job, "RunStatusChanged", moment, {"runStatus": state})
            if state == "Completed":
                yield moment, _event(workspace, job, "RunCompleted", moment, {})


def _event(workspace: Workspace, job: Job, kind: str, moment: datetime, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "topic": workspace.path,
        "subject": f"experiments/{EXPERIMENT_ID}/runs/{job.name}",
        "eventType": f"Microsoft.MachineLearningServices.{kind}",
        "eventTime": moment.isoformat(),
        "id": f"{kind}-{job.name}-{moment.timestamp()}",
        "data": {
            "experimentId": EXPERIMENT_ID,
            "experimentName": job.asked.get("experimentName", "Default"),
            "runId": job.name,
            "runType": None,
            "runTags": job.tags,
            "runProperties": {},
            **more,
        },
        "dataVersion": "",
        "metadataVersion": "1",
    }
