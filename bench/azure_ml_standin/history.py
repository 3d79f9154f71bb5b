"""Run history: how runs are, in batches too, their steps, and the errors of failed ones, which jobs do not tell."""

from __future__ import annotations

from typing import Any

from bench.azure_ml_standin.messages import Reply, Request, refuse
from bench.azure_ml_standin.state import Job, Workspace

MOST_RUN_IDS = 500
PAGE = 100


class History:
    """The handlers of run history."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def get(self, request: Request, name: str) -> Reply:
        """One run."""
        return Reply(200, self.describe(self._find(name)))

    def details(self, request: Request, name: str) -> Reply:
        """One run with its error."""
        job = self._find(name)
        now = self._workspace.clock.now()
        return Reply(
            200,
            {
                "runId": job.name,
                "target": None,
                "status": job.status(now),
                "parentRunId": job.parent,
                "startTimeUtc": _text(job.entered("Running", now)),
                "endTimeUtc": _text(job.ended(now)),
                "error": self._error(job),
                "warnings": None,
                "tags": job.tags,
                "properties": {},
                "logFiles": {},
                "revision": 1,
            },
        )

    def children(self, request: Request, name: str) -> Reply:
        """The steps of a pipeline, in pages."""
        self._find(name)
        found = self._workspace.children(name)
        skip = int(request.query.get("$continuationToken", 0))
        page: dict[str, Any] = {"value": [self.describe(job) for job in found[skip : skip + PAGE]]}
        if skip + PAGE < len(found):
            page["continuationToken"] = str(skip + PAGE)
            page["nextLink"] = f"{request.address.partition('?')[0]}?$continuationToken={skip + PAGE}"
        return Reply(200, page)

    def get_many(self, request: Request, experiment: str) -> Reply:
        """Runs by their ids; those that are not there come back as errors."""
        wanted = request.body["runIds"]
        if len(wanted) > MOST_RUN_IDS:
            raise refuse(400, "UserError", f"At most {MOST_RUN_IDS} run ids may be asked for.", "BadArgument")
        runs, errors = {}, {}
        for name in wanted:
            job = self._workspace.find_job(name)
            if job is None or job.asked.get("experimentName", "Default") != experiment:
                errors[name] = {"error": {"code": "UserError", "message": f"Run {name} was not found"}}
            else:
                runs[name] = self.describe(job)
        return Reply(200, {"runs": runs, "errors": errors})

    def patch(self, request: Request, name: str) -> Reply:
        """Change what may be changed of a run: its tags."""
        job = self._find(name)
        job.tags |= request.body.get("tags") or {}
        return Reply(200, self.describe(job))

    def describe(self, job: Job) -> dict[str, Any]:
        """A run as it is answered."""
        now = self._workspace.clock.now()
        modified = max((moment for moment, _ in job.moments if moment <= now), default=job.created)
        return {
            "runNumber": 1,
            "rootRunId": job.parent or job.name,
            "createdUtc": _text(job.created),
            "error": self._error(job),
            "warnings": None,
            "revision": 1,
            "statusRevision": 1,
            "lastModifiedUtc": _text(modified),
            "runId": job.name,
            "parentRunId": job.parent,
            "experimentId": "44444444-4444-4444-4444-444444444444",
            "status": job.status(now),
            "startTimeUtc": _text(job.entered("Running", now)),
            "endTimeUtc": _text(job.ended(now)),
            "displayName": job.asked.get("displayName"),
            "name": job.asked.get("experimentName"),
            "dataContainerId": f"dcid.{job.name}",
            "description": None,
            "hidden": False,
            "runType": "azureml.StepRun" if job.parent else "azureml.scriptrun",
            "properties": {},
            "tags": job.tags,
        }

    def _error(self, job: Job) -> dict[str, Any] | None:
        if job.error is None or job.status(self._workspace.clock.now()) != "Failed":
            return None
        error = {
            "code": "UserError",
            "message": job.error,
            "target": "",
            "details": [],
            "innerError": {"code": "UserTrainingScriptFailed", "innerError": None},
        }
        return {
            "error": error,
            "correlation": {"operation": "0" * 32, "request": "0" * 16},
            "environment": self._workspace.region,
            "location": self._workspace.region,
            "time": _text(job.created),
        }

    def _find(self, name: str) -> Job:
        job = self._workspace.find_job(name)
        if job is None:
            raise refuse(404, "UserError", f"Run {name} was not found", "NotFound", "RunNotFound")
        return job


def _text(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()
