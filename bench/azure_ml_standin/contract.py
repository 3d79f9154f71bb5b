"""Holds requests and answers against the OpenAPI (Swagger 2) files that Azure publishes for Azure ML.

Generic mock servers ignore the discriminators of Swagger 2 and so refuse valid jobs; here the subtype is chosen by its
discriminator value first, and what it inherits by `allOf` is merged into it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_ARM = "machinelearningservices/resource-manager/Microsoft.MachineLearningServices/preview/2024-04-01-preview"
_DATA = "machinelearningservices/data-plane/Microsoft.MachineLearningServices/preview/2019-09-30"
FILES = (
    f"{_ARM}/mfe.json",
    f"{_ARM}/machineLearningServices.json",
    f"{_ARM}/workspaceRP.json",
    f"{_DATA}/runHistory.json",
    "eventgrid/data-plane/Microsoft.MachineLearningServices/stable/2018-01-01/MachineLearningServices.json",
)
_WITHOUT_EXPERIMENT = re.compile(r"(/history/v1\.0/.+/workspaces/[^/]+)/runs(?=/|:|$)", re.IGNORECASE)
"""Run history answers at shorter addresses too, which its document leaves out; the bodies are the same."""
TYPES = {"string": str, "boolean": bool, "object": dict, "array": list, "integer": int, "number": (int, float)}

Node = tuple[Path, Mapping[str, Any]]
"""A piece of a document and the document it stands in, which its references start from."""


@dataclass(frozen=True)
class Operation:
    """One method of one path, as a document describes it."""

    file: Path
    described: Mapping[str, Any]

    @property
    def body(self) -> Node | None:
        """What the request's body must be; None when the operation takes none."""
        for parameter in self.described.get("parameters", []):
            (file, found), _ = _resolve((self.file, parameter))
            if found.get("in") == "body":
                return file, found["schema"]
        return None

    def answer(self, status: int) -> Node | None:
        """What the answer's body must be; None when that status has none."""
        answers = self.described["responses"]
        described = answers.get(str(status)) or answers.get("default") or {}
        return (self.file, described["schema"]) if "schema" in described else None


