"""Header rows with another number of cells than their table has columns: which labels they are read as."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from conditioners.structure.kinds import TYPED, kind_of
from conditioners.structure.notes import are_words
from conditioners.structure.profiles import Profile
from conditioners.structure.rows import Resplit, Row

_PROFILED = 200
_BEFORE_LABELS = re.compile("#(?:[A-Za-z]+:)?")
"""What stands before the labels of a log, such as `#Fields:`."""
_ENOUGH = 4
"""Rows that tell what a table's columns hold."""
_RESPLIT = "another delimiter"
"""What is odd about labels that another mark than the table's tells apart."""
_TITLE = 2
"""Words that are likelier a title than labels between blanks, where the table has as many columns."""


class OddHeader(NamedTuple):
    """A header row, by its number, as it is read."""

    number: int
    labels: tuple[str, ...]
    note: str
    """What is odd about it."""


def find_odd_header(
    rows: Sequence[Row], filled: Sequence[int], start: int, width: int, resplit: Resplit
) -> OddHeader | None:
    """The header row with another number of cells right above the first row of a table, if there is one."""
    number = max((each for each in filled if each < start), default=start - 1)
    if number < 0 or any(row.is_blank for row in rows[number:start]):
        return None
    body = _rows_together(rows[start : start + _PROFILED], width)
    for cells, told in _odd_labels(rows[number], width, body, resplit):
        are_whole = told != _RESPLIT or (len(set(cells)) == len(cells) and not _may_begin_with_labels(body, width))
        if are_whole and not any(kind_of(cell) in TYPED for cell in cells) and _suits(cells[:width], body, width):
            return OddHeader(number, cells, told)
    return None


def _rows_together(rows: Sequence[Row], width: int) -> list[Sequence[str]]:
    """The cells of the rows of a width up to the first blank row, or of all if those are too few to go by."""
    together = [row for row in takewhile(lambda row: not row.is_blank, rows) if row.width == width]
    return [row.cells or () for row in (together if len(together) >= _ENOUGH else rows) if row.width == width]


def _odd_labels(
    row: Row, width: int, body: Sequence[Sequence[str]], resplit: Resplit
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Ways to read a row as labels, with what is odd about each."""
    for mark, cells in resplit(row):
        if mark and len(cells) == width:
            yield cells, _RESPLIT
    cells = row.cells or ()
    surplus = len(cells) - width
    if surplus == 1 and _BEFORE_LABELS.fullmatch(cells[0].strip()):
        yield cells[1:], "a comment"
    if row.is_comment and surplus < 0:
        return
    told = f"{len(cells)} labels for {width} columns"
    if surplus > 0 and not any(map(str.strip, cells[width:])) and sum(map(bool, map(str.strip, cells))) * 2 > width:
        yield cells[:width], told
        return
    is_padded = 0 < surplus == sum(not cell.strip() for cell in cells) and width > 2
    if len(cells) < 2 or (abs(surplus) > max(1, width // 4) and not is_padded) or surplus == 0:
        return
    yield (_pad_labels(cells, -surplus, body) if surplus < 0 else _cut_labels(cells, surplus)), told


def _pad_labels(cells: tuple[str, ...], missing: int, body: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Columns without a label are the last ones, or the first ones where the rows are numbered."""
    padding = ("",) * missing
    is_numbered = len(body) > 1 and all(row[0].strip() == str(at) for at, row in enumerate(body, start=1))
    return (*padding, *cells) if is_numbered else (*cells, *padding)


def _cut_labels(cells: tuple[str, ...], surplus: int) -> tuple[str, ...]:
    """Labels without the first empty ones, if there are so many of these."""
    blanks = [at for at, cell in enumerate(cells) if not cell.strip()][:surplus]
    return tuple(cell for at, cell in enumerate(cells) if at not in blanks or len(blanks) < surplus)


def _may_begin_with_labels(body: Sequence[Sequence[str]], width: int) -> bool:
    """Whether the first row looks like labels of the others, or could be some where two words above it are a title."""
    support = Profile(body[1:], width).support_labels(body[0]) if are_words(body[0]) else -1.0
    return support > 0 or (support == 0 and width == _TITLE)


def _suits(labels: Sequence[str], body: Sequence[Sequence[str]], width: int) -> bool:
    """Whether labels are likelier to be those of a table than its first row is."""
    if len(labels) < width:
        return True
    first = Profile(body[1:], width).support_labels(body[0])
    return Profile(body, width).support_labels(labels) >= max(0.0, first) or first <= 0
