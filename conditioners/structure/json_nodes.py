"""Records of JSON with their scalars under the paths that lead to them, and their lists of further records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from conditioners.limits import MIB
from conditioners.outcome import Refusal
from conditioners.readers.json.showing import show_json
from conditioners.structure.records import Record

MOST_NAMES = 4 * MIB
"""Characters of all labels of a table together."""
LONG_NAMES = f"the names of the columns take more than {MOST_NAMES} characters"


class Node(NamedTuple):
    """One record: its cells, those of the records that it stands in, and its lists of further records by label."""

    path: str
    above: Record
    cells: Record
    lists: Mapping[str, list[dict[str, Any]]]
    as_json: tuple[str, ...] = ()
    """The labels of its cells that hold a whole list as JSON."""

    def record(self) -> Record:
        """All cells; lists stay JSON text."""
        if not self.above and not self.lists:
            return self.cells
        return {**self.above, **self.cells, **{label: show_json(items) for label, items in self.lists.items()}}


def read_node(path: str, value: Any, above: Record, prefix: str) -> Node:
    """The node of one value; `prefix` stands before its labels. Raises Refusal when these are endless."""
    if not isinstance(value, dict):
        return Node(path, above, {f"{prefix}value": show_cell(value)}, {})
    cells: dict[str, str] = {}
    lists: dict[str, list[dict[str, Any]]] = {}
    as_json: list[str] = []
    _fill(value, prefix, cells, lists, as_json)
    return Node(path, above, cells, lists, tuple(as_json))


def _fill(
    values: Mapping[str, Any],
    prefix: str,
    cells: dict[str, str],
    lists: dict[str, list[dict[str, Any]]],
    as_json: list[str],
) -> None:
    if len(prefix) * len(values) > MOST_NAMES:
        raise Refusal(LONG_NAMES)
    for name, value in values.items():
        label = prefix + name
        while label in cells or label in lists:
            # {"a.b": 1, "a": {"b": 2}} has one path for two values.
            label += "'"
        if isinstance(value, str):
            cells[label] = value
        elif isinstance(value, dict) and value:
            _fill(value, f"{label}.", cells, lists, as_json)
        elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            lists[label] = value
        else:
            cells[label] = show_cell(value)
            if isinstance(value, list) and value:
                as_json.append(label)


def list_children(node: Node, label: str) -> Iterator[Node]:
    """The records of a node's list, each with the node's cells above; the node itself if it has no such list."""
    if label not in node.lists:
        yield node
        return
    above = {**node.above, **node.cells}
    prefix = f"{label}[]." if any(known.startswith(f"{label}.") for known in above) else f"{label}."
    for number, item in enumerate(node.lists[label]):
        yield read_node(f"{node.path}.{label}[{number}]", item, above, prefix)


def show_cell(value: Any) -> str:
    """A value as the text of a cell, with its marks of bytes that are no text, for which its row is rejected."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else show_json(value)
