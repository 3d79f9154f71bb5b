"""What the values of Parquet columns take when each is written out for its row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from conditioners.outcome import Refusal
from conditioners.readers.parquet.cells import is_bytes, is_text

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

HEX = 2
"""Digits that show a byte."""
_OBJECT, _DEEPEST = 64, 32
"""Bytes that a value inside of another one takes in memory; and how many levels they may be nested."""


def decoded_size(batch: pa.RecordBatch) -> int:
    """Bytes of a batch; raises Refusal for a column that is nested too deep."""
    return int(batch.get_total_buffer_size()) + sum(map(_repeated_size, batch.columns))


def _repeated_size(column: Any, depth: int = 0) -> int:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind) and (is_text(kind.value_type) or is_bytes(kind.value_type)):
        return int(_value_sizes(column).sum())
    if depth > _DEEPEST:
        raise Refusal(f"a column is nested more than {_DEEPEST} levels deep")
    if not pa.types.is_nested(kind):
        shown = int(_value_sizes(column).sum()) if is_bytes(kind) else 0
        return shown + (len(column) * _OBJECT if depth else 0)
    if pa.types.is_struct(kind):
        fields, names = column.flatten(), sum(len(kind.field(at).name) for at in range(kind.num_fields))
        return len(column) * (names + _OBJECT) + sum(_repeated_size(field, depth + 1) for field in fields)
    if pa.types.is_map(kind):
        return len(column) * _OBJECT + sum(_repeated_size(part, depth + 1) for part in (column.keys, column.items))
    return len(column) * _OBJECT + _repeated_size(column.flatten(), depth + 1)


def fixed_bytes(field: Any) -> int:
    """How many bytes each value of a column is, if all are as many and it holds bytes."""
    import pyarrow as pa

    return int(field.type.byte_width) if pa.types.is_fixed_size_binary(field.type) else 0


def row_sizes(batch: pa.RecordBatch) -> np.ndarray:
    """Characters of the texts and bytes of each row."""
    return _add(batch.columns, batch.num_rows)


def _add(columns: Iterable[Any], rows: int) -> np.ndarray:
    import numpy as np

    sizes = np.zeros(rows, np.int64)
    for column in columns:
        sizes += _value_sizes(column)
    return sizes


def _value_sizes(column: Any) -> np.ndarray:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, sizes = column.type, np.zeros(len(column), np.int64)
    if pa.types.is_dictionary(kind):
        lengths = np.append(_value_sizes(column.dictionary), 0)
        sizes += lengths[column.indices.fill_null(len(lengths) - 1).to_numpy(zero_copy_only=False)]
    elif is_text(kind) or is_bytes(kind):
        sizes += pc.binary_length(column).fill_null(0).to_numpy(zero_copy_only=False)
        sizes *= HEX if is_bytes(kind) else 1
    elif pa.types.is_struct(kind):
        sizes += _add(column.flatten(), len(column))
    elif pa.types.is_fixed_size_list(kind):
        values = _value_sizes(column.flatten()).reshape(-1, kind.list_size) if kind.list_size else np.zeros((1, 1))
        sizes[column.is_valid().to_numpy(zero_copy_only=False)] = values.sum(axis=1)
    elif pa.types.is_nested(kind):
        parts = (column.keys, column.items) if pa.types.is_map(kind) else (column.values,)
        before = np.append(0, np.cumsum(_add(parts, len(parts[0]))))
        sizes += np.diff(before[column.offsets.to_numpy()])
    return sizes
