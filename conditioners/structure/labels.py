"""Finds which of a table's first rows hold labels, and which are notes above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, starmap, takewhile

from conditioners.structure.kinds import TYPED, Kind, kind_of
from conditioners.structure.profiles import Profile

_PROFILED = 200
_HEADER_ROWS = 4
_PERIODS = 3
"""Years, months or weeks in a row that are no chance."""
_PERIOD = re.compile("((?:1[89]|20)[0-9]{2})([0-9]{2})?")
_LAST_OF_YEAR = frozenset({12, 52, 53})
_NOTES = 30
"""Rows of a table's width that may stand above its labels."""
_WIDE = 3
"""Columns from which on a cell that stands in all of them is a title."""
_SPARSE = 0.4
_DENSE = 0.6
"""Shares of the usual number of filled cells: a row with fewer than the first is a note, with more than the second is
no group's label."""
Cells = Sequence[str]


def find_labels(table: Sequence[tuple[str, ...]]) -> tuple[int, int]:
    """How many of the first rows are notes, and how many behind them hold labels."""
    width = len(table[0])
    usual = _usual_fill(table)
    below = Profile(table[min(len(table) // 2, _NOTES) :][:_PROFILED], width)
    titles = _count_titles(table, usual, below)
    data = next(
        (
            at for at, row in enumerate(table[: _NOTES + 1])
            if at >= titles and below.has_types_of(row) and not _are_periods(row)
        ),
        None,
    )  # fmt: skip
    if data:
        top = max(0, data - _HEADER_ROWS)
        last = max(range(top, data), key=lambda at: (_count_told(table[at]), at))
        while last and _could_be_row_below(table[last], table[min(top, last - 1) : last], below):
            last -= 1
        could_head = _could_head(table[last], below) and not _is_row(table[last], below)
        if (could_head and _fill(table[last]) >= _DENSE * usual) or below.could_be_units(table[last]):
            first, count = _extend_upwards(table, last, usual, below)
            further = table[last + 1 : min(data, first + _HEADER_ROWS)]
            units = list(takewhile(lambda row: _goes_on_below(row, table[first : last + 1], below), further))
            return first, count + len(units)
    notes = 0 if usual <= 1 or width < 3 else _count_notes(table, usual, below)
    if notes == len(table):
        return 0, 0
    return notes, count_repeated(table[notes:])


def _count_titles(table: Sequence[Cells], usual: int, below: Profile) -> int:
    """How many of the first rows are titles, though they may hold values: they lack cells, and right below are labels.

    Labels have a word above each column, and mostly above values, so that no row is one more of those below.
    """
    first = next((at for at, row in enumerate(table[: _HEADER_ROWS + 1]) if _fill(row) >= usual), 0)
    return first if first and below.contradicts_everywhere(table[first]) and all(map(str.strip, table[first])) else 0


def _usual_fill(table: Sequence[Cells]) -> int:
    counts = sorted(_fill(row) for row in table[:_PROFILED])
    return counts[len(counts) // 2]


def _fill(cells: Cells) -> int:
    return sum(1 for cell in cells if cell.strip())


def _count_told(cells: Cells) -> int:
    """How many cells say something, as `-` and `n/a` do not."""
    return sum(kind_of(cell) is not Kind.EMPTY for cell in cells)


def _extend_upwards(table: Sequence[Cells], last: int, usual: int, below: Profile) -> tuple[int, int]:
    """The first and the number of the header rows that end with the given one."""
    first = last
    while first and last - first < _HEADER_ROWS - 1 and _belongs_above(table[first - 1], table[first], usual, below):
        first -= 1
    return first, last - first + 1


def _goes_on_below(cells: Cells, header: Sequence[Cells], below: Profile) -> bool:
    """Whether a row is one of units, or has labels for those columns alone that have none in the rows above."""
    if below.could_be_units(cells):
        return True
    filled = [at for at, cell in enumerate(cells) if cell.strip()]
    completes = len(filled) > 1 and not any(row[at].strip() for row in header for at in filled)
    return completes and _could_head(cells, below) and not below.has_value_among(cells)


def _belongs_above(upper: Cells, lower: Cells, usual: int, below: Profile) -> bool:
    """Whether a row is a further header row: the same labels, those the lower one lacks, or labels of groups."""
    is_comment = upper[0].startswith("# ") and not lower[0].startswith("#")
    if is_comment or not _could_head(upper, below, distinct=False) or _is_title(upper):
        return False
    fewest = 1 if _fill(upper) == len(upper) >= _WIDE else 2
    is_full = _fill(upper) >= _DENSE * usual and below.contradicts_everywhere(upper, fewest)
    if list(upper) == list(lower) or is_full or _are_merged(upper, lower) or _are_some_groups(upper, lower):
        return True
    completes = _fill(upper) > 1 and all(not low.strip() for up, low in zip(upper, lower, strict=True) if up.strip())
    is_group = not upper[0].strip() and all(low.strip() for up, low in zip(upper, lower, strict=True) if up.strip())
    return completes or is_group


def _could_be_row_below(lower: Cells, above: Sequence[Cells], below: Profile) -> bool:
    """Whether a row without values, such as one of `closed` days, stands below labels that tell all columns apart."""
    upper = above[-1]
    labels = [up.strip() for up, low in zip(upper, lower, strict=True) if up.strip() or low.strip()]
    if not all(labels) or len(set(labels)) < len(labels) or not _could_head(upper, below):
        return False
    return below.has_value_among(lower) or below.has_odd_value(lower, above[0]) or below.holds_value_below(lower, upper)


def _is_title(cells: Cells) -> bool:
    """Whether one cell goes on over the whole width, as titles in HTML do."""
    return len(cells) >= _WIDE and len(set(cells)) == 1


def _are_merged(upper: Cells, lower: Cells) -> bool:
    """Whether every cell of the upper row goes on in the lower one or beside it, and some do so in either way.

    Beside it stands the same cell again, or nothing where the lower row has a label.
    """
    below = [bool(up.strip()) and up == low for up, low in zip(upper, lower, strict=True)]
    beside = [_goes_on_beside(upper, lower, at) for at in range(len(upper))]
    return any(below) and any(beside) and all(map(any, zip(below, beside, strict=True)))


def _are_some_groups(upper: Cells, lower: Cells) -> bool:
    """Whether the upper row has labels of groups, and of those columns alone that the lower row has none for.

    Together they tell all columns apart.
    """
    filled = [at for at, cell in enumerate(upper) if cell.strip()]
    groups = [at for at in filled if lower[at].strip()]
    are_wide = all(_goes_on_over(upper, lower, at) for at in groups)
    labels = join_labels([tuple(upper), tuple(lower)])
    return 0 < len(groups) < len(filled) and are_wide and all(labels) and len(set(labels)) == len(labels)


def _goes_on_over(upper: Cells, lower: Cells, at: int) -> bool:
    return at + 1 < len(upper) and not upper[at + 1].strip() and bool(lower[at + 1].strip())


def _goes_on_beside(upper: Cells, lower: Cells, at: int) -> bool:
    if not upper[at].strip():
        return at > 0 and bool(lower[at].strip())
    return _goes_on_over(upper, lower, at) or upper[at] in (*upper[max(0, at - 1) : at], *upper[at + 1 : at + 2])


def _could_head(cells: Cells, below: Profile, *, distinct: bool = True) -> bool:
    """Whether most cells may be labels of the columns below, and no label stands twice."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or (distinct and len(set(filled)) < min(2, len(filled))):
        return False
    return _are_periods(cells) or below.count_values(cells) * 2 < len(filled)


def _is_row(cells: Cells, below: Profile) -> bool:
    """Whether a row is likelier to be one more of those below than their labels."""
    return below.support_labels(cells) < 0 and not _are_periods(cells)


def _are_periods(cells: Cells) -> bool:
    """Whether a row has years, months or weeks one after the other behind words, as no row of values has by chance."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    words = list(takewhile(lambda cell: kind_of(cell) not in TYPED, filled))
    found = [_PERIOD.fullmatch(cell) for cell in filled[len(words) :]]
    periods = [(int(period[1]), int(period[2] or 0)) for period in found if period]
    if not words or len(periods) < max(_PERIODS, len(found)) or len({bool(part) for _, part in periods}) > 1:
        return False
    return all(starmap(_follows, pairwise(periods))) or all(starmap(_follows, pairwise(reversed(periods))))


def _follows(before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether a period, a year with the number of its month or week, or 0 for all of it, is the one behind another."""
    (year, part), begins_next_year = before, after == (before[0] + 1, min(before[1], 1))
    return after == (year, part + 1) or (begins_next_year and part in {0, *_LAST_OF_YEAR})


def _count_notes(table: Sequence[Cells], usual: int, below: Profile) -> int:
    """How many of the first rows have few cells, and none like those below."""
    full = max(2, _SPARSE * usual)
    return next((at for at, row in enumerate(table) if _fill(row) >= full or below.has_form_among(row)), len(table))


def count_repeated(table: Sequence[tuple[str, ...]]) -> int:
    """Header rows of a table whose rows tell nothing by their kinds: the first, and those equal to it."""
    first, repeats = table[0], 1
    while repeats < min(_HEADER_ROWS, len(table)) and table[repeats] == first:
        repeats += 1
    below = Profile(table[repeats:][:_PROFILED], len(first))
    support = below.support_labels(first)
    return repeats if support > 0 or (support == 0 and _could_be_labels(first, distinct=not below.is_empty)) else 0


def _could_be_labels(cells: Cells, *, distinct: bool) -> bool:
    """Whether cells are words, and no two of them the same if they must be distinct."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if distinct and len(set(filled)) < len(filled):
        return False
    return bool(filled) and not any(kind_of(cell) in TYPED for cell in filled)


def join_labels(header: Sequence[tuple[str, ...]], *, are_merged: bool = False) -> tuple[str, ...]:
    """One label for each column: those of all header rows, a group's label standing for the columns behind it too.

    With `are_merged` what a cell over several rows holds is repeated in each, and counts once.
    """
    if len(header) == 1:
        return header[0]
    rows = [*(_spread(row, _first_below(header[at:])) for at, row in enumerate(header[:-1], start=1)), header[-1]]
    told = ([" ".join(label.split()) for label in labels] for labels in zip(*rows, strict=True))
    return tuple(" ".join(filter(None, dict.fromkeys(labels) if are_merged else labels)) for labels in told)


def _first_below(header: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """For each column what stands in the first of some header rows that has something there."""
    return tuple(next(filter(str.strip, labels), "") for labels in zip(*header, strict=True))


def _spread(upper: tuple[str, ...], lower: tuple[str, ...]) -> tuple[str, ...]:
    """Labels of groups repeated over the blanks behind them; labels of single columns stay where they are."""
    found: list[str] = []
    group = ""
    for up, low in zip(upper, lower, strict=True):
        group = (up if low.strip() else "") if up.strip() else group
        found.append(up if up.strip() else group if low.strip() else "")
    return tuple(found)
