"""Runs a source's own pandas function on a batch, and holds it to what a hook may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conditioners.declaration import Source
from conditioners.outcome import SourceError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import polars as pl
    from numpy.typing import NDArray


def apply_hook(source: Source, frame: pl.DataFrame) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    """The frame after the source's hook, and which of its rows are left, by number and in order.

    Raises SourceError when the hook adds rows, repeats one, or loses a column.
    """
    import numpy as np

    if source.hook is None:
        return frame, np.arange(frame.height)
    import polars as pl

    changed = source.hook(frame.to_pandas(use_pyarrow_extension_array=True))
    lost = set(frame.columns) - set(changed.columns)
    if lost:
        raise SourceError(f"the hook of {source.name} lost the column {sorted(lost)[0]!r}")
    kept = changed.index.to_numpy()
    if len(np.unique(kept)) != len(kept) or not np.isin(kept, np.arange(frame.height)).all():
        raise SourceError(f"the hook of {source.name} added or repeated rows; it may change cells and leave rows out")
    if not changed.index.is_monotonic_increasing:
        changed = changed.sort_index()
    return pl.DataFrame([_to_text(changed[name]) for name in frame.columns]), np.sort(kept).astype(np.int64)


def _to_text(column: pd.Series[Any]) -> pl.Series:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    if isinstance(column.dtype, pd.ArrowDtype) and pa.types.is_large_string(column.dtype.pyarrow_dtype):
        return pl.Series(column.name, pa.chunked_array(column.array.__arrow_array__()))
    return pl.Series(column.name, column.to_list(), dtype=pl.String, strict=False)
