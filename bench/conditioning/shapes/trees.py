"""JSON of the same form: nodes changed, left out, doubled and put into others."""

from __future__ import annotations

import json
import random
from typing import Any

from bench.conditioning.shapes.values import VALUES

_KEYS = (
    "day",
    "store",
    "units",
    "price",
    "",
    "a.b",
    "a[]",
    "{}",
    "{key}",
    "@id",
    "#text",
    "0",
    "ü",
    "id",
    "meta",
    "k" * 50,
)
_SCALARS: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    1e300,
    10**25,
    [],
    {},
    [[]],
    [{}],
    [1, "a", None],
    {"a": {"b": []}},
)


def reshape_json(data: bytes, chance: random.Random) -> bytes:
    try:
        documents = [json.loads(data)]
    except ValueError:
        documents = [json.loads(line) for line in data.splitlines() if line.strip()]
    for _ in range(chance.randint(1, 4)):
        documents[chance.randrange(len(documents))] = _change_node(chance.choice(documents), chance, documents)
    if len(documents) > 1 and chance.random() < 0.5:
        documents += [chance.choice(documents)] * chance.randint(1, 9)
    form: dict[str, Any] = {"indent": chance.choice((None, None, 1, 3)), "ensure_ascii": chance.random() < 0.5}
    if len(documents) > 1:
        form["indent"] = None
    text = chance.choice("\n\n\r").join(json.dumps(document, **form) for document in documents)
    return text.encode(chance.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16")), "surrogatepass")


def _change_node(node: Any, chance: random.Random, others: list[Any], depth: int = 0) -> Any:
    """The node with something changed in it: lower, mostly, than here."""
    if isinstance(node, (list, dict)) and node and (chance.random() < 0.8 or depth == 0):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key, way = chance.choice(keys), chance.random()
        if way < 0.75:
            return _with(node, key, _change_node(node[key], chance, others, depth + 1))
        if way < 0.8:
            return _without(node, key)
        other = node[chance.choice(keys)] if way < 0.93 else chance.choice(_SCALARS)
        return _added(node, other, chance)
    way = chance.random()
    if way < 0.4:
        return chance.choice(VALUES)
    if way < 0.7:
        return chance.choice(_SCALARS)
    if way < 0.8:
        return _lower(chance.choice(others), chance)
    return chance.choice(([node], [node, node], {chance.choice(_KEYS): node}, {"a": node, "b": [node]}))


def _lower(node: Any, chance: random.Random) -> Any:
    while isinstance(node, (list, dict)) and node and chance.random() < 0.6:
        node = chance.choice(list(node.values()) if isinstance(node, dict) else node)
    return node


def _with(node: Any, key: Any, value: Any) -> Any:
    if isinstance(node, dict):
        return {**node, key: value}
    return [*node[:key], value, *node[key + 1 :]]


def _without(node: Any, key: Any) -> Any:
    if isinstance(node, dict):
        return {name: value for name, value in node.items() if name != key}
    return node[:key] + node[key + 1 :]


def _added(node: Any, value: Any, chance: random.Random) -> Any:
    if isinstance(node, dict):
        return {**node, chance.choice(_KEYS): value}
    at = chance.randrange(len(node) + 1)
    return [*node[:at], *[value] * chance.choice((1, 1, 1, 5, 40)), *node[at:]]
