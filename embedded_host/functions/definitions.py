"""What is known of a function once it is indexed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Parameter:
    """A function's parameter and the converter that feeds or empties it."""

    name: str
    binding: Mapping[str, Any]
    converter_type: str
    """The binding type whose converter serves it; `generic` for plain text and bytes."""
    python_type: Any = None
    sdk_type_converter: Any = None
    """Where the app gets an SDK type instead of content: what makes it."""


@dataclass(frozen=True)
class Function:
    """An indexed function."""

    name: str
    call: Callable[..., Any]
    trigger: Mapping[str, Any]
    """The trigger's binding as function.json would show it."""
    bindings: tuple[Mapping[str, Any], ...]
    inputs: Mapping[str, Parameter]
    outputs: Mapping[str, Parameter]
    returns: Mapping[str, Any] | None
    """The `$return` binding, if there is one."""
    is_async: bool
    wants_context: bool
    retry_policy: Mapping[str, Any] | None = None
    durable_name: str | None = None
    """The name that orchestrations use, for durable functions."""

    @property
    def trigger_type(self) -> str:
        return str(self.trigger["type"])


@dataclass(frozen=True)
class IndexedApp:
    """All functions of an app, by name."""

    functions: Mapping[str, Function] = field(default_factory=dict)

    def with_trigger(self, trigger_type: str) -> list[Function]:
        """Functions of one trigger type, in the app's order; the type's case does not count."""
        wanted = trigger_type.casefold()
        return [function for function in self.functions.values() if function.trigger_type.casefold() == wanted]
