"""Turns what a trigger brings into a function's arguments and its answer into data, with the SDK's own converters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.functions.meta import Datum

from embedded_host.functions.definitions import Function, Parameter
from embedded_host.functions.load_checks import registry

BLOB_SOURCE = "AzureStorageBlobs"


@dataclass(frozen=True)
class ModelBindingData:
    """What the host gives for an SDK type in place of content."""

    version: str
    source: str
    content_type: str
    content: bytes


def blob_reference(connection: str, container: str, blob_name: str) -> Any:
    """The datum that stands for a blob which the app opens itself."""
    content = json.dumps({"Connection": connection, "ContainerName": container, "BlobName": blob_name})
    data = ModelBindingData("1.0", BLOB_SOURCE, "application/json", content.encode())
    from azurefunctions.extensions.base import Datum as DeferredDatum

    return DeferredDatum(value=data, type="model_binding_data")


def decode(parameter: Parameter, datum: Any, metadata: Mapping[str, Datum]) -> Any:
    """The argument that a function gets. Raises ValueError for data that its converter refuses."""
    if parameter.sdk_type_converter is not None:
        return parameter.sdk_type_converter.decode(datum, trigger_metadata=metadata, pytype=parameter.python_type)
    converter = registry().get(parameter.converter_type)
    if converter is None or parameter.converter_type == "generic":
        return _generic(datum, parameter.python_type)
    return converter.decode(datum, trigger_metadata=metadata)


def _generic(datum: Datum, python_type: Any) -> Any:
    if datum.value is None:
        return None
    if python_type is bytes and isinstance(datum.value, str):
        return datum.value.encode()
    if python_type is str and isinstance(datum.value, bytes):
        return datum.value.decode()
    return datum.value


def encode_return(function: Function, value: Any) -> Datum | None:
    """What a function returned, as its trigger's or its `$return` binding's converter writes it.

    Raises ValueError or NotImplementedError for a value that the converter refuses.
    """
    binding_type = function.returns["type"] if function.returns else function.trigger_type
    converter = registry().get(binding_type)
    if converter is None or not hasattr(converter, "encode"):
        return None
    if function.returns is None and not _has_implicit_return(converter):
        return None
    encoded: Datum | None = converter.encode(value, expected_type=None)
    return encoded


def encode_output(parameter: Parameter, value: Any) -> Datum | None:
    """What a function put into an output parameter."""
    converter = registry().get(parameter.converter_type)
    if converter is None or parameter.converter_type == "generic":
        return Datum(type="bytes" if isinstance(value, bytes) else "string", value=value)
    encoded: Datum | None = converter.encode(value, expected_type=parameter.python_type)
    return encoded


def _has_implicit_return(converter: Any) -> bool:
    return bool(converter.has_implicit_output())
