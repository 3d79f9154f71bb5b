"""Tables of wikis such as Jira's and Confluence's: labels between double bars, cells between single ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conditioners.structure.rows import Row
from conditioners.structure.ruled import split_bars
from conditioners.structure.text import LineRows, TextRows

_LABELS, _CELLS = "||", "|"
_LINES = 60
"""Lines that labels stand in."""


@dataclass(frozen=True)
class WikiRows(LineRows):
    """One text file; lines without bars are rows of one cell."""

    def rows(self) -> Iterator[Row]:
        """All rows, in order."""
        for row in self.text.lines():
            line = row.raw.replace(_LABELS, _CELLS) if _is_labels(row.raw) else row.raw
            yield Row(row.place, split_bars(line), row.raw)

    def describe(self) -> dict[str, Any]:
        """The format."""
        return {"format": "wiki table", "delimiter": _CELLS}


def open_wiki(text: TextRows) -> WikiRows | None:
    """The file, if one of its first lines is labels, and the next one cells."""
    lines = text.head.splitlines()[:_LINES]
    first = next((at for at, line in enumerate(lines[:-1]) if _is_labels(line)), None)
    if first is None:
        return None
    cells = lines[first + 1].strip()
    are_cells = cells.startswith(_CELLS) and cells.endswith(_CELLS) and not _is_labels(cells)
    return WikiRows(text) if are_cells and _fits(lines[first], cells) else None


def _is_labels(line: str) -> bool:
    bare = line.strip()
    return bare.startswith(_LABELS) and bare.endswith(_LABELS) and bare.count(_LABELS) > 1


def _fits(labels: str, cells: str) -> bool:
    return len(split_bars(labels.replace(_LABELS, _CELLS))) == len(split_bars(cells))
