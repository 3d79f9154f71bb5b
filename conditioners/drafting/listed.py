"""JSON samples whose rows are lists of cells: where their labels stand, and which they are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.inputs.unpack import Unpacker
from conditioners.limits import DEFAULT
from conditioners.outcome import Refusal
from conditioners.readers.json.parsing import load_document
from conditioners.readers.json.paths import LISTED, join_all, step
from conditioners.readers.json.value_lines import ValueLines, begins_with_lines
from conditioners.structure.json_nodes import show_cell
from conditioners.structure.json_shapes import CELLS, take_cells
from conditioners.structure.json_tables import is_list_of_rows

if TYPE_CHECKING:
    from conditioners.drafting.samples import Sample

FORMAT = "JSON rows"


class ListedRows(NamedTuple):
    """What is known of rows that are lists: their form, their labels if they have any, and the cells of each column."""

    form: dict[str, Any]
    labels: tuple[str, ...] | None
    columns: tuple[tuple[str, ...], ...]


def are_lines_of_rows(sample: Sample) -> bool:
    """Whether each line of a JSON sample is a row of cells by itself; raises Refusal."""
    value, is_lines = load_values(sample)
    return is_lines and is_list_of_rows(value)


def find_rows(sample: Sample, most: int) -> ListedRows | None:
    """The rows of a JSON sample that are lists, as many as may be; None for any other sample. Raises Refusal."""
    value, is_lines = load_values(sample)
    names = split_path(value, sample.form["records"])
    rows = step(value, names)
    if is_lines or not is_list_of_rows(rows):
        return None
    header, labels = sample.form.get("labels", ""), sample.labels
    cells = CELLS if isinstance(rows[0], dict) else ""
    form = {"format": FORMAT, "path": join_all("", names) + LISTED, "header": header, "cells": cells}
    first = 1 if labels is not None and not header else 0
    some = [take_cells(row) or [] for row in rows[first : first + most]]
    return ListedRows(form, labels, _turn(some, len(sample.columns)))


def tell_lists(labels: Sequence[str], columns: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What to check of columns whose cells are whole lists of a JSON document, as JSON."""
    held = [label for label, cells in zip(labels, columns, strict=True) if any(cell.startswith("[") for cell in cells)]
    if not held:
        return ()
    told = f"lists are kept as the text of one cell: {', '.join(map(repr, held))}"
    if any(cell.startswith("[[") for cells in columns for cell in cells):
        return (
            f"{told}; no dialect reads rows that are lists inside of records: have them sent as CSV if they are rows",
        )
    return (f"{told}; name one in `records` for a row of each of its elements",)


def split_path(value: Any, path: str) -> list[str]:
    """The names of a path from the root, such as `$.data` or `$[1]`, those of the value that have points among them."""
    names = path.removeprefix("$").replace("[", ".[").split(".")
    return _follow(value, path.removeprefix("$").removeprefix(".")) or [name for name in names if name]


def _follow(value: Any, path: str) -> list[str] | None:
    if not path:
        return []
    for name, inner in value.items() if isinstance(value, dict) else ():
        if path == name or path.startswith((f"{name}.", f"{name}[")):
            names = _follow(inner, path.removeprefix(name).removeprefix("."))
            if names is not None:
                return [name, *names]
    return None


def _turn(rows: Sequence[Sequence[Any]], width: int) -> tuple[tuple[str, ...], ...]:
    """The columns of rows that have no more cells than there are columns; what a row lacks at its end is empty."""
    whole = [[*map(show_cell, row), *[""] * (width - len(row))] for row in rows if len(row) <= width]
    return tuple(zip(*whole, strict=True)) or ((),) * width


def load_values(sample: Sample) -> tuple[Any, bool]:
    """The value of a JSON document; of JSON Lines a list of the first one, and that they are such. Raises Refusal."""
    raw = RawInput(sample.file_name, lambda: io.BytesIO(sample.data), len(sample.data))
    unpacker = Unpacker(DEFAULT, sample.packing.has_table, lambda *_: None)
    with OpenedRaw(raw, DEFAULT) as opened:
        for member in unpacker.members(opened):
            if begins_with_lines(member.head, DEFAULT):
                return [next(ValueLines(member, DEFAULT).read())], True
            return load_document(member, DEFAULT).value, False
    raise Refusal("there is no document in the sample")
