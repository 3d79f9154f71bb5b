"""What the app serves: orchestrators, activities and entities by name, and the engine's words for what it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from embedded_host.durable.entity import entity_name
from embedded_host.durable.orchestrator import OrchestratorFunction
from embedded_host.durable.outgoing import HTTP_ACTIVITY, CreateSubOrchestration, CreateTimer, Outgoing, ScheduleTask


@dataclass(frozen=True)
class Orchestrator:
    """An orchestrator function."""

    name: str
    call: OrchestratorFunction
    handle: Callable[..., str] | None
    """The SDK's wrapper with the generator function inside; None where it is not to be had."""


@dataclass
class Catalog:
    """Functions by kind; names do not differ by case alone. `call` of an entity takes and gives JSON text."""

    orchestrators: dict[str, Orchestrator] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)
    """Durable name in lower case → function name."""
    entities: dict[str, Callable[[str], str]] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=lambda: {"orchestrator": [], "activity": [], "entity": []})
    """Names as the app wrote them, by kind."""

    def orchestrator(self, name: str) -> Orchestrator | None:
        return self.orchestrators.get(name.casefold())

    def entity(self, name: str) -> Callable[[str], str] | None:
        return self.entities.get(name.casefold())

    def unknown(self, kind: str, name: str) -> str:
        """The engine's text for a name that no function has."""
        known = ", ".join(f"'{known}'" for known in self.names[kind])
        return (
            f"The function '{name}' doesn't exist, is disabled, or is not an {kind} function. "
            f"Additional info: {self._info(kind, known)}"
        )

    def _info(self, kind: str, known: str) -> str:
        if known:
            return f"The following are the known {kind} functions: {known}."
        return f"No {kind} functions are currently registered!"

    def refusal(self, action: Outgoing, instance_id: str, parent_id: str | None) -> str | None:
        """Why an action would leave the instance hanging for ever in Azure; None if it would not."""
        if isinstance(action, CreateTimer):
            return None
        if isinstance(action, ScheduleTask):
            known = action.name == HTTP_ACTIVITY or action.name.casefold() in self.activities
            return None if known else self.unknown("activity", action.name)
        if isinstance(action, CreateSubOrchestration):
            return self._refuse_child(action, instance_id, parent_id)
        name = entity_name(action.instance_id)
        return None if name.casefold() in self.entities else self.unknown("entity", name)

    def _refuse_child(self, action: CreateSubOrchestration, instance_id: str, parent_id: str | None) -> str | None:
        if action.name.casefold() not in self.orchestrators:
            return self.unknown("orchestrator", action.name)
        if action.instance_id.startswith("@"):
            return f"The child's instance ID '{action.instance_id}' starts with '@', which is kept for entities."
        if action.instance_id in (instance_id, parent_id):
            whose = "the caller's own" if action.instance_id == instance_id else "that of the caller's parent"
            return f"The child's instance ID '{action.instance_id}' is {whose}."
        return None


def build_catalog(
    orchestrators: Iterable[Orchestrator], activities: Iterable[tuple[str, str]], entities: Iterable[tuple[str, Any]]
) -> Catalog:
    """A catalog of (durable name, what to call) pairs."""
    catalog = Catalog()
    for orchestrator in orchestrators:
        catalog.orchestrators[orchestrator.name.casefold()] = orchestrator
        catalog.names["orchestrator"].append(orchestrator.name)
    for name, function_name in activities:
        catalog.activities[name.casefold()] = function_name
        catalog.names["activity"].append(name)
    for name, call in entities:
        catalog.entities[name.casefold()] = call
        catalog.names["entity"].append(name)
    return catalog
