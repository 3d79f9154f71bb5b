"""The Python worker's checks when it loads a function, so that what fails in Azure fails here."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

from azure.functions import meta

from embedded_host.functions.definitions import Parameter
from embedded_host.functions.sdk_types import sdk_type_registry

IMPLICIT_RETURN = frozenset({"activityTrigger", "orchestrationTrigger", "entityTrigger"})


class FunctionLoadError(Exception):
    """The worker would refuse to load a function; the message is the worker's."""

    def __init__(self, function_name: str, what: str) -> None:
        super().__init__(f"cannot load the {function_name} function: {what}")


def check_parameters(
    name: str, call: Callable[..., Any], bindings: tuple[Mapping[str, Any], ...]
) -> tuple[dict[str, Parameter], dict[str, Parameter], Mapping[str, Any] | None, bool]:
    """Match a function's signature with its bindings.

    Returns input parameters, output parameters, the `$return` binding, and whether it wants the invocation context.
    Raises FunctionLoadError.
    """
    parameters = dict(inspect.signature(call).parameters)
    annotations = _annotations(name, call)
    bound, returned = _bound(name, bindings)
    wants_context = "context" in parameters and "context" not in bound
    if wants_context:
        del parameters["context"]
        _check_context(name, annotations)
    _check_names(name, set(parameters), set(bound))
    inputs: dict[str, Parameter] = {}
    outputs: dict[str, Parameter] = {}
    for parameter in parameters:
        checked = _check_parameter(name, parameter, bound[parameter], annotations)
        (outputs if _is_out(bound[parameter]) else inputs)[parameter] = checked
    if returned is not None:
        _check_return(name, returned, annotations)
    return inputs, outputs, returned, wants_context


def registry() -> Any:
    """The SDK's converters by binding type."""
    return meta.get_binding_registry()  # type: ignore[no-untyped-call]


def _annotations(name: str, call: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(call)
    except NameError as error:
        raise FunctionLoadError(name, f"its annotations cannot be resolved: {error}") from error


def _bound(
    name: str, bindings: tuple[Mapping[str, Any], ...]
) -> tuple[dict[str, Mapping[str, Any]], Mapping[str, Any] | None]:
    bound: dict[str, Mapping[str, Any]] = {}
    returned = None
    for binding in bindings:
        if binding["direction"] == "INOUT":
            raise FunctionLoadError(name, '"inout" bindings are not supported')
        if binding["name"] != "$return":
            bound[binding["name"]] = binding
        elif not _is_out(binding):
            raise FunctionLoadError(name, '"$return" binding must have direction set to "out"')
        else:
            returned = binding
    return bound, returned


def _is_out(binding: Mapping[str, Any]) -> bool:
    return bool(binding["direction"] == "OUT")


def _check_context(name: str, annotations: dict[str, Any]) -> None:
    annotation = annotations.get("context")
    if annotation is not None and (not isinstance(annotation, type) or annotation.__name__ != "Context"):
        raise FunctionLoadError(
            name, f'the "context" parameter is expected to be of type azure.functions.Context, got {annotation!r}'
        )


def _check_names(name: str, declared: set[str], bound: set[str]) -> None:
    if declared - bound:
        raise FunctionLoadError(
            name,
            "the following parameters are declared in Python but not in the function definition "
            f"(function.json or function decorators): {declared - bound!r}",
        )
    if bound - declared:
        raise FunctionLoadError(
            name,
            "the following parameters are declared in the function definition (function.json or function "
            f"decorators) but not in Python: {bound - declared!r}",
        )


def _check_parameter(name: str, parameter: str, binding: Mapping[str, Any], annotations: dict[str, Any]) -> Parameter:
    annotation = annotations.get(parameter)
    if parameter not in annotations:
        return Parameter(parameter, binding, binding["type"])
    is_out_annotation = _is_named_out(annotation)
    python_type = _inside_out(name, parameter, annotation) if is_out_annotation else annotation
    if not isinstance(python_type, type) and not _is_generic(python_type):
        raise FunctionLoadError(name, f"binding {parameter} has invalid non-type annotation {annotation!r}")
    if _is_out(binding) and not is_out_annotation:
        raise FunctionLoadError(
            name,
            f'binding {parameter} is declared to have the "out" direction, but its annotation in Python is not '
            "a subclass of azure.functions.Out",
        )
    if not _is_out(binding) and is_out_annotation:
        raise FunctionLoadError(
            name,
            f'binding {parameter} is declared to have the "in" direction in the function definition, but its '
            "annotation is azure.functions.Out in Python",
        )
    return _check_type(name, parameter, binding, python_type)


def _check_type(name: str, parameter: str, binding: Mapping[str, Any], python_type: Any) -> Parameter:
    sdk_types = sdk_type_registry()
    is_sdk_type = bool(sdk_types and not _is_out(binding) and sdk_types.check_supported_type(python_type))
    converter_type = binding["type"]
    if python_type in (str, bytes) and converter_type not in IMPLICIT_RETURN:
        converter_type = "generic"
    converter = (sdk_types if is_sdk_type else registry()).get(converter_type)
    if not _accepts(converter_type, converter, python_type, _is_out(binding)):
        shown = getattr(python_type, "__name__", repr(python_type))
        raise FunctionLoadError(
            name,
            f'type of {parameter} binding in the function definition "{binding["type"]}" does not match its '
            f'Python annotation "{shown}"',
        )
    return Parameter(parameter, binding, converter_type, python_type, converter if is_sdk_type else None)


def _accepts(converter_type: str, converter: Any, python_type: Any, is_out: bool) -> bool:
    if converter_type == "generic":
        return python_type in (str, bytes)
    if converter is None:
        return python_type in (str, bytes, bytearray)
    try:
        if is_out:
            return bool(converter.check_output_type_annotation(python_type))
        return bool(converter.check_input_type_annotation(python_type))
    except TypeError:  # the converters ask issubclass of what is no class: a generic annotation
        return False


def _check_return(name: str, returned: Mapping[str, Any], annotations: dict[str, Any]) -> None:
    annotation = annotations.get("return")
    if "return" not in annotations or annotation is type(None):
        return
    if _is_named_out(annotation):
        raise FunctionLoadError(name, "return annotation should not be azure.functions.Out")
    if not isinstance(annotation, type):
        raise FunctionLoadError(name, f"has invalid non-type return annotation {annotation!r}")
    if annotation not in (str, bytes) and not _accepts(
        returned["type"], registry().get(returned["type"]), annotation, True
    ):
        raise FunctionLoadError(
            name,
            f'Python return annotation "{annotation.__name__}" does not match binding type "{returned["type"]}"',
        )


def _is_generic(annotation: Any) -> bool:
    return typing.get_origin(annotation) is not None and not isinstance(annotation, type) and not _is_union(annotation)


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _is_named_out(annotation: Any) -> bool:
    origin = typing.get_origin(annotation) or annotation
    return isinstance(origin, type) and origin.__name__ == "Out"


def _inside_out(name: str, parameter: str, annotation: Any) -> Any:
    arguments = typing.get_args(annotation)
    if len(arguments) != 1:
        raise FunctionLoadError(name, f"binding {parameter} has invalid Out annotation {annotation!r}")
    return arguments[0]
