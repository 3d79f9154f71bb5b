"""Tells notes above a table that have cells as its rows do from its labels, by blank rows between the two."""

from __future__ import annotations

from collections.abc import Sequence

from conditioners.structure.kinds import TYPED, kind_of
from conditioners.structure.rows import Row

_MOST = 2
"""Cells that notes have, such as a name and what it is."""


def without_notes(rows: Sequence[Row], table: Sequence[int], width: int) -> Sequence[int]:
    """The rows of a table but for a first few of hardly any cells that stand apart above one of words in all columns.

    Notes are told from labels by what stands below both, but rows may be too few, or have words themselves.
    """
    most = min(_MOST, width - 1)
    until = next((at for at, number in enumerate(table) if rows[number].filled > most), 0)
    if not 0 < until < len(table) - 1 or not rows[table[until] - 1].is_blank:
        return table
    return table[until:] if are_words(rows[table[until]].cells or ()) else table


def count_apart(rows: Sequence[Row], table: Sequence[int], skipped: int, count: int) -> int:
    """How many of the header rows are notes: those of a block with several, or notes above, that a blank row ends."""
    goes_on = 0 < skipped < len(table) and table[skipped - 1] == table[skipped] - 1
    apart = max((at for at in range(1, count) if rows[table[skipped + at] - 1].is_blank), default=0)
    return apart if goes_on or (apart > 1 and table[skipped + apart - 1] - table[skipped] == apart - 1) else 0


def are_words(cells: Sequence[str]) -> bool:
    """Whether all cells are filled, with different words."""
    return len(set(cells)) == len(cells) > 1 and all(cell.strip() and kind_of(cell) not in TYPED for cell in cells)
