"""Puts rows of the wrong width right where one way to do so is plain by what the columns of their table hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from conditioners.structure.profiles import Profile

_MOST_FUSED = 100_000
"""Cells that are put together to see whether a row was torn apart, in all its columns."""
_MARGIN = 2.0
"""How much likelier one reading of a shifted row has to be than the next, as a logarithm."""


def realign(profile: Profile, cells: Sequence[str]) -> tuple[str, ...] | None:
    """A row that has one empty cell too many, without it; None when it is not plain which one that is."""
    if len(cells) != profile.width + 1 or profile.is_empty:
        return None
    # Of equal cells in a row, it makes no difference which one goes.
    blanks = [at for at, cell in enumerate(cells) if not cell.strip() and (at == 0 or cells[at - 1] != cell)]
    return _choose(profile, cells, [(at, ()) for at in blanks], 1)


def fuse(profile: Profile, cells: Sequence[str], mark: str, raw: str) -> tuple[str, ...] | None:
    """A row whose words were torn apart by the mark, with one column's put together again; None if none is plain.

    Only what stands in the raw row like that is put together, so nothing that stood in quotes.
    """
    surplus = len(cells) - profile.width
    if surplus <= 0 or profile.is_empty or surplus * profile.width > _MOST_FUSED:
        return None
    readings = list[tuple[int, tuple[str, ...]]]()
    for at, column in enumerate(profile.columns):
        if column.holds_words and (fused := mark.join(cells[at : at + surplus + 1])) in raw:
            readings.append((at, (fused,)))
    return _choose(profile, cells, readings, surplus)


def _choose(
    profile: Profile, cells: Sequence[str], readings: Sequence[tuple[int, tuple[str, ...]]], surplus: int
) -> tuple[str, ...] | None:
    """The likeliest of some readings of a row with surplus cells, if it is much likelier than the next.

    A reading is where it puts other cells, one or none, in place of that many and the surplus ones.
    """
    if not readings:
        return None
    before = _sum_up(column.likelihood(cell) for column, cell in zip(profile.columns, cells, strict=False))
    from_behind = zip(profile.columns[::-1], cells[::-1], strict=False)
    behind = _sum_up(column.likelihood(cell) for column, cell in from_behind)
    ranked = []
    for at, others in readings:
        middle = sum(profile.columns[at].likelihood(cell) for cell in others)
        ranked.append((before[at] + middle + behind[profile.width - at - len(others)], at, others))
    ranked.sort(reverse=True)
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _MARGIN:
        return None
    _, at, others = ranked[0]
    best = (*cells[:at], *others, *cells[at + len(others) + surplus :])
    return best if profile.has_seen(best) else None


def _sum_up(values: Iterable[float]) -> list[float]:
    """The sums of the first values: of none, of one, of two, and so on."""
    return [0.0, *accumulate(values)]
