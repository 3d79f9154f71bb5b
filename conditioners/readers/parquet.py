"""Parquet: row groups as batches of text, within limits of what they unpack to."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

MAGIC = b"PAR1"
_IN_MEMORY = 32 << 20
_BATCH_ROWS = 20_000
_TAIL = 8
"""Bytes of the metadata's length and the mark behind it."""


@contextmanager
def open_parquet_file(opened: OpenedRaw, limits: Limits) -> Iterator[ParquetFile]:
    """The file, spooled to disk when it is large; raises Refusal when it is damaged or unpacks to too much."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        for block in opened.blocks():
            spool.write(block)
        packed = spool.tell()
        _check_footer(spool, packed, limits)
        spool.seek(0)
        try:
            file = ParquetFile(pa.PythonFile(spool, mode="r"))
            _check_sizes(file, packed, limits)
            # A value that is stored once must not be repeated in memory for each of its rows.
            yield ParquetFile(
                pa.PythonFile(spool, mode="r"), metadata=file.metadata, read_dictionary=_texts(file.metadata)
            )
        except (pa.ArrowException, OSError) as error:
            raise Refusal(f"the Parquet file cannot be read: {error}") from None


def _check_footer(spool: IO[bytes], packed: int, limits: Limits) -> None:
    """Refuse by the metadata's size, which stands before the last four bytes, whatever it is."""
    if packed >= _TAIL:
        spool.seek(packed - _TAIL)
        size, _ = struct.unpack("<I4s", spool.read(_TAIL))
        if limits.footer_bytes < size < packed:
            raise Refusal(f"the metadata of the Parquet file are larger than the limit of {limits.footer_bytes} bytes")


def _texts(metadata: Any) -> list[str]:
    """The paths of the columns whose values have any length."""
    columns = (metadata.schema.column(number) for number in range(metadata.num_columns))
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


def _check_sizes(file: ParquetFile, packed: int, limits: Limits) -> None:
    """Refuse by what the metadata say; a cell counts a byte at least, for that is what it becomes in the output."""
    metadata = file.metadata
    if metadata.num_rows * metadata.num_columns > limits.unpacked_free + packed * limits.unpacked_ratio:
        raise Refusal(f"the file unpacks to more than {limits.unpacked_ratio} times its size")
    total = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if total > limits.unpacked_bytes:
        raise Refusal(f"the file unpacks to more than the limit of {limits.unpacked_bytes} bytes")
    largest = max((metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups)), default=0)
    if largest > limits.row_group_bytes:
        raise Refusal(f"a row group unpacks to more than the limit of {limits.row_group_bytes} bytes")
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        if group.total_byte_size > limits.value_bytes:
            _check_columns(group, limits)


def _check_columns(group: Any, limits: Limits) -> None:
    """What is said of a column's values together holds for each; several copies of one are made when it is read."""
    for number in range(group.num_columns):
        column = group.column(number)
        if column.physical_type == "BYTE_ARRAY" and column.total_uncompressed_size > limits.value_bytes:
            reason = f"the texts of one column in a row group take more than the limit of {limits.value_bytes} bytes"
            raise Refusal(reason, ascii(column.path_in_schema[:80]))


def read_text_batches(file: ParquetFile, columns: Sequence[str] | None, limits: Limits) -> Iterator[pl.DataFrame]:
    """Batches of some columns (or all), each cell as text; raises Refusal for a batch that unpacks to too much."""
    import polars as pl

    _require_single_values(file, columns)
    told, rows = file.metadata.num_rows, 0
    for batch in file.iter_batches(_BATCH_ROWS, columns=list(columns) if columns is not None else None):
        if _decoded_size(batch) > limits.row_group_bytes:
            raise Refusal(f"{_BATCH_ROWS} rows unpack to more than the limit of {limits.row_group_bytes} bytes")
        rows += batch.num_rows
        if rows > told:
            break
        names = batch.schema.names
        yield pl.DataFrame(
            [pl.Series(name, _as_text(batch.column(at)), dtype=pl.String) for at, name in enumerate(names)]
        )
    if rows != told:
        raise Refusal(f"the Parquet file cannot be read: its metadata tell of {told} rows, which it does not have")


def _require_single_values(file: ParquetFile, columns: Sequence[str] | None) -> None:
    import pyarrow as pa

    for field in file.schema_arrow:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        is_read = columns is None or field.name in columns
        if is_read and (pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
            raise Refusal(f"a column holds {kind}, which is no single value")


def _decoded_size(batch: pa.RecordBatch) -> int:
    """Bytes of a batch with every value written out for each of its rows."""
    return int(batch.get_total_buffer_size()) + sum(map(_repeated_size, batch.columns))


def _repeated_size(column: Any) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return 0
    return pc.sum(pc.cast(pc.binary_length(column.dictionary), pa.int64()).take(column.indices)).as_py() or 0


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _as_text(column: Any) -> list[str | None]:
    """Cells as text: days and moments as ISO 8601, decimals with their places, bytes only if they are text."""
    import datetime

    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if _is_text(kind):
        return list(column.to_pylist())
    try:
        values = column.to_pylist()
    except (OverflowError, ValueError):
        # A day or moment before year 1 or behind 9999, of which Python has none.
        return list(column.cast(pa.string()).to_pylist())
    if pa.types.is_boolean(kind):
        return [None if value is None else "true" if value else "false" for value in values]
    if pa.types.is_timestamp(kind):
        return [None if value is None else _show_moment(value) for value in values]
    return [
        None if value is None else value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
        for value in values
    ]


def _show_moment(value: Any) -> str:
    midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0) and value.tzinfo is None
    return str(value.date().isoformat() if midnight else value.isoformat(sep=" "))
