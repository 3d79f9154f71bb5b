"""Shapes that JSON answers have around their rows: what describes them first, records by key, cells in objects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

CELLS = "f[].v"
"""Where the cells of a row of BigQuery's are."""
VALUE = "value"
"""The label of what stands under a key and is no record."""
_ANSWER = 2
_FEWEST = 3
"""Records whose keys may be any words."""
_DIGITS = re.compile("[0-9]+")
_DAY = re.compile("[0-9]{4}-[0-9]{2}(-[0-9]{2}([T ][0-9:.Z+-]+)?)?")
_FEWEST_BY_DAY = 2
"""Records whose keys are days, months or moments."""
_DEEPEST = 4
"""Keys that may lead to a record."""


def is_answer(value: Any) -> bool:
    """A list of what describes the rows, an object, and the list of these: `[{"page": 1}, [{…}, …]]`."""
    return (
        isinstance(value, list) and len(value) == _ANSWER and isinstance(value[0], dict) and isinstance(value[1], list)
    )


def take_cells(value: Any) -> list[Any] | None:
    """The cells of a row: a list, or BigQuery's `{"f": [{"v": 1}, …]}`; None for anything else."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or len(value) != 1 or not isinstance(cells := value.get("f"), list):
        return None
    try:
        found = [cell["v"] for cell in cells]
    except (TypeError, KeyError):
        return None
    return found if set(map(len, cells)) <= {1} else None


def count_keys(value: Any, most: int = _DEEPEST) -> int:
    """How many keys lead to each record of an object that holds records by key; 0 for any other value.

    Under days there may be single values instead of records.
    """
    if not isinstance(value, dict) or len(value) < _FEWEST_BY_DAY:
        return 0
    items = list(value.values())
    if len(items) >= _FEWEST and all(item is None or isinstance(item, str | int | float) for item in items):
        return int(_are_days(value))
    if not all(isinstance(item, dict) and item for item in items):
        return 0
    has_codes = _has_codes(value)
    inner = {count_keys(item, most - 1) if most > 1 and _has_codes(item) else 0 for item in items}
    is_keyed = _are_days(value) or (len(items) >= _FEWEST and _are_alike(items, has_codes=has_codes))
    if len(inner) == 1 and 0 not in inner and (is_keyed or has_codes):
        return 1 + inner.pop()
    return 1 if is_keyed else 0


def _has_codes(value: dict[str, Any]) -> bool:
    """Whether the keys are alike but for their digits, as days, years and numbers are."""
    forms = {_DIGITS.sub("9", key) for key in value}
    return len(forms) == 1 and "9" in forms.pop()


def _are_days(value: dict[str, Any]) -> bool:
    return all(map(_DAY.fullmatch, value))


def _are_alike(items: list[dict[str, Any]], *, has_codes: bool) -> bool:
    """Whether objects have most of what they hold in common; with codes as keys, if only most of them have it."""
    if not has_codes:
        common = set(items[0]).intersection(*items)
        return all(len(common) * 2 > len(item) for item in items)
    names = Counter(name for item in items for name in item)
    return 2 * sum(count for count in names.values() if count * 2 > len(items)) > names.total()


def list_keyed(path: str, value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The records of an object that holds them by key, each with its path and its keys before its values."""
    keys = count_keys(value)
    names = {name for _, _, record in _walk(path, value, keys, ()) for name in record}
    labels = list[str]()
    for number in range(1, keys + 1):
        label = "key" if number == 1 else f"key_{number}"
        while label in names:
            label += "'"
        labels.append(label)
    for at, found, record in _walk(path, value, keys, ()):
        yield at, {**dict(zip(labels, found, strict=True)), **record}


def _walk(
    path: str, value: dict[str, Any], levels: int, keys: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...], dict[str, Any]]]:
    for key, item in value.items():
        if levels > 1:
            yield from _walk(f"{path}.{key}", item, levels - 1, (*keys, key))
        else:
            yield f"{path}.{key}", (*keys, key), item if isinstance(item, dict) else {VALUE: item}
