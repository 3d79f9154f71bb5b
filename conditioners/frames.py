"""Operations on data frames, done column by column in the thread that asks for them.

polars hands the same to a thread of its own, which takes longer for a small frame, and for two threads at a time. That
is also why expressions are evaluated with `select_seq` and `with_columns_seq`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray

_FACTOR = 0x9E3779B97F4A7C15
"""An odd number that has ones all over: 2 to the 64 divided by the golden ratio."""


def keep_rows(frame: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """The rows for which `wanted`, as long as the frame, is true."""
    import polars as pl

    return pl.DataFrame([column.filter(wanted) for column in frame])


def to_series(array: pa.Array) -> pl.Series:
    """An Arrow array's values."""
    import polars as pl

    return pl.Series(_Array(array))


def to_frame(table: pa.Table) -> pl.DataFrame:
    """An Arrow table's columns."""
    import polars as pl

    return pl.DataFrame(_Stream(table))


class _Stream:
    """An Arrow table as any library hands it to another: by its class, polars would give it to its own thread.

    See "The Arrow PyCapsule Interface" in the documentation of Arrow.
    """

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


class _Array:
    """An Arrow array, likewise: by its class, polars would keep Python's lock while it reads it."""

    def __init__(self, array: pa.Array) -> None:
        self._array = array

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        capsules: tuple[object, object] = self._array.__arrow_c_array__(requested_schema)
        return capsules


def hash_columns(names: Sequence[str], seed: int) -> pl.Expr:
    """One hash of the values of some columns."""
    import polars as pl

    factor = pl.lit(_FACTOR, pl.UInt64)
    hashes = [pl.col(name).hash(seed) for name in names]
    return reduce(lambda before, each: before * factor + each, hashes).alias(f"hash {seed}")


def pack_bits(flags: NDArray[np.bool_]) -> pa.Buffer:
    """Eight to a byte, as Arrow has them."""
    import numpy as np
    import pyarrow as pa

    return pa.py_buffer(np.packbits(flags, bitorder="little"))
