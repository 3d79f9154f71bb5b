"""Parquet: row groups as batches of text, within limits of what they unpack to."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.json_showing import show_json
from conditioners.readers.parquet_cells import is_bytes, is_text, read_values, show_cells
from conditioners.readers.parquet_footer import ColumnChunk, FooterError, read_chunks

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

_IN_MEMORY = 32 << 20
_BATCH_ROWS, _NESTED_ROWS = 20_000, 1000
_OBJECT, _DEEPEST = 64, 32
"""Bytes that a value inside of another one takes in memory; and how many levels they may be nested."""
_TAIL = 8
"""Bytes of the metadata's length and the mark behind it."""
_LONGEST_NAME = 80


@dataclass(frozen=True)
class OpenedParquet:
    """A file that keeps to the limits, and the bytes that its columns take in it."""

    file: ParquetFile
    packed: int


@contextmanager
def open_parquet_file(opened: OpenedRaw, limits: Limits) -> Iterator[OpenedParquet]:
    """The file, spooled to disk when it is large; raises Refusal when it is damaged or unpacks to too much."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        for block in opened.blocks():
            spool.write(block)
        packed = spool.tell()
        footer = _find_footer(spool, packed, limits)
        spool.seek(0)
        try:
            metadata = ParquetFile(pa.PythonFile(spool, mode="r")).metadata
            spool.seek(packed - _TAIL - footer)
            groups = _read_chunks(metadata, spool.read(footer))
            told = _check_sizes(metadata, groups, packed, limits)
            # A value that is stored once must not be repeated in memory for each of its rows.
            file = ParquetFile(pa.PythonFile(spool, mode="r"), metadata=metadata, read_dictionary=_texts(metadata))
            yield OpenedParquet(file, told)
        except UnicodeDecodeError as error:
            raise Refusal(f"the Parquet file cannot be read: a text in it is no UTF-8: {error.object[:80]!r}") from None
        except (pa.ArrowException, OSError) as error:
            raise Refusal(f"the Parquet file cannot be read: {error}") from None


def _find_footer(spool: IO[bytes], packed: int, limits: Limits) -> int:
    """The metadata's size, which stands before the last four bytes, whatever it is; raises Refusal beyond the limit."""
    if packed < _TAIL:
        return 0
    spool.seek(packed - _TAIL)
    size, _ = struct.unpack("<I4s", spool.read(_TAIL))
    if limits.footer_bytes < size < packed:
        raise Refusal(f"the metadata of the Parquet file are larger than the limit of {limits.footer_bytes} bytes")
    return int(size)


def _read_chunks(metadata: Any, footer: bytes) -> list[list[ColumnChunk]]:
    """The columns of each row group; raises Refusal where they are not those of the schema, or cannot be read."""
    try:
        groups = read_chunks(footer)
    except FooterError as error:
        raise Refusal(f"the Parquet file cannot be read: of its metadata, {error}") from None
    if any(chunk.is_encrypted for group in groups for chunk in group):
        raise Refusal("the Parquet file has encrypted columns: have it written without encryption")
    if [len(group) for group in groups] != [metadata.num_columns] * metadata.num_row_groups:
        raise Refusal(f"the Parquet file cannot be read: not every row group has {metadata.num_columns} columns")
    return groups


def _texts(metadata: Any) -> list[str]:
    """The paths of the columns whose values have any length."""
    columns = (metadata.schema.column(number) for number in range(metadata.num_columns))
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


def _check_sizes(metadata: Any, groups: list[list[ColumnChunk]], packed: int, limits: Limits) -> int:
    """Refuse by what the metadata say, before anything else is read; answers the bytes that the columns take."""
    _check_counts(metadata.num_rows, metadata.num_columns, packed, limits)
    told = sum(chunk.packed for group in groups for chunk in group)
    if told > packed:
        raise Refusal(
            f"the Parquet file cannot be read: its metadata tell of {told} bytes of columns, but it has {packed}"
        )
    sizes = [metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups)]
    if sum(sizes) > limits.unpacked_bytes:
        raise Refusal(f"the file unpacks to more than the limit of {limits.unpacked_bytes} bytes")
    if max(sizes, default=0) > limits.row_group_bytes:
        raise Refusal(f"a row group unpacks to more than the limit of {limits.row_group_bytes} bytes")
    for size, group in zip(sizes, groups, strict=True):
        if size > limits.value_bytes:
            _check_columns(metadata, group, limits)
    return told


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


def _check_columns(metadata: Any, group: list[ColumnChunk], limits: Limits) -> None:
    """What is said of a column's values together holds for each; several copies of one are made when it is read."""
    for number, chunk in enumerate(group):
        column = metadata.schema.column(number)
        if column.physical_type == "BYTE_ARRAY" and chunk.unpacked > limits.value_bytes:
            reason = f"the texts of one column in a row group take more than the limit of {limits.value_bytes} bytes"
            raise Refusal(reason, _name(column.path))


