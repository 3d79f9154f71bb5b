"""The service as one function from requests to replies: rights, limits, faults, handlers, published contract."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

from bench.azure_ml_standin.assets import Assets
from bench.azure_ml_standin.clocks import Clock, MachineClock
from bench.azure_ml_standin.contract import Contract
from bench.azure_ml_standin.faults import Faults
from bench.azure_ml_standin.history import History
from bench.azure_ml_standin.jobs import Jobs
from bench.azure_ml_standin.limits import Limits
from bench.azure_ml_standin.messages import Refusal, Reply, Request, refuse, refuse_as_manager
from bench.azure_ml_standin.places import Places
from bench.azure_ml_standin.rights import Rights
from bench.azure_ml_standin.state import Job, Workspace
from bench.azure_ml_standin.storage import Storage
from bench.azure_ml_standin.tokens import read_token

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "azure-ml-rest"
_ANY = r"([^/?]+)"
_KIND = r"(codes|components|environments|data|models)"
_WITHIN = re.compile(
    r"(?P<plane>/history/v1\.0)?/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/Microsoft\.MachineLearningServices/workspaces/(?P<workspace>[^/]+)(?P<rest>/.*)?",
    re.IGNORECASE,
)
UNPUBLISHED = ("/runIds", "/listSecrets", "/permissions")
"""What the published descriptions at hand do not hold, or only at another version."""
KNOWN_DEVIATIONS = (
    # The SDK sends a number where the description says text.
    "request.properties.properties.hash_version",
)


class StandIn:
    """Azure ML as far as Headrace uses it. `violations` holds every departure from the published descriptions."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        storage: Storage | None = None,
        faults: Faults | None = None,
        published: Path = PUBLISHED,
        **workspace: Any,
    ) -> None:
        self.workspace = Workspace(clock or MachineClock(), **workspace)
        self.faults, self.limits = faults or Faults(), Limits()
        self.requests: Counter[str] = Counter()
        """How often each handler was asked, by names such as `Jobs.put`."""
        self.violations: list[str] = []
        self.on_new_job: Callable[[Job], None] = lambda job: None
        self._contract = Contract(published) if published.is_dir() else None
        self._lock = RLock()
        self._places = Places(self.workspace)
        self._assets = Assets(self.workspace, storage or Storage())
        self._jobs, self._history = Jobs(self.workspace, self._take_in), History(self.workspace)
        self._rights = Rights(self.workspace)
        self._routes = self._list_routes()

    def answer(self, request: Request) -> Reply:
        """Answer one request; raises Dropped when the connection is to be cut."""
        with self._lock:
            try:
                return self.faults.around(request, self.workspace.clock.now(), self._answer)
            except Refusal as refusal:
                return refusal.reply

    def _answer(self, request: Request) -> Reply:
        opened = self._open_to_all(request)
        if opened is not None:
            return opened
        try:
            reply = self._answer_within(request)
        except Refusal as refusal:
            reply = refusal.reply
        self._check(request, reply)
        return reply

    def _open_to_all(self, request: Request) -> Reply | None:
        path = request.path.rstrip("/")
        if path == "/msi/token":
            return self._places.give_token(request)
        if path == "/metadata/endpoints":
            return self._places.describe_cloud(request)
        return self._places.discover(request) if path == "/discovery" else None

    def _answer_within(self, request: Request) -> Reply:
        self._check_token(request)
        regional = self._rights.find(request)
        if regional is not None:
            return Reply(200, regional.body, self.limits.take(request, self.workspace.clock.now()))
        place = _WITHIN.fullmatch(request.path)
        if place is None:
            raise refuse_as_manager(404, "InvalidResourceType", f"no such address: {request.path}")
        headers = {} if place["plane"] else self.limits.take(request, self.workspace.clock.now())
        self._check_place(place)
        for method, pattern, handle in self._routes:
            match = re.fullmatch(pattern, f"{place['plane'] or ''}{place['rest'] or ''}")
            if match and method == request.method:
                self.requests[_label(handle)] += 1
                reply = handle(request, *match.groups())
                return Reply(reply.status, reply.body, {**headers, **reply.headers})
        raise refuse(404, "UserError", f"the stand-in does not know {request.method} {request.path}")

    def _list_routes(self) -> list[tuple[str, str, Callable[..., Reply]]]:
        places, assets, jobs, history = self._places, self._assets, self._jobs, self._history
        return [
            ("GET", "", places.get_workspace),
            ("GET", f"/computes/{_ANY}", places.get_compute),
            ("GET", f"/datastores/{_ANY}", places.get_datastore),
            ("POST", f"/datastores/{_ANY}/listSecrets", places.list_secrets),
            ("GET", "/providers/Microsoft.Authorization/permissions", self._rights.list_permissions),
            ("PUT", f"/jobs/{_ANY}", jobs.put),
            ("GET", f"/jobs/{_ANY}", jobs.get),
            ("GET", "/jobs", jobs.list),
            ("POST", f"/jobs/{_ANY}/cancel", jobs.cancel),
            ("PUT", f"/{_KIND}/{_ANY}/versions/{_ANY}", assets.put),
            ("GET", f"/{_KIND}/{_ANY}/versions/{_ANY}", assets.get),
            ("GET", f"/{_KIND}/{_ANY}/versions", assets.list_versions),
            ("POST", f"/{_KIND}/{_ANY}/versions/{_ANY}/startPendingUpload", assets.start_upload),
            ("GET", f"/history/v1.0/runs/{_ANY}", history.get),
            ("PATCH", f"/history/v1.0/runs/{_ANY}", history.patch),
            ("GET", f"/history/v1.0/runs/{_ANY}/details", history.details),
            ("GET", f"/history/v1.0/runs/{_ANY}/children", history.children),
            ("POST", f"/history/v1.0/experiments/{_ANY}/runs/runIds", history.get_many),
        ]

    def _take_in(self, job: Job) -> None:
        if self.faults.jobs:
            life, fault = self.faults.plan()
            job.moments = self.workspace.moments(life)
            self.faults.afflict(job, fault)
        self.on_new_job(job)

    def _check_token(self, request: Request) -> None:
        token = read_token(request.headers.get("authorization", ""))
        if not token:
            raise refuse_as_manager(401, "AuthenticationFailed", "Authentication failed. The header is missing.")
        expires = datetime.fromtimestamp(token["exp"], UTC)
        if expires < datetime.now(UTC):
            message = f"The access token expiry UTC time '{expires}' is earlier than current UTC time."
            raise refuse_as_manager(401, "ExpiredAuthenticationToken", message)

    def _check_place(self, place: re.Match[str]) -> None:
        workspace = self.workspace
        if place["subscription"].lower() != workspace.subscription.lower():
            message = f"The subscription '{place['subscription']}' could not be found."
            raise refuse_as_manager(404, "SubscriptionNotFound", message)
        if place["group"].lower() != workspace.group.lower():
            raise refuse_as_manager(
                404, "ResourceGroupNotFound", f"Resource group '{place['group']}' could not be found."
            )
        if place["workspace"].lower() != workspace.name.lower():
            raise refuse_as_manager(
                404,
                "ResourceNotFound",
                f"The Resource 'Microsoft.MachineLearningServices/workspaces/{place['workspace']}' under resource "
                f"group '{place['group']}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
            )

    def _check(self, request: Request, reply: Reply) -> None:
        """Hold both directions against the published descriptions, when they are at hand."""
        if self._contract is None or request.path.endswith(UNPUBLISHED):
            return
        problems = []
        if request.method in ("PUT", "PATCH", "POST") and request.content:
            problems = self._contract.check_request(request.method, request.address, request.body)
        if reply.body is not None:
            problems += self._contract.check_answer(request.method, request.address, reply.status, reply.body)
        self.violations += [
            f"{request.method} {request.path}: {problem}"
            for problem in problems
            if not problem.startswith(KNOWN_DEVIATIONS)
        ]


def _label(handle: Callable[..., Reply]) -> str:
    return str(getattr(handle, "__qualname__", handle))
