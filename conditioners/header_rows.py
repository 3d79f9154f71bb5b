"""Header rows among the rows of a table whose columns are all text, so that no cell of theirs breaks the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conditioners.columns import Text
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.readers.batches import Reader
from conditioners.readers.headers import surroundings

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_FEWEST = 2
"""Columns that tell a header row from a row with a word that happens to be a label."""


class HeaderRows:
    """Finds rows that hold nothing but labels of the header row, in its order or another."""

    def __init__(self, source: Source, dialect: Dialect, reader: Reader) -> None:
        around = surroundings(source, dialect)
        read = [name for name in reader.columns if name not in around]
        texts = {column.name for column in source.columns if isinstance(column, Text)}
        is_text = len(read) >= _FEWEST and texts.issuperset(read) and bool(reader.facts.header_texts)
        self._columns = read if is_text else []
        self._labels = [_spell(label) for label in reader.facts.labels]

    def find(self, frame: pl.DataFrame) -> NDArray[np.int64]:
        """The numbers of such rows in a batch of text cells."""
        import numpy as np
        import polars as pl

        if not self._columns:
            return np.empty(0, np.int64)
        first, *others = self._columns
        found = self._find_labels(frame[first]).arg_true()
        for name in others:
            found = found.filter(self._find_labels(frame[name].gather(found))) if len(found) else found
        return found.cast(pl.Int64).to_numpy()

    def _find_labels(self, cells: pl.Series) -> pl.Series:
        return cells.str.strip_chars().str.to_lowercase().is_in(self._labels).fill_null(value=False)


def _spell(label: str) -> str:
    return label.strip().lower()
