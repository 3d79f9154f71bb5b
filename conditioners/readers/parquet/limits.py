"""Refuses Parquet files by what their metadata and pages say of sizes, before anything else is read of them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import IO, Any, NamedTuple

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.parquet.footer import ColumnChunk
from conditioners.readers.parquet.pages import Pages, measure_pages
from conditioners.readers.parquet.thrift import ThriftError

_LONGEST_NAME = 80
_PLAIN, _BEHIND_LENGTHS, _BEHIND_BEGINNINGS = 0, 6, 7
"""Encodings of parquet.thrift: PLAIN and DELTA_LENGTH_BYTE_ARRAY, in which each value stands in the file, whole, and
DELTA_BYTE_ARRAY, in which one may begin as the one before it does, without an end."""


class Checked(NamedTuple):
    """What the pages of a file say."""

    listed: int
    """The most values that the columns of lists have together in a row group."""
    one_by_one: frozenset[str]
    """The paths of texts that are read as they stand, for pyarrow cannot read them as what is stored once."""


def check_sizes(metadata: Any, groups: list[list[ColumnChunk]], packed: int, limits: Limits) -> int:
    """Raises Refusal by what the metadata say; answers the bytes that the columns take in the file."""
    _check_counts(metadata.num_rows, metadata.num_columns, packed, limits)
    told = sum(chunk.packed for group in groups for chunk in group)
    if told > packed:
        raise Refusal(
            f"the Parquet file cannot be read: its metadata tell of {told} bytes of columns, but it has {packed}"
        )
    sizes = [metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups)]
    if sum(sizes) > limits.unpacked_bytes:
        raise Refusal(f"the file unpacks to more than the limit of {limits.unpacked_bytes} bytes")
    for size, group in zip(sizes, groups, strict=True):
        _check_group(metadata, size, group, limits)
    return told


def check_pages(file: IO[bytes], metadata: Any, groups: list[list[ColumnChunk]], limits: Limits) -> Checked:
    """Raises Refusal by what the pages say, of which the metadata may tell less."""
    columns = [metadata.schema.column(number) for number in range(metadata.num_columns)]
    most, written = 0, [set[int]() for _ in columns]
    for group in groups:
        try:
            pages = [_measure(file, chunk, column) for chunk, column in zip(group, columns, strict=True)]
        except ThriftError as error:
            raise Refusal(f"the Parquet file cannot be read: of its pages, {error}") from None
        measured = [replace(chunk, unpacked=page.unpacked) for chunk, page in zip(group, pages, strict=True)]
        _check_group(metadata, sum(page.unpacked for page in pages), measured, limits)
        most = max(most, sum(page.values for page, column in zip(pages, columns, strict=True) if _is_listed(column)))
        for encodings, page in zip(written, pages, strict=True):
            encodings |= page.encodings
    return Checked(most, _stand_one_by_one(columns, written))


def _stand_one_by_one(columns: Sequence[Any], written: Sequence[Set[int]]) -> frozenset[str]:
    """Raises Refusal for texts in an encoding of which a few bytes may be any number of them, unread as yet."""
    paths = set()
    for column, found in zip(columns, written, strict=True):
        if column.physical_type != "BYTE_ARRAY" or not found & {_BEHIND_LENGTHS, _BEHIND_BEGINNINGS}:
            continue
        if not found <= {_PLAIN, _BEHIND_LENGTHS}:
            raise Refusal(
                "its texts are written as DELTA_BYTE_ARRAY, or as DELTA_LENGTH_BYTE_ARRAY beside another encoding: "
                "have them written as PLAIN, or with a dictionary",
                name_column(column.path),
            )
        paths.add(column.path)
    return frozenset(paths)


def _is_listed(column: Any) -> bool:
    return bool(column.max_repetition_level > 0)


def _measure(file: IO[bytes], chunk: ColumnChunk, column: Any) -> Pages:
    """What is packed in no way, and holds no lists or texts, is what it takes in the file."""
    if not (chunk.codec or _is_listed(column) or column.physical_type == "BYTE_ARRAY"):
        return Pages(chunk.packed, chunk.values)
    pages = measure_pages(file, chunk)
    if not _is_listed(column):
        return pages
    fixed = column.length if column.physical_type == "FIXED_LEN_BYTE_ARRAY" else 0
    return replace(pages, unpacked=max(pages.unpacked, pages.values * fixed))


def _check_counts(rows: int, columns: int, packed: int, limits: Limits) -> None:
    """Rows of values that are stored once take no room in the file, but each takes its time."""
    for count, what, free, ratio in (
        (rows, "rows", limits.packed_rows_free, limits.packed_rows_ratio),
        (rows * columns, "cells", limits.packed_cells_free, limits.unpacked_ratio),
    ):
        if count > free + packed * ratio:
            raise Refusal(
                f"the file has {count} {what} in {packed} bytes, more than {free} and {ratio} for each byte: "
                f"split it into files of at most {free} {what}"
            )


def _check_group(metadata: Any, size: int, group: list[ColumnChunk], limits: Limits) -> None:
    """Refuse a row group of so many bytes, unpacked, if that is too much, or too much of it in one column."""
    if size > limits.row_group_bytes:
        raise Refusal(f"a row group unpacks to more than the limit of {limits.row_group_bytes} bytes")
    if size > limits.value_bytes:
        _check_columns(metadata, group, limits)


def _check_columns(metadata: Any, group: list[ColumnChunk], limits: Limits) -> None:
    """What is said of a column's values together holds for each; several copies of one are made when it is read."""
    for number, chunk in enumerate(group):
        column = metadata.schema.column(number)
        if column.physical_type == "BYTE_ARRAY" and chunk.unpacked > limits.value_bytes:
            reason = f"the texts of one column in a row group take more than the limit of {limits.value_bytes} bytes"
            raise Refusal(reason, name_column(column.path))


def name_column(column: str) -> str:
    """A column's name as a place, which the file may have as long as it likes."""
    return f"column {column[:_LONGEST_NAME]!a}"
