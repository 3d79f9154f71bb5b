"""Finds the tables in a JSON value: lists of objects or of lists, and objects of lists or of objects."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap
from typing import Any, NamedTuple

from conditioners.structure.json_shapes import count_keys, is_answer, list_keyed, take_cells
from conditioners.structure.list_rows import RowTally
from conditioners.structure.long_records import LongRecords, read_parallel

_MOST = 500
"""Tables of one document that are told apart; a document of more is one record."""


class Found(NamedTuple):
    """A value that is a table, and the path that leads to it."""

    path: str
    value: Any
    above: Found | None = None
    """What a table stands in."""
    name: str = ""
    """Its name there."""


def find_tables(value: Any) -> list[Found]:
    """The tables that stand in no other one, the largest first; the value itself, as one record, if there is none."""
    found: list[Found] = []
    waiting = [Found("$", value)]
    while waiting:
        each = waiting.pop()
        if is_table(each.value):
            found.append(each)
        elif is_answer(each.value) and is_table(each.value[1]):
            waiting.append(Found(f"{each.path}[1]", each.value[1], each, "[1]"))
        elif isinstance(each.value, dict):
            inside = [Found(f"{each.path}.{name}", inner, each, name) for name, inner in each.value.items()]
            waiting += reversed(inside)
    if not 0 < len(found) <= _MOST:
        return [Found("$", value)]
    largest = max(found, key=lambda table: _size(table.value))
    return [largest, *(table for table in found if table is not largest)]


def _size(value: Any) -> int:
    """About how many cells a table has."""
    if isinstance(value, LongRecords):
        return value.cells
    if isinstance(value, list):
        return sum(len(take_cells(item) or item) for item in value)
    return len(value) * max((_length(item) for item in value.values()), default=0)


def _length(value: Any) -> int:
    return value.count if isinstance(value, LongRecords) else len(value)


def is_table(value: Any) -> bool:
    """Whether a value holds several records, in whatever form."""
    if isinstance(value, LongRecords):
        return value.are_objects or value.are_rows
    if isinstance(value, list):
        return bool(value) and (all(isinstance(item, dict) for item in value) or is_list_of_rows(value))
    return isinstance(value, dict) and (is_columnar(value) or count_keys(value) > 0)


def is_list_of_rows(value: Any) -> bool:
    """A list of rows that hold more scalars than further lists."""
    if isinstance(value, LongRecords):
        return value.are_rows
    if not (isinstance(value, list) and value and take_cells(value[0]) is not None):
        return False
    rows = [row for row in map(take_cells, value) if row is not None]
    return len(rows) == len(value) and RowTally.of(rows).are_rows(len(rows))


def is_columnar(value: dict[str, Any]) -> bool:
    """An object of two or more equally long lists of scalars."""
    lists = list(value.values())
    if len(lists) < 2 or not all(isinstance(item, list | LongRecords) for item in lists):
        return False
    return all(map(_is_flat, lists)) and len(set(map(_length, lists))) == 1 and _length(lists[0]) > 1


def _is_flat(value: LongRecords | list[Any]) -> bool:
    """Whether a list holds scalars alone."""
    if isinstance(value, LongRecords):
        return value.is_flat
    return all(not isinstance(cell, list | dict) for cell in value)


def list_records(table: Found) -> Iterator[Found]:
    """The records of a table, each with its path."""
    path, value = table.path, table.value
    if isinstance(value, list) or (isinstance(value, LongRecords) and is_table(value)):
        elements = value if isinstance(value, list) else value.elements()
        for number, item in enumerate(elements):
            yield Found(f"{path}[{number}]", item)
    elif isinstance(value, dict) and is_columnar(value):
        for number, record in enumerate(_read_columns(value)):
            yield Found(f"{path}.*[{number}]", record)
    elif isinstance(value, dict) and count_keys(value):
        yield from starmap(Found, list_keyed(path, value))
    else:
        yield table


def _read_columns(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if any(isinstance(item, LongRecords) for item in value.values()):
        yield from read_parallel(value)
        return
    for cells in zip(*value.values(), strict=True):
        yield dict(zip(value, cells, strict=True))
