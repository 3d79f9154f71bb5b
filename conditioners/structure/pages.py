"""Reports on pages: what stands at the head of each page, labels with it, comes once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any

from conditioners.outcome import Skipped
from conditioners.structure.alignment import AlignedRows, SpacedRows, cut
from conditioners.structure.free_format import FreeRows
from conditioners.structure.page_heads import LONGEST, find_page_head, show_unnumbered
from conditioners.structure.rows import Row
from conditioners.structure.ruled import RuledRows
from conditioners.structure.text import LineRows

InColumns = AlignedRows | FreeRows | RuledRows | SpacedRows
"""Texts whose cells no delimiter tells apart."""
_LINES, _FEWEST = 2000, 3
"""Lines that labels above rulers are looked for in, and how often they come again."""
_RULER = re.compile(r"\s*[-=]{2,}(\s+[-=]+)+\s*")
_MOST_PENDING = 3 * LONGEST
"""Lines that may be a head, blank ones among them, until it is known whether they are."""


@dataclass(frozen=True)
class PagedRows(LineRows):
    """A text in columns without the heads of its further pages."""

    rows_of: InColumns
    """The text with all heads of pages."""
    head: Sequence[str]
    """The lines of a page's head, without its number; blank ones and rulers count for nothing."""
    skipped: Skipped

    def rows(self) -> Iterator[Row]:
        """All rows, in order, but for those heads."""
        pending, at, is_first = list[Row](), 0, True
        for row in self.rows_of.rows():
            line = show_unnumbered(row.raw)
            if at and not line and len(pending) < _MOST_PENDING:
                pending.append(row)
                continue
            if line != self.head[at]:
                yield from pending
                pending, at = [], 0
            if line != self.head[at]:
                yield row
                continue
            pending.append(row)
            at += 1
            if at == len(self.head):
                yield from pending if is_first else self._leave_out(pending)
                pending, at, is_first = [], 0, False
        yield from pending

    def _leave_out(self, rows: Sequence[Row]) -> Iterator[Row]:
        for row in rows:
            self.skipped.add(f"{self.within}{row.place}", "the head of a page" if row.raw.strip() else "blank")
        return iter(())

    def describe(self) -> dict[str, Any]:
        """The format of the text."""
        return self.rows_of.describe()


def without_heads(rows: InColumns, skipped: Skipped) -> InColumns | PagedRows:
    """A text in columns without the heads of its pages but the first; as it is if its pages have none."""
    lines = rows.text.head.splitlines()
    head = find_page_head(lines) or (_find_ruled_labels(lines, rows.columns) if isinstance(rows, RuledRows) else [])
    return PagedRows(rows.text, rows, head, skipped) if head else rows


def _find_ruled_labels(lines: Sequence[str], columns: Sequence[tuple[int, int]]) -> list[str]:
    """The labels above a ruler that come again with it behind as many rows each time, as database shells page these.

    Between the rows of a page and the labels of the next one stand blank lines alone.
    """
    pairs = list(pairwise(line.rstrip() for line in lines[:_LINES]))
    first = next((pair for pair in pairs if _RULER.fullmatch(pair[1])), None)
    heads = [at for at, pair in enumerate(pairs) if pair == first]
    if first is None or len(heads) < _FEWEST or len({end - start for start, end in pairwise(heads)}) > 1:
        return []
    pages = [[line.rstrip() for line in lines[start + 2 : end]] for start, end in pairwise(heads)]
    rows = [list(takewhile(bool, page)) for page in pages]
    are_rows = all(sum(map(bool, cut(line, columns))) > 1 for page in rows for line in page)
    is_all = not any(any(page[len(held) :]) for page, held in zip(pages, rows, strict=True))
    return [show_unnumbered(first[0])] if are_rows and is_all else []