def _name(column: str) -> str:
    """A column's name as a place, which the file may have as long as it likes."""
    return f"column {column[:_LONGEST_NAME]!a}"


def read_text_batches(opened: OpenedParquet, columns: Sequence[str] | None, limits: Limits) -> Iterator[pl.DataFrame]:
    """Batches of some columns, each cell as text; raises Refusal for a batch that unpacks to too much.

    Where `columns` is None all of them are read, each under its number, for several may have the same name, and what
    holds no single values is JSON or hex digits.
    """
    import polars as pl

    file = opened.file
    if columns is not None:
        _require_single_values(file, columns)
    told, rows, unpacked = file.metadata.num_rows, 0, 0
    most = limits.row_group_bytes + opened.packed * limits.repeated_ratio
    for batch in _read_batches(file, columns):
        size = _decoded_size(batch)
        if size > limits.row_group_bytes:
            raise Refusal(f"{batch.num_rows} rows unpack to more than the limit of {limits.row_group_bytes} bytes")
        unpacked += size
        if unpacked > most:
            raise Refusal(
                f"its values, each written out for its row, are more than {limits.row_group_bytes} bytes and "
                f"{limits.repeated_ratio} times the size of the file",
                f"row {rows + 1}",
            )
        rows += batch.num_rows
        if rows > told:
            break
        names = batch.schema.names if columns is not None else map(str, range(batch.num_columns))
        yield pl.DataFrame(
            [pl.Series(name, _as_text(batch.column(at)), dtype=pl.String) for at, name in enumerate(names)]
        )
    if rows != told:
        raise Refusal(f"the Parquet file cannot be read: its metadata tell of {told} rows, which it does not have")


def _read_batches(file: ParquetFile, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    if columns is not None or not any(pa.types.is_nested(field.type) for field in file.schema_arrow):
        yield from file.iter_batches(_BATCH_ROWS, columns=list(columns) if columns is not None else None)
        return
    for group in range(file.metadata.num_row_groups):
        # Nested columns cannot be read across groups, for each has a dictionary of its own.
        yield from file.iter_batches(_NESTED_ROWS, row_groups=[group])


def describe_unusual(file: ParquetFile) -> dict[str, list[str]]:
    """The columns that hold no single values, by how their cells are shown."""
    import pyarrow as pa

    kinds = {field.name: _value_type(field) for field in file.schema_arrow}
    found = {
        "as_json": [name for name, kind in kinds.items() if pa.types.is_nested(kind)],
        "as_hex": [name for name, kind in kinds.items() if is_bytes(kind)],
    }
    return {how: names for how, names in found.items() if names}


def list_fractions(file: ParquetFile) -> set[str]:
    """The columns of numbers that may have decimal places."""
    import pyarrow as pa

    kinds = {field.name: _value_type(field) for field in file.schema_arrow}
    return {name for name, kind in kinds.items() if pa.types.is_floating(kind) or pa.types.is_decimal(kind)}


def _value_type(field: Any) -> Any:
    import pyarrow as pa

    return field.type.value_type if pa.types.is_dictionary(field.type) else field.type


def _require_single_values(file: ParquetFile, columns: Sequence[str]) -> None:
    import pyarrow as pa

    for field in file.schema_arrow:
        kind = _value_type(field)
        if field.name in columns and (pa.types.is_nested(kind) or is_bytes(kind)):
            raise Refusal(f"a column holds {kind}, which is no single value", _name(field.name))


def _decoded_size(batch: pa.RecordBatch) -> int:
    """Bytes of a batch with every value written out for each of its rows."""
    return int(batch.get_total_buffer_size()) + sum(map(_repeated_size, batch.columns))


def _repeated_size(column: Any, depth: int = 0) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind) and (is_text(kind.value_type) or is_bytes(kind.value_type)):
        return pc.sum(pc.cast(pc.binary_length(column.dictionary), pa.int64()).take(column.indices)).as_py() or 0
    if depth > _DEEPEST:
        raise Refusal(f"a column is nested more than {_DEEPEST} levels deep")
    if not pa.types.is_nested(kind):
        return len(column) * _OBJECT if depth else 0
    if pa.types.is_struct(kind):
        fields, names = column.flatten(), sum(len(kind.field(at).name) for at in range(kind.num_fields))
        return len(column) * (names + _OBJECT) + sum(_repeated_size(field, depth + 1) for field in fields)
    if pa.types.is_map(kind):
        return len(column) * _OBJECT + sum(_repeated_size(part, depth + 1) for part in (column.keys, column.items))
    return len(column) * _OBJECT + _repeated_size(column.flatten(), depth + 1)


def _as_text(column: Any) -> list[str | None]:
    import pyarrow as pa

    if not pa.types.is_nested(column.type):
        return show_cells(column)
    return [None if value is None else show_json(value) for value in read_values(column)]
