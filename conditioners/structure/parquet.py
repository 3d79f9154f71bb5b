"""Parquet files as rows of text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.parquet import describe_unusual, open_parquet_file, read_text_batches
from conditioners.structure.records import Record, RecordGrid


def open_parquet(opened: OpenedRaw, limits: Limits) -> Iterator[RecordGrid]:
    """The one table of a Parquet file; raises Refusal when it is damaged."""
    with open_parquet_file(opened, limits) as file:
        labels, unusual = tuple(file.schema_arrow.names), describe_unusual(file)
    if len(labels) > limits.columns:
        raise Refusal(f"the table has more than {limits.columns} columns")
    if labels:
        yield RecordGrid(opened.member, {"format": "Parquet", **unusual}, labels, partial(_read, opened, limits))


def _read(opened: OpenedRaw, limits: Limits) -> Iterator[tuple[str, Record]]:
    with open_parquet_file(opened, limits) as file:
        number = 0
        for frame in read_text_batches(file, None, limits):
            for cells in frame.rows():
                number += 1
                yield f"row {number}", dict(zip(frame.columns, (cell or "" for cell in cells), strict=True))
