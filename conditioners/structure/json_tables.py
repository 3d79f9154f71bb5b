"""Finds the tables in a JSON value: lists of objects or of lists, and objects of lists or of objects."""

from __future__ import annotations

from typing import Any, NamedTuple

_MOST = 500
"""Tables of one document that are told apart; a document of more is one record."""


class Found(NamedTuple):
    """A value that is a table, and the path that leads to it."""

    path: str
    value: Any


def find_tables(value: Any) -> list[Found]:
    """The tables that stand in no other one, the largest first; the value itself, as one record, if there is none."""
    found: list[Found] = []
    waiting = [Found("$", value)]
    while waiting:
        each = waiting.pop()
        if is_table(each.value):
            found.append(each)
        elif isinstance(each.value, dict):
            waiting += reversed([Found(f"{each.path}.{name}", inner) for name, inner in each.value.items()])
    if not 0 < len(found) <= _MOST:
        return [Found("$", value)]
    largest = max(found, key=lambda table: _size(table.value))
    return [largest, *(table for table in found if table is not largest)]


def _size(value: Any) -> int:
    """About how many cells a table has."""
    if isinstance(value, list):
        return sum(len(item) for item in value)
    return len(value) * max((len(item) for item in value.values()), default=0)


def is_table(value: Any) -> bool:
    """Whether a value holds several records, in whatever form."""
    if isinstance(value, list):
        return bool(value) and (all(isinstance(item, dict) for item in value) or is_list_of_rows(value))
    return isinstance(value, dict) and (is_columnar(value) or is_keyed(value))


def is_list_of_rows(value: Any) -> bool:
    """A list of lists that hold more scalars than further lists."""
    if not (isinstance(value, list) and value and all(isinstance(item, list) for item in value)):
        return False
    cells = [isinstance(cell, list | dict) for item in value for cell in item]
    return not cells or sum(cells) * 2 < len(cells)


def is_columnar(value: dict[str, Any]) -> bool:
    """An object of two or more equally long lists of scalars."""
    lists = list(value.values())
    if len(lists) < 2 or not all(isinstance(item, list) for item in lists):
        return False
    scalar = all(not isinstance(cell, list | dict) for item in lists for cell in item)
    return scalar and len({len(item) for item in lists}) == 1 and len(lists[0]) > 1


def is_keyed(value: dict[str, Any]) -> bool:
    """An object of several objects that have most of their names in common."""
    items = list(value.values())
    if len(items) < 3 or not all(isinstance(item, dict) and item for item in items):
        return False
    common = set(items[0]).intersection(*items)
    return "key" not in items[0] and all(len(common) * 2 > len(item) for item in items)


def list_records(table: Found) -> list[Found]:
    """The records of a table, each with its path."""
    path, value = table
    if isinstance(value, list):
        return [Found(f"{path}[{number}]", item) for number, item in enumerate(value)]
    if is_columnar(value):
        names, count = list(value), len(next(iter(value.values())))
        return [Found(f"{path}.*[{at}]", {name: value[name][at] for name in names}) for at in range(count)]
    if is_keyed(value):
        return [Found(f"{path}.{key}", {"key": key, **item}) for key, item in value.items()]
    return [table]
