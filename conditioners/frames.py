"""Operations on data frames, done column by column in the thread that asks for them.

polars hands the same to a thread of its own, which takes longer for a small frame, and for two threads at a time. That
is also why expressions are evaluated with `select_seq` and `with_columns_seq`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray


def keep_rows(frame: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """The rows for which `wanted`, as long as the frame, is true."""
    import polars as pl

    return pl.DataFrame([column.filter(wanted) for column in frame])


def to_series(array: pa.Array) -> pl.Series:
    """An Arrow array's values. For an array by itself, polars imports two large modules that nothing here needs."""
    import polars as pl
    import pyarrow as pa

    return pl.DataFrame(pa.table({"": array})).to_series()


def pack_bits(flags: NDArray[np.bool_]) -> pa.Buffer:
    """Eight to a byte, as Arrow has them."""
    import numpy as np
    import pyarrow as pa

    return pa.py_buffer(np.packbits(flags, bitorder="little"))
