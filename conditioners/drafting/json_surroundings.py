"""What stands around the records of a JSON sample and in none of its columns, such as a store or a week: told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from conditioners.drafting.listed import load_values, split_path
from conditioners.readers.json.paths import join, step
from conditioners.structure.json_nodes import show_cell

if TYPE_CHECKING:
    from conditioners.drafting.samples import Sample

_TOLD, _LONGEST, _DEEPEST = 4, 40, 3


def tell_surroundings(sample: Sample, *, are_lists: bool = False) -> tuple[str, ...]:
    """What to check: the values beside the records, each with the path that leads to it. Raises Refusal.

    Of rows that `are_lists` no label is a path.
    """
    value, is_lines = load_values(sample)
    if is_lines:
        return ()
    found = [f"{path!r} {text[:_LONGEST]!r}" for path, text in _find(value, split_path(value, sample.form["records"]))]
    if not found:
        return ()
    more = f", and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
    told = f"what stands around the records is in no column: {', '.join(found[:_TOLD])}{more}"
    return (told if are_lists else f"{told}; a column whose label is such a path takes it",)


def _find(value: Any, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Paths and texts of the values in the objects on the way to the records, beside the way."""
    path = ""
    for name in names:
        if isinstance(value, dict):
            beside = {other: inner for other, inner in value.items() if other != name}
            yield from _find_values(beside, path, _DEEPEST)
        value, path = step(value, [name]), join(path, name)


def _find_values(value: Any, path: str, levels: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items() if levels else ():
            yield from _find_values(inner, join(path, name), levels - 1)
    elif not isinstance(value, list) and (text := show_cell(value)).strip():
        yield path, text
