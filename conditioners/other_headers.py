"""Rows that name other columns than the header row does: behind them stands another table, not rows of this one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.inputs.surroundings import is_surrounding
from conditioners.outcome import Refusal
from conditioners.parts import list_read
from conditioners.readers.batches import Facts, Located
from conditioners.readers.headers import normalise

_LOOKED_FOR, _FEWEST = 16, 2
"""Labels that are looked for before a row is taken apart, and how many of them make it look like a header row.

In a wide table one is enough: the others may be weeks, of which another table has none that this one has.
"""


class OtherHeaders:
    """Tells header rows of other tables among the rows of one file that cannot be accepted."""

    def __init__(self, source: Source, dialect: Dialect, facts: Facts) -> None:
        is_stacked = getattr(dialect, "header_rows", 1) > 1
        self._place, self._delimiter = facts.place, str(facts.dialect.get("delimiter", "\t"))
        self._quote, self._is_text = str(facts.dialect.get("quote", "")), "delimiter" in facts.dialect
        self._columns = {
            normalise(label): column.name
            for column in list_read(source.columns, dialect) for label in source.labels_of(column, dialect)
            if not is_surrounding(label)
        }  # fmt: skip
        wide = dialect.wide
        self._wide = [re.compile(pattern, re.IGNORECASE) for pattern in wide.values.values()] if wide else []
        self._told_by = 1 if wide else _FEWEST
        headers = [] if is_stacked else [self._cut(text) for text in facts.header_texts]
        self._headers = [(header, [label for label in header[:_LOOKED_FOR] if label]) for header in headers]

    def require_none(self, located: Located) -> None:
        """Raises Refusal where a row names a column whose place another one has in the header row."""
        spelled = located.raw.casefold()
        for header, looked_for in self._headers:
            if sum(map(spelled.__contains__, looked_for)) < self._told_by:
                continue
            other = self._find_other(header, self._cut(located.raw))
            if other is not None:
                label, there = other
                told = f"a header row with other columns, {label!r} where {there!r} stood: another table follows"
                end = "declare the first line behind this one (`until`), or split the file"
                raise Refusal(f"{told}; {end}", f"{self._place} {located.place}")

    def _cut(self, raw: str) -> list[str]:
        """The cells of a row as labels are compared."""
        return [normalise(cell.strip().strip(self._quote)) for cell in raw.split(self._delimiter)]

    def _find_other(self, header: Sequence[str], cells: Sequence[str]) -> tuple[str, str] | None:
        """A label of a row, and another column's that stands in its place; None if the row is no other header."""
        known = sum(self._column(cell) is not None or cell in header for cell in cells if cell)
        if known < max(_FEWEST, sum(map(bool, cells)) / 2) or (self._is_text and len(cells) != len(header)):
            return None
        for cell, label in zip(cells, header, strict=False):
            column = self._column(label)
            # A label that is cut off, or has a page number behind it, is still the same one.
            is_same = self._column(cell) == column or cell.startswith(label) or label.startswith(cell)
            if column is not None and not is_same:
                return cell, label
        return None

    def _column(self, label: str) -> str | None:
        """The column that goes by a label, or the label itself if its cells are rows; None if there is neither."""
        is_wide = any(pattern.fullmatch(label) for pattern in self._wide)
        return label if is_wide else self._columns.get(label)
