"""Parquet: row groups as batches of text, within limits of what they unpack to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.json.showing import show_json
from conditioners.readers.parquet.cells import is_bytes, is_text, read_values, show_cells
from conditioners.readers.parquet.files import OpenedParquet
from conditioners.readers.parquet.limits import name_column
from conditioners.readers.parquet.sizes import HEX, decoded_size, fixed_bytes, row_sizes

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

_BATCH_ROWS, _NESTED_ROWS = 20_000, 1000
_BATCH_CELLS = 500_000
"""Of a batch: each takes up to a hundred bytes."""
_MANY = 500
"""Cells of a column that are written faster all at once than one by one."""


def read_text_batches(opened: OpenedParquet, columns: Sequence[str] | None, limits: Limits) -> Iterator[pl.DataFrame]:
    """Batches of some columns, each cell as text; raises Refusal for a batch that unpacks to too much.

    Where `columns` is None all of them are read, each under its number, for several may have the same name, and what
    holds no single values is JSON or hex digits.
    """
    import polars as pl

    file = opened.file
    if columns is not None:
        _require_single_values(file, columns)
    told, size = file.metadata.num_rows, _Size(opened, limits)
    for batch in _read_batches(opened, columns, limits):
        size.note(batch)
        if size.rows > told:
            break
        names = batch.schema.names if columns is not None else map(str, range(batch.num_columns))
        yield pl.DataFrame([_as_text(batch.column(at)).alias(name) for at, name in enumerate(names)])
    if size.rows != told:
        raise Refusal(f"the Parquet file cannot be read: its metadata tell of {told} rows, which it does not have")


class _Size:
    """What the batches of a file unpack to."""

    def __init__(self, opened: OpenedParquet, limits: Limits) -> None:
        self._limits, self._most = limits, limits.row_group_bytes + opened.packed * limits.repeated_ratio
        self.rows = self._unpacked = 0

    def note(self, batch: pa.RecordBatch) -> None:
        """The next batch; raises Refusal when it, one of its rows, or all batches so far unpack to too much."""
        limits, size = self._limits, decoded_size(batch)
        if size > limits.row_group_bytes:
            raise Refusal(f"{batch.num_rows} rows unpack to more than the limit of {limits.row_group_bytes} bytes")
        if size > limits.line_bytes:
            _require_short_rows(batch, self.rows, limits)
        self._unpacked += size
        if self._unpacked > self._most:
            raise Refusal(
                f"its values, each written out for its row, are more than {limits.row_group_bytes} bytes and "
                f"{limits.repeated_ratio} times the size of the file",
                f"row {self.rows + 1}",
            )
        self.rows += batch.num_rows


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
