"""What a sample's format tells of its cells: which are numbers, and which texts, whatever they look like."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from conditioners.drafting.listed import load_values
from conditioners.drafting.packing import read_first
from conditioners.drafting.samples import Sample
from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.inputs.unpack import Unpacker
from conditioners.limits import DEFAULT
from conditioners.outcome import Refusal
from conditioners.readers.json.parsing import load_document
from conditioners.readers.json.paths import read_path
from conditioners.readers.json.showing import Number
from conditioners.readers.json.value_lines import ValueLines, begins_with_lines
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
    """What the numbers of a workbook, JSON or Parquet file are shown as: always with a point. None of other formats."""
    if sample.form["format"] == "Parquet":
        texts, labels = _find_parquet_texts(sample), sample.labels or ()
        columns = zip(labels, sample.columns, strict=True)
        return frozenset(cell for label, cells in columns if label not in texts for cell in cells)
    if sample.form["format"] == "workbook":
        return _find_numbers(sample, lambda _: True, _list_cells)
    return _find_numbers(sample, sample.packing.has_table, _list_json) if sample.has_typed_cells else frozenset()


def _find_numbers(
    sample: Sample, is_read: Callable[[str], bool], list_cells: Callable[[OpenedRaw], Iterable[Any]]
) -> frozenset[str]:
    """The numbers among the cells of a sample, or of all files of an archive that can be read."""
    raw = RawInput(sample.file_name, lambda: io.BytesIO(sample.data), len(sample.data))
    unpacker = Unpacker(DEFAULT, is_read, lambda *_: None, lambda *_: None)
    found = set[str]()
    with suppress(Refusal), OpenedRaw(raw, DEFAULT) as opened:
        for member in unpacker.members(opened):
            with suppress(Refusal):  # Other files may stand beside those with the table.
                found.update(cell for cell in list_cells(member) if isinstance(cell, Number))
    return frozenset(found)


def _list_cells(member: OpenedRaw) -> Iterator[Any]:
    return (cell for sheet in load_sheets(member, DEFAULT).sheets for cells in sheet.rows() for cell in cells)


def _list_json(member: OpenedRaw) -> Iterator[Any]:
    """All single values of a JSON document, or of JSON Lines."""
    is_lines = begins_with_lines(member.head, DEFAULT)
    documents = ValueLines(member, DEFAULT).read() if is_lines else [load_document(member, DEFAULT).value]
    return (value for document in documents for _, value in _list_values(document))
