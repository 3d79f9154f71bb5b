"""Delimited text with several marks between cells, such as `||` or `|~|`: under one every second cell says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from conditioners.structure.blocks import Block, each_row
from conditioners.structure.rows import Row
from conditioners.structure.splitting import Splitter
from conditioners.structure.text import LineRows, TextRows

_SINGLE = ",;\t"
"""Marks between which empty columns are usual."""
_MARKS = ("~", "^", "#", "@", "!", "$", "%", "&", "*", "+", ":", "=")
"""What may stand between two of them instead of nothing; no cells have it for labels and values alike."""
_RECORDS, _FEWEST, _MOSTLY = 300, 3, 0.95


@dataclass(frozen=True)
class DoubledRows(LineRows):
    """One text file; a row in which something else stands between two marks is left as it is under the single one."""

    between: str
    """What stands between them; empty for a mark written twice."""

    def rows(self) -> Iterator[Row | Block]:
        """All rows, in order."""
        for row in each_row(self.text.rows()):
            yield (
                row._replace(cells=row.cells[::2])
                if row.cells is not None and _is_doubled(row.cells, self.between)
                else row
            )

    def describe(self) -> dict[str, Any]:
        """The dialect, for the summary."""
        return {**self.text.describe(), "delimiter": self.between.join([self.text.marks.delimiter] * 2)}


def open_doubled(text: TextRows) -> DoubledRows | None:
    """The file, if nearly all of its first records have nothing in every second cell, or all have the same mark."""
    marks = text.marks
    if len(marks.delimiter) != 1 or text.sniffed.columns < _FEWEST:
        return None
    records = [record.fields for record in islice(Splitter(marks).records(text.head), _RECORDS)]
    wide = [fields for fields in records if fields and len(fields) >= _FEWEST]
    between = wide[0][1] if wide else ""
    if marks.delimiter == " " or (between not in _MARKS and (between or marks.delimiter in _SINGLE)):
        return None
    share = sum(_is_doubled(fields, between) for fields in wide) / max(1, len(wide))
    return DoubledRows(text, between) if len(wide) >= _FEWEST and share >= (1 if between else _MOSTLY) else None


def _is_doubled(cells: tuple[str, ...], between: str) -> bool:
    return len(cells) % 2 == 1 and set(cells[1::2]) == {between} and any(cells[::2])
