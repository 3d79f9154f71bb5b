"""Parquet: row groups as batches of text, within limits of what they unpack to."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.json.showing import show_json
from conditioners.readers.parquet.cells import is_bytes, is_text, read_values, show_cells
from conditioners.readers.parquet.footer import ColumnChunk, read_chunks
from conditioners.readers.parquet.limits import check_pages, check_sizes, name_column
from conditioners.readers.parquet.sizes import HEX, decoded_size, fixed_bytes, row_sizes
from conditioners.readers.parquet.thrift import ThriftError

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

_IN_MEMORY = 32 << 20
_BATCH_ROWS, _NESTED_ROWS = 20_000, 1000
_BATCH_CELLS = 500_000
"""Of a batch: each takes up to a hundred bytes."""
_MANY = 500
"""Cells of a column that are written faster all at once than one by one."""
_TAIL = 8
"""Bytes of the metadata's length and the mark behind it."""


@dataclass(frozen=True)
class OpenedParquet:
    """A file that keeps to the limits, and the bytes that its columns take in it."""

    file: ParquetFile
    packed: int
    nested: int
    """The most values that the columns of lists have together in a row group."""


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
            told = check_sizes(metadata, groups, packed, limits)
            checked = check_pages(spool, metadata, groups, limits)
            # A value that is stored once must not be repeated in memory for each of its rows.
            once = [path for path in _texts(metadata) if path not in checked.one_by_one]
            file = ParquetFile(pa.PythonFile(spool, mode="r"), metadata=metadata, read_dictionary=once)
            yield OpenedParquet(file, told, checked.listed)
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
    except ThriftError as error:
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
    for batch in _read_batches(opened, columns, limits):
        size = decoded_size(batch)
        if size > limits.row_group_bytes:
            raise Refusal(f"{batch.num_rows} rows unpack to more than the limit of {limits.row_group_bytes} bytes")
        if size > limits.line_bytes:
            _require_short_rows(batch, rows, limits)
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
        yield pl.DataFrame([_as_text(batch.column(at)).alias(name) for at, name in enumerate(names)])
    if rows != told:
        raise Refusal(f"the Parquet file cannot be read: its metadata tell of {told} rows, which it does not have")


def _read_batches(opened: OpenedParquet, columns: Sequence[str] | None, limits: Limits) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    file = opened.file
    fields = [field for field in file.schema_arrow if columns is None or field.name in columns]
    most = _find_most_rows(fields, limits)
    if columns is not None or not any(pa.types.is_nested(field.type) for field in fields):
        yield from file.iter_batches(min(most, _BATCH_ROWS), columns=list(columns) if columns is not None else None)
        return
    if opened.nested > limits.nested_values:
        raise Refusal(f"the lists of a row group have more than {limits.nested_values} values together")
    for group in range(file.metadata.num_row_groups):
        # Nested columns cannot be read across groups, for each has a dictionary of its own.
        yield from file.iter_batches(min(most, _NESTED_ROWS), row_groups=[group])


def _find_most_rows(fields: Sequence[Any], limits: Limits) -> int:
    """How many rows may be read together; raises Refusal where their bytes of fixed lengths are too many in one."""
    fixed = sum(map(fixed_bytes, fields)) * HEX
    if fixed > limits.line_bytes:
        raise Refusal(f"a row has {fixed} digits of bytes, more than the limit of {limits.line_bytes}")
    return min(_BATCH_CELLS // max(1, len(fields)), limits.line_bytes // max(1, fixed)) or 1


def _require_short_rows(batch: pa.RecordBatch, before: int, limits: Limits) -> None:
    sizes = row_sizes(batch)
    if sizes.max() > limits.line_bytes:
        raise Refusal(
            f"a row is longer than the limit of {limits.line_bytes} bytes", f"row {before + sizes.argmax() + 1}"
        )


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
            raise Refusal(f"a column holds {kind}, which is no single value", name_column(field.name))


def _as_text(column: Any) -> pl.Series:
    import polars as pl
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind) and is_text(kind.value_type):
        _require_utf8(column.dictionary)
        column, kind = column.dictionary_decode(), kind.value_type
    elif is_text(kind):
        _require_utf8(column)
    if len(column) >= _MANY and (is_text(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
        # These are written as Python does, all at once.
        return cast("pl.Series", pl.from_arrow(column.cast(pa.large_string())))
    if pa.types.is_nested(kind):
        shown = [None if value is None else show_json(value) for value in read_values(column)]
        return pl.Series(shown, dtype=pl.String)
    return pl.Series(show_cells(column), dtype=pl.String)


def _require_utf8(texts: Any) -> None:
    """Raises UnicodeDecodeError with the first text that is none; polars would end in a panic."""
    import pyarrow as pa

    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        texts.to_pylist()
        raise
