"""Function, host and system keys, and which of them opens what."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from embedded_host.durable.task_hub import TaskHub

MASTER, HOST, SYSTEM, FUNCTION = "master", "host", "system", "function"
DURABLE_EXTENSION, BLOBS_EXTENSION, EVENT_GRID_EXTENSION = (
    "durabletask_extension",
    "blobs_extension",
    "eventgrid_extension",
)


@dataclass
class HostKeys:
    """The keys of one task hub. With `enforced` off everything is open, as under Core Tools."""

    enforced: bool
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    def master(self) -> str:
        return self.keys[(MASTER, "_master")]

    def system(self, extension: str) -> str:
        return self.keys[(SYSTEM, extension)]

    def function(self, function_name: str) -> str:
        return self.keys[(FUNCTION, function_name)]

    def host(self) -> str:
        return self.keys[(HOST, "default")]

    def opens(self, given: str | None, level: str, function_name: str) -> bool:
        """Whether a key opens a function of an authorisation level (ANONYMOUS, FUNCTION, ADMIN)."""
        if not self.enforced or level == "ANONYMOUS":
            return True
        accepted = [self.master()]
        if level == "FUNCTION":
            accepted += [self.host(), self.function(function_name)]
        return _is_one_of(given, accepted)

    def opens_webhook(self, given: str | None, extension: str) -> bool:
        """Whether a key opens an extension's webhook."""
        return not self.enforced or _is_one_of(given, [self.master(), self.system(extension)])

    def opens_admin(self, given: str | None) -> bool:
        """Whether a key opens the admin routes."""
        return not self.enforced or _is_one_of(given, [self.master()])


def load_keys(hub: TaskHub, function_names: list[str], enforced: bool) -> HostKeys:
    """The hub's keys; those that are missing are made. For the thread that writes the hub; commits."""
    wanted = [(MASTER, "_master"), (HOST, "default")]
    wanted += [(SYSTEM, name) for name in (DURABLE_EXTENSION, BLOBS_EXTENSION, EVENT_GRID_EXTENSION)]
    wanted += [(FUNCTION, name) for name in function_names]
    known = {(scope, name): value for scope, name, value in hub.read_own("host_keys")}
    for scope, name in wanted:
        if (scope, name) not in known:
            known[(scope, name)] = secrets.token_urlsafe(40)
            hub.write("put_host_key", scope, name, known[(scope, name)])
    hub.commit()
    return HostKeys(enforced, known)


def _is_one_of(given: str | None, accepted: list[str]) -> bool:
    return given is not None and any(hmac.compare_digest(given.encode(), key.encode()) for key in accepted)
