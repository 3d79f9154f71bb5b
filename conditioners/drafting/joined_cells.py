"""What joins columns of a sample: the column that they make, and its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conditioners.drafting.guesses import Guess


@dataclass(frozen=True)
class Joint:
    """One column that several of a sample make."""

    guess: Guess
    members: tuple[int, ...]
    """Their numbers among the columns, in the order of the text."""
    cells: tuple[str, ...]


def are_filled_alike(columns: Sequence[Sequence[str]], members: Sequence[int]) -> bool:
    """Whether no row fills one of the columns without the others."""
    rows = zip(*(columns[at] for at in members), strict=True)
    return all(len({bool(cell.strip()) for cell in row}) == 1 for row in rows)


def join_cells(columns: Sequence[Sequence[str]], members: Sequence[int]) -> tuple[str, ...]:
    """The cells of each row in some columns, with a blank between them."""
    return tuple(
        " ".join(cell.strip() for cell in row).strip() for row in zip(*(columns[at] for at in members), strict=True)
    )
