"""Parquet: row groups as batches of text, within limits of what they unpack to."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

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


@contextmanager
def open_parquet_file(opened: OpenedRaw, limits: Limits) -> Iterator[ParquetFile]:
    """The file, spooled to disk when it is large; raises Refusal when it is damaged or unpacks to too much."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        for block in opened.blocks():
            spool.write(block)
        spool.seek(0)
        try:
            file = ParquetFile(pa.PythonFile(spool, mode="r"))
            _check_sizes(file, limits)
            yield file
        except (pa.ArrowException, OSError) as error:
            raise Refusal(f"the Parquet file cannot be read: {error}") from None


def _check_sizes(file: ParquetFile, limits: Limits) -> None:
    metadata = file.metadata
    total = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if total > limits.unpacked_bytes:
        raise Refusal(f"the file unpacks to more than the limit of {limits.unpacked_bytes} bytes")
    largest = max((metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups)), default=0)
    if largest > limits.row_group_bytes:
        raise Refusal(f"a row group unpacks to more than the limit of {limits.row_group_bytes} bytes")


def read_text_batches(file: ParquetFile, columns: Sequence[str] | None, limits: Limits) -> Iterator[pl.DataFrame]:
    """Batches of some columns (or all), each cell as text; raises Refusal for a batch that unpacks to too much."""
    import polars as pl

    for batch in file.iter_batches(_BATCH_ROWS, columns=list(columns) if columns is not None else None):
        if _decoded_size(batch) > limits.row_group_bytes:
            raise Refusal(f"{_BATCH_ROWS} rows unpack to more than the limit of {limits.row_group_bytes} bytes")
        names = batch.schema.names
        yield pl.DataFrame(
            [pl.Series(name, _as_text(batch.column(at)), dtype=pl.String) for at, name in enumerate(names)]
        )


def _decoded_size(batch: pa.RecordBatch) -> int:
    return int(batch.get_total_buffer_size())


def _as_text(column: Any) -> list[str | None]:
    """Cells as text: days and moments as ISO 8601, decimals with their places, bytes only if they are text."""
    import datetime

    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return list(column.to_pylist())
    values = column.to_pylist()
    if pa.types.is_boolean(kind):
        return [None if value is None else "true" if value else "false" for value in values]
    if pa.types.is_timestamp(kind):
        return [None if value is None else _show_moment(value) for value in values]
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise Refusal(f"a column holds {kind}, which is no single value")
    return [
        None if value is None else value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
        for value in values
    ]


def _show_moment(value: Any) -> str:
    midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0) and value.tzinfo is None
    return str(value.date().isoformat() if midnight else value.isoformat(sep=" "))