class Contract:
    """The published descriptions in one folder."""

    def __init__(self, folder: Path) -> None:
        self._files = [(folder / name).resolve() for name in FILES]
        self._checker = _Checker()

    def check_request(self, method: str, address: str, body: Any) -> list[str]:
        """What is wrong with a request, as sentences that start with the field's place."""
        operation = self.find(method, address)
        if operation is None:
            return [f"{method} {urlsplit(address).path}: no such operation"]
        if operation.body is None:
            return [f"{method}: takes no body"] if body else []
        return list(self._checker.check(operation.body, body, "request", is_request=True))

    def check_answer(self, method: str, address: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer."""
        operation = self.find(method, address)
        if operation is None:
            return [f"{method} {urlsplit(address).path}: no such operation"]
        schema = operation.answer(status)
        if schema is None:
            known = {*operation.described["responses"]}
            return [] if str(status) in known else [f"status {status} is not one of {', '.join(sorted(known))}"]
        return list(self._checker.check(schema, body, "answer", is_request=False))

    def find(self, method: str, address: str) -> Operation | None:
        """The operation that an address is one of; None when no document has it."""
        path = _WITHOUT_EXPERIMENT.sub(r"\1/experiments/any/runs", urlsplit(address).path)
        for pattern, file, operations in self._paths:
            if pattern.fullmatch(path) and method.lower() in operations:
                return Operation(file, operations[method.lower()])
        return None

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], Path, Mapping[str, Any]]]:
        found = []
        for file in self._files:
            for path, operations in _read(file)["paths"].items():
                pattern = "".join(
                    "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]+\})", path)
                )
                found.append((re.compile(pattern, re.IGNORECASE), file, operations))
        return found


@cache
def _read(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_bytes())
    return document


@cache
def _tells_null(file: Path) -> bool:
    """Whether a document says of its fields if they may be null; older ones do not, and null may stand anywhere."""
    return b"x-nullable" in file.read_bytes()


def _resolve(node: Node) -> tuple[Node, str | None]:
    """Follow references; answers the definition's name too, if it has one."""
    file, schema = node
    name = None
    while "$ref" in schema:
        place, _, pointer = schema["$ref"].partition("#")
        file = (file.parent / place).resolve() if place else file
        schema = _read(file)
        for step in pointer.strip("/").split("/"):
            schema = schema[step]
        name = pointer.rpartition("/")[2]
    return (file, schema), name


@cache
def _subtypes(file: Path, base: str) -> Mapping[str, str]:
    """The definitions that inherit from one, near or far, by their discriminator value."""
    definitions = _read(file)["definitions"]
    found: dict[str, str] = {}
    for name, schema in definitions.items():
        if base in _ancestors(definitions, schema):
            found[schema.get("x-ms-discriminator-value", name)] = name
    return found


def _ancestors(definitions: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    for parent in schema.get("allOf", []):
        place, _, pointer = parent.get("$ref", "").partition("#")
        name = pointer.rpartition("/")[2]
        if not place and name in definitions:
            yield name
            yield from _ancestors(definitions, definitions[name])


@dataclass(frozen=True)
class _Shape:
    """An object's properties with all that it inherits."""

    properties: Mapping[str, Node]
    required: frozenset[str]
    more: Node | bool
    """What further properties must be, or whether there may be any."""


def _shape(node: Node) -> _Shape:
    (file, schema), _ = _resolve(node)
    properties: dict[str, Node] = {}
    required = set(schema.get("required", []))
    for parent in schema.get("allOf", []):
        inherited = _shape((file, parent))
        properties |= inherited.properties
        required |= inherited.required
    properties |= {name: (file, described) for name, described in schema.get("properties", {}).items()}
    more = schema.get("additionalProperties", not properties or "additionalProperties" not in schema)
    return _Shape(properties, frozenset(required), (file, more) if isinstance(more, dict) else bool(more))


class _Checker:
    """Walks a value and its description side by side."""

    def check(self, node: Node, value: Any, place: str, *, is_request: bool) -> Iterator[str]:
        (file, schema), name = _resolve(node)
        if value is None:
            if _tells_null(file) and not (node[1].get("x-nullable") or schema.get("x-nullable")):
                yield f"{place}: is null"
            return
        if "discriminator" in schema and name is not None and isinstance(value, dict):
            (file, schema), problem = self._choose(file, name, schema, value, place)
            if problem:
                yield problem
                return
        yield from self._check_one((file, schema), value, place, is_request)

    def _choose(
        self, file: Path, name: str, schema: Mapping[str, Any], value: Mapping[str, Any], place: str
    ) -> tuple[Node, str | None]:
        field = schema["discriminator"]
        kinds = _subtypes(file, name)
        if not kinds:
            return (file, schema), None
        if value.get(field) not in kinds:
            return (file, schema), f"{place}.{field}: {value.get(field)!r} is not one of {', '.join(sorted(kinds))}"
        return (file, _read(file)["definitions"][kinds[value[field]]]), None

    def _check_one(self, node: Node, value: Any, place: str, is_request: bool) -> Iterator[str]:
        file, schema = node
        kind = schema.get("type") or ("object" if "properties" in schema or "allOf" in schema else None)
        if kind is not None and not _is_of(kind, value):
            yield f"{place}: {value!r:.80} is no {kind}"
        elif kind == "array":
            for index, item in enumerate(value):
                yield from self.check((file, schema["items"]), item, f"{place}[{index}]", is_request=is_request)
        elif kind == "object":
            yield from self._check_object(node, value, place, is_request)
        elif isinstance(value, str):
            yield from _check_text(schema, value, place)

    def _check_object(self, node: Node, value: Mapping[str, Any], place: str, is_request: bool) -> Iterator[str]:
        shape = _shape(node)
        for name in sorted(shape.required - set(value)):
            if not (is_request and _is_read_only(shape.properties.get(name))):
                yield f"{place}.{name}: is missing"
        for name, given in value.items():
            where = f"{place}.{name}"
            if name in shape.properties:
                if is_request and given is not None and _is_read_only(shape.properties[name]):
                    yield f"{where}: only the service may write it"
                yield from self.check(shape.properties[name], given, where, is_request=is_request)
            elif isinstance(shape.more, tuple):
                yield from self.check(shape.more, given, where, is_request=is_request)
            elif not shape.more:
                yield f"{where}: is not known"


def _is_of(kind: str, value: Any) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    return isinstance(value, TYPES[kind])  # type: ignore[arg-type]


def _is_read_only(node: Node | None) -> bool:
    return node is not None and bool(node[1].get("readOnly"))


def _check_text(schema: Mapping[str, Any], value: str, place: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is not one of {', '.join(map(str, schema['enum']))}"
    if "pattern" in schema and re.search(schema["pattern"], value) is None:
        yield f"{place}: {value!r:.80} does not match {schema['pattern']}"
    if len(value) < schema.get("minLength", 0):
        yield f"{place}: {value!r} is too short"
