"""Puts rows of the wrong width right where one way to do so is plain by what the columns of their table hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, combinations

from conditioners.structure.profiles import Profile

_MOST_COMPARED = 5000
"""Cells of all ways to put a row together that are compared with its columns."""
_MARGIN = 2.0
"""How much likelier one reading of a shifted row has to be than the next, as a logarithm."""


def realign(profile: Profile, cells: Sequence[str]) -> tuple[str, ...] | None:
    """A row that has one empty cell too many, without it; None when it is not plain which one that is."""
    if len(cells) != profile.width + 1 or profile.is_empty:
        return None
    # Of equal cells in a row, it makes no difference which one goes.
    blanks = [at for at, cell in enumerate(cells) if not cell.strip() and (at == 0 or cells[at - 1] != cell)]
    return _leave_out(profile, cells, blanks)


def fuse(profile: Profile, cells: Sequence[str], raw: str) -> tuple[str, ...] | None:
    """A row whose words were torn apart at blanks, with those of a column put together again, or of two columns.

    Only columns that may have words with blanks take several, and only what stands in the raw row like that is put
    together, so nothing that stood in quotes. None if it is not plain which words belong together.
    """
    surplus, columns = len(cells) - profile.width, _list_torn(profile)
    if count_ways(profile, cells) * profile.width > _MOST_COMPARED:
        return None
    ways = [{at: surplus} for at in columns if surplus > 0]
    ways += [{one: n, two: surplus - n} for one, two in combinations(columns, 2) for n in range(1, surplus)]
    readings = [reading for way in ways if (reading := _join(cells, way, raw))]
    ranked = sorted(((profile.likelihood(reading), reading) for reading in readings), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _MARGIN):
        return None
    best = ranked[0][1]
    return best if profile.has_seen(best) else None


def count_ways(profile: Profile, cells: Sequence[str]) -> int:
    """In how many ways a row may have been torn apart."""
    surplus, columns = len(cells) - profile.width, len(_list_torn(profile))
    return columns + columns * (columns - 1) // 2 * (surplus - 1) if surplus > 0 else 0


def _list_torn(profile: Profile) -> list[int]:
    """The columns whose words may be torn apart: those that have some with blanks, or all where none has any."""
    columns = [at for at, column in enumerate(profile.columns) if column.holds_words]
    return [at for at in columns if profile.columns[at].holds_blanks] or columns


def _join(cells: Sequence[str], way: Mapping[int, int], raw: str) -> tuple[str, ...] | None:
    """The cells, those put together that have so many of the next ones; None if these do not stand so in the row."""
    found, at = list[str](), 0
    while at < len(cells):
        behind = at + 1 + way.get(len(found), 0)
        found.append(" ".join(cells[at:behind]))
        if behind > at + 1 and found[-1] not in raw:
            return None
        at = behind
    return tuple(found)


def _leave_out(profile: Profile, cells: Sequence[str], places: Sequence[int]) -> tuple[str, ...] | None:
    """The row without the cell at one of some places, if it is much likelier that way than in any other."""
    if not places:
        return None
    before = _sum_up(column.likelihood(cell) for column, cell in zip(profile.columns, cells, strict=False))
    from_behind = zip(profile.columns[::-1], cells[::-1], strict=False)
    behind = _sum_up(column.likelihood(cell) for column, cell in from_behind)
    ranked = sorted(((before[at] + behind[profile.width - at], at) for at in places), reverse=True)
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _MARGIN:
        return None
    at = ranked[0][1]
    best = (*cells[:at], *cells[at + 1 :])
    return best if profile.has_seen(best) else None


def _sum_up(values: Iterable[float]) -> list[float]:
    """The sums of the first values: of none, of one, of two, and so on."""
    return [0.0, *accumulate(values)]
