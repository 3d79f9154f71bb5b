"""Delimited text with a mark written twice between cells, such as `||`: under one mark every second cell is empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from conditioners.structure.blocks import Block, each_row
from conditioners.structure.rows import Row
from conditioners.structure.splitting import Splitter
from conditioners.structure.text import LineRows, TextRows

_SINGLE = ",;\t "
"""Marks between which empty columns are usual."""
_RECORDS, _FEWEST = 300, 3


@dataclass(frozen=True)
class DoubledRows(LineRows):
    """One text file; a row in which something stands between the two marks is left as it is under the single one."""

    def rows(self) -> Iterator[Row | Block]:
        """All rows, in order."""
        for row in each_row(self.text.rows()):
            yield row._replace(cells=row.cells[::2]) if row.cells is not None and _is_doubled(row.cells) else row

    def describe(self) -> dict[str, Any]:
        """The dialect, for the summary."""
        return {**self.text.describe(), "delimiter": self.text.marks.delimiter * 2}


def open_doubled(text: TextRows) -> DoubledRows | None:
    """The file, if nearly all of its first records have nothing in every second cell."""
    marks = text.marks
    if len(marks.delimiter) != 1 or marks.delimiter in _SINGLE or text.sniffed.columns < _FEWEST:
        return None
    records = [record.fields for record in islice(Splitter(marks).records(text.head), _RECORDS)]
    wide = [fields for fields in records if fields and len(fields) >= _FEWEST]
    doubled = sum(map(_is_doubled, wide))
    return DoubledRows(text) if len(wide) >= _FEWEST and doubled >= 0.95 * len(wide) else None


def _is_doubled(cells: tuple[str, ...]) -> bool:
    return len(cells) % 2 == 1 and not any(cells[1::2]) and any(cells)
