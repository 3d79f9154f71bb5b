"""Jobs on the management plane: put, get, list, cancel."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bench.azure_ml_standin.messages import Reply, Request, refuse, refuse_as_manager
from bench.azure_ml_standin.state import Job, Workspace

MUTABLE = {"description", "tags", "displayName", "properties", "isArchived"}
PAGE = 20
_ASSET = re.compile(r"(?:azureml:)?/subscriptions/.+/workspaces/[^/]+/(\w+)/([^/]+)/versions/([^/]+)")
_SHORT = re.compile(r"azureml:([^:/]+):([^:/]+)")


class Jobs:
    """The handlers of jobs. `on_new` is told of every job that was not there before."""

    def __init__(self, workspace: Workspace, on_new: Callable[[Job], None]) -> None:
        self._workspace, self._on_new = workspace, on_new

    def put(self, request: Request, name: str) -> Reply:
        """Create a job; the same again finds it, and another one under its name is refused."""
        self._check_rights()
        asked: dict[str, Any] = request.body["properties"]
        there = self._workspace.find_job(name)
        if there is not None:
            return self._put_again(there, asked)
        self._check_references(asked)
        if self._workspace.quota_reached:
            message = (
                "The requested nodes exceed the quota of the cluster's VM family: current usage 4, limit 4. "
                "Request a quota increase for your subscription."
            )
            raise refuse(400, "UserError", message, "BadArgument", "QuotaExceeded")
        job = self._workspace.add_job(name, asked)
        self._on_new(job)
        return Reply(201, self.describe(job), {"Location": request.address})

    def _put_again(self, job: Job, asked: dict[str, Any]) -> Reply:
        for field in sorted({*asked, *job.asked} - MUTABLE):
            if asked.get(field) != job.asked.get(field):
                message = (
                    "A job with this name already exists. If you are trying to create a new job, use a different name. "
                    f"If you are trying to update an existing job, the existing job's {field} cannot be changed. "
                    "Only description, tags, displayName, properties, and isArchived can be updated."
                )
                raise refuse(400, "UserError", message, "Immutable", "JobPropertyImmutable")
        job.tags |= asked.get("tags") or {}
        return Reply(200, self.describe(job))

    def get(self, request: Request, name: str) -> Reply:
        """One job; a step of a pipeline comes without its properties."""
        job = self._find(name)
        described = self.describe(job)
        if job.parent is not None:
            described.pop("properties")
        return Reply(200, described)

    def list(self, request: Request) -> Reply:
        """Jobs in pages, the newest first."""
        now = self._workspace.clock.now()
        found = [job for job in self._workspace.jobs.values() if job.parent is None and job.is_there(now)]
        tag = request.query.get("tag")
        found = [job for job in reversed(found) if tag is None or tag in job.tags]
        skip = int(request.query.get("$skip", 0))
        page: dict[str, Any] = {"value": [self.describe(job) for job in found[skip : skip + PAGE]]}
        if skip + PAGE < len(found):
            page["nextLink"] = f"{request.address.partition('?')[0]}?$skip={skip + PAGE}"
        return Reply(200, page)

    def cancel(self, request: Request, name: str) -> Reply:
        """Ask a job to end; one that has ended cannot."""
        self._check_rights()
        job, now = self._find(name), self._workspace.clock.now()
        if job.ended(now) is not None:
            message = f"The run {name} is in terminal status, it can't be canceled."
            raise refuse(400, "UserError", message, "BadArgument", "ArgumentInvalid", "CancelRunInTerminalStatus")
        job.move("CancelRequested", now)
        job.move("Canceled", now)
        for child in self._workspace.children(name):
            child.move("Canceled", now)
        location = request.address.replace("/cancel", "", 1)
        return Reply(202, None, {"Location": location})

    def describe(self, job: Job) -> dict[str, Any]:
        """A job as it is answered."""
        workspace = self._workspace
        studio = (
            f"https://ml.azure.com/runs/{job.name}?wsid=/subscriptions/{workspace.subscription}"
            f"/resourcegroups/{workspace.group}/workspaces/{workspace.name}"
        )
        tracking = f"azureml://{workspace.region}.api.azureml.ms/mlflow/v1.0{workspace.path}?"
        services = {
            name: {"jobServiceType": name, "port": None, "endpoint": endpoint, "status": None, "errorMessage": None,
                   "properties": None}
            for name, endpoint in (("Tracking", tracking), ("Studio", studio))
        }  # fmt: skip
        properties = {
            "description": None,
            "properties": {},
            "isArchived": False,
            "experimentName": "Default",
            **job.asked,
            "tags": dict(job.tags),
            "status": job.status(workspace.clock.now()),
            "services": services,
        }
        return {
            "id": f"{workspace.path}/jobs/{job.name}",
            "name": job.name,
            "type": "Microsoft.MachineLearningServices/workspaces/jobs",
            "properties": properties,
            "systemData": {"createdAt": job.created.isoformat(), "createdBy": "headrace", "createdByType": "User"},
        }

    def _find(self, name: str) -> Job:
        job = self._workspace.find_job(name)
        if job is None:
            raise refuse(404, "UserError", f"Job {name} not found.", "NotFound", "JobNotFound")
        return job

    def _check_rights(self) -> None:
        if "jobs/write" in self._workspace.denied:
            action = "Microsoft.MachineLearningServices/workspaces/jobs/write"
            raise refuse_as_manager(
                403,
                "AuthorizationFailed",
                "The client 'headrace' with object id 'headrace' does not have authorization to perform action "
                f"'{action}' over scope '{self._workspace.path}' or the scope is invalid. If access was recently "
                "granted, please refresh your credentials.",
            )

    def _check_references(self, asked: dict[str, Any]) -> None:
        """Refuse a job whose compute, environment, code, component or data is not there."""
        steps = list((asked.get("jobs") or {}).values())
        for compute in filter(None, [part.get("computeId") for part in (asked, *steps)]):
            name = compute.rpartition("/")[2]
            if name not in self._workspace.computes:
                message = f"The compute '{name}' was not found in the workspace '{self._workspace.name}'."
                raise refuse(400, "UserError", message, "BadArgument", "ComputeNotFound")
        references = [asked.get("environmentId"), asked.get("codeId")]
        references += [part.get("uri") for part in (asked.get("inputs") or {}).values()]
        references += [step.get("componentId") for step in steps]
        for reference in filter(None, references):
            self._check_reference(reference)

    def _check_reference(self, reference: str) -> None:
        datastore = re.match(r"azureml://datastores/([^/]+)/", reference)
        if datastore and datastore[1] not in self._workspace.datastores:
            raise refuse(400, "UserError", f"Could not find datastore: {datastore[1]}", "BadArgument")
        short, full = _SHORT.fullmatch(reference), _ASSET.fullmatch(reference)
        named = ("environments", *short.groups()) if short else full.groups() if full else None
        if named is not None and named not in self._workspace.assets:
            kind, name, version = named
            raise refuse(404, "UserError", f"{kind.rstrip('s').capitalize()} {name}:{version} not found.", "NotFound")
