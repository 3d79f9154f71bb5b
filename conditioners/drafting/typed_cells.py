"""What a sample's format tells of its cells: which are numbers, and which texts, whatever they look like."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from conditioners.drafting.listed import load_values
from conditioners.drafting.packing import read_first
from conditioners.drafting.samples import Sample
from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.inputs.unpack import Unpacker
from conditioners.limits import DEFAULT
from conditioners.outcome import Refusal
from conditioners.readers.json.paths import read_path
from conditioners.readers.json.showing import Number
from conditioners.readers.workbooks.workbook import load_sheets


def find_texts(sample: Sample) -> frozenset[str]:
    """The labels of JSON and Parquet below which cells are texts, where others are numbers; none of other formats."""
    labels = sample.labels or ()
    if sample.form["format"] == "Parquet":
        return _find_parquet_texts(sample)
    if sample.form["format"] != "JSON":
        return frozenset()
    numbers: dict[str, set[bool]] = {}
    for name, value in _list_values(load_values(sample)[0]):
        if isinstance(value, str):
            numbers.setdefault(name, set()).add(isinstance(value, Number))
    by_label = {label: numbers.get(_name_last(label), set()) for label in labels}
    if {True} not in by_label.values():
        return frozenset()
    return frozenset(label for label, found in by_label.items() if found == {False})


def _find_parquet_texts(sample: Sample) -> frozenset[str]:
    import pyarrow as pa
    from pyarrow import parquet

    schema = parquet.read_schema(io.BytesIO(read_first(sample.file_name, sample.data, sample.packing)))
    return frozenset(field.name for field in schema if pa.types.is_string(field.type))


def _name_last(path: str) -> str:
    """The name that a path ends with."""
    return next((level.names[-1] for level in reversed(read_path(path)) if level.names), "")


def _list_values(value: Any) -> Iterator[tuple[str, Any]]:
    """All values of a document that are no lists or objects, each with the last name that leads to it."""
    waiting = [("", value)]
    while waiting:
        name, each = waiting.pop()
        if isinstance(each, dict):
            waiting += each.items()
        elif isinstance(each, list):
            waiting += [(name, item) for item in each]
        else:
            yield name, each


def find_typed_numerals(sample: Sample) -> frozenset[str]:
    """What the numbers with decimals of a workbook, or of those in an archive, are shown as: always with a point.

    None of other formats.
    """
    if sample.form["format"] != "workbook":
        return frozenset()
    raw = RawInput(sample.file_name, lambda: io.BytesIO(sample.data), len(sample.data))
    unpacker = Unpacker(DEFAULT, lambda _: True, lambda *_: None)
    found = set[str]()
    with OpenedRaw(raw, DEFAULT) as opened:
        for member in unpacker.members(opened):
            try:
                sheets = load_sheets(member, DEFAULT).sheets
            except Refusal:
                continue  # Other files may stand beside the workbooks of an archive.
            rows = (cells for sheet in sheets for cells in sheet.rows())
            found.update(cell for cells in rows for cell in cells if isinstance(cell, Number))
    return frozenset(found)
