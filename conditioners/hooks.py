"""Runs a source's own pandas function on a batch, and holds it to what a hook may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from traceback import extract_tb
from typing import TYPE_CHECKING, NamedTuple

from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.hook_cells import arrow_cells, show_cells
from conditioners.outcome import SourceError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray

_FIRST = 1
"""The first row's index. As it is not 0, rows that a hook left and numbered anew are not taken for the first ones."""


class Hooked(NamedTuple):
    """A batch after the source's hook."""

    frame: pl.DataFrame
    """With columns of the source that the file lacks and the hook made."""
    kept: NDArray[np.int64]
    """Which rows are left, by number and in order."""
    dated: frozenset[str] = frozenset()
    """The columns of which the hook made days or moments that are no text."""


def apply_hook(source: Source, dialect: Dialect, frame: pl.DataFrame) -> Hooked:
    """Run the source's hook, if it has one.

    Raises SourceError when the hook fails, adds, repeats or renumbers rows, or loses or repeats a column.
    """
    import numpy as np

    if source.hook is None:
        return Hooked(frame, np.arange(frame.height))
    import pandas as pd
    import polars as pl

    given = frame.to_pandas(use_pyarrow_extension_array=True)
    given.index = pd.RangeIndex(_FIRST, _FIRST + frame.height)
    cells = {name: given[name].array.__arrow_array__() for name in frame.columns}
    changed = _run_hook(source.hook, source.name, given)
    lost = set(frame.columns) - set(changed.columns)
    if lost:
        raise SourceError(f"the hook of {source.name} lost the column {sorted(lost)[0]!r}")
    twice = changed.columns[changed.columns.duplicated()].intersection(source.names)
    if len(twice):
        raise SourceError(f"the hook of {source.name} gave the column {twice[0]!r} twice")
    kept = _kept_rows(source, cells, changed)
    if not changed.index.is_monotonic_increasing:
        changed = changed.sort_index()
    columns = {column.name: column for column in source.columns if column.name in changed.columns}
    unchanged = {name for name, given in cells.items() if arrow_cells(changed[name]) is given}
    shown = {name: show_cells(changed[name], columns[name], dialect) for name in columns.keys() - unchanged}
    texts = pl.DataFrame([frame[name] if name in unchanged else shown[name][0] for name in columns])
    return Hooked(texts, kept, frozenset(name for name, (_, is_dated) in shown.items() if is_dated))


def _run_hook(hook: Callable[[pd.DataFrame], pd.DataFrame], name: str, given: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    try:
        changed = hook(given)
    except (Exception, SystemExit) as error:  # one that ends the program would end the host
        where = "".join(f" in line {frame.lineno}" for frame in extract_tb(error.__traceback__)[1:2])
        raise SourceError(f"the hook of {name} failed{where}: {type(error).__name__}: {error}") from error
    if not isinstance(changed, pd.DataFrame):
        raise SourceError(f"the hook of {name} returned no frame but {type(changed).__name__}")
    return changed


def _kept_rows(source: Source, cells: Mapping[str, pa.ChunkedArray], changed: pd.DataFrame) -> NDArray[np.int64]:
    import numpy as np
    import pandas as pd

    index, height = changed.index, len(next(iter(cells.values())))
    if index.equals(pd.RangeIndex(_FIRST, _FIRST + height)):
        return np.arange(height)
    if len(index) and index.equals(pd.RangeIndex(len(index))):
        if len(index) == height and _is_in_order(cells, changed):
            return np.arange(height)
        raise SourceError(
            f"the hook of {source.name} numbered its rows anew, so that nobody knows which they are; it has to keep "
            "the frame's index, or put it back (`changed.index = frame.index`) where rows and their order are the same"
        )
    kept = index.to_numpy()
    if len(np.unique(kept)) != len(kept) or not np.isin(kept, np.arange(_FIRST, _FIRST + height)).all():
        raise SourceError(f"the hook of {source.name} added or repeated rows; it may change cells and leave rows out")
    return np.sort(kept).astype(np.int64) - _FIRST


def _is_in_order(cells: Mapping[str, pa.ChunkedArray], changed: pd.DataFrame) -> bool:
    """Whether a column that tells rows apart is as it was given, as `merge` leaves all but those that it adds."""
    for name, given in cells.items():
        now = arrow_cells(changed[name])
        if now is not None and now.equals(given) and (len(given) == 1 or len(given.unique()) > 1):
            return True
    return False
