"""Lists of one column under one label, whose cells hold regular marks: amounts, moments, addresses, `Austin, TX`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice, pairwise

from conditioners.structure.candidate_marks import BEYOND_ASCII
from conditioners.structure.field_grammar import Marks
from conditioners.structure.kinds import TYPED, Kind, kind_of, shape_of
from conditioners.structure.rows import Row

_CELLS, _FEWEST = 300, 3
_BASKETS, _MOST_PARTS, _ALIKE = 6, 100, 0.9
"""Fewest lists that tell that they are some, most values of one, and the share of these that are of one kind."""
_PARTS = 2
"""What a name or place consists of that a comma and a blank tell apart."""


def is_list(sample: str, marks: Marks) -> bool:
    """Whether text that marks divide evenly is one column: its first line is one label, and the others are its values.

    A title could stand there as well, above rows without labels, but these would seldom be whole values without it.
    """
    label, *cells = islice(sample.splitlines(), 1 + _CELLS) if sample else [""]
    while cells and not cells[-1].strip():
        cells.pop()
    is_plain = marks.quote not in sample and len(cells) >= _FEWEST - 1 and all(map(str.strip, cells))
    if not is_plain or marks.delimiter in ("\t", "") or marks.delimiter in label or not _is_label(label):
        return False
    if _are_lists(cells, marks.delimiter):
        return True
    return marks.delimiter != "|" and _are_one(cells, marks)


def _are_one(cells: Sequence[str], marks: Marks) -> bool:
    """Whether each line is one value, though marks stand within it."""
    return _are_values(cells) or _are_alike(cells, marks.delimiter) or _are_names(cells, marks)


def _is_label(line: str) -> bool:
    return kind_of(line) not in (*TYPED, Kind.EMPTY) and not line.startswith("#")


def _are_values(cells: Sequence[str]) -> bool:
    """Whether each line is one value: an amount, a moment, an address."""
    kinds = set(map(kind_of, cells))
    return len(kinds) == 1 and kinds <= TYPED


def _are_alike(cells: Sequence[str], delimiter: str) -> bool:
    """Whether all lines have the form of a telephone number, or are parts with colons, as hosts, or unusual marks."""
    if delimiter == ":":
        return not any(" " in cell for cell in cells)
    if delimiter in BEYOND_ASCII:
        return True
    shapes = set(map(shape_of, cells))
    return delimiter == " " and len(shapes) == 1 and not any(map(str.isalpha, shapes.pop()))


def _are_lists(cells: Sequence[str], delimiter: str) -> bool:
    """Whether the lines have now more, now fewer parts, some of them one alone, as cells that hold lists have."""
    parts = [cell.count(delimiter) + 1 for cell in cells]
    return delimiter != " " and 1 in parts and len(set(parts)) >= _FEWEST and _differ(parts)


def _differ(parts: Sequence[int]) -> bool:
    """Whether every other line at least has another number of parts than the one before it."""
    return sum(before != after for before, after in pairwise(parts)) * 2 >= len(parts)


def count_parts(rows: Sequence[Row]) -> int:
    """The most cells of rows that are lists of now more, now fewer values of one kind, such as baskets; 0 for others.

    Words of sentences are none, nor are rows most of which have as many cells.
    """
    parts = [row.width for row in rows]
    counts = Counter(parts)
    if len(rows) < _BASKETS or len(counts) < _FEWEST or 0 in counts or max(parts) > _MOST_PARTS or not _differ(parts):
        return 0
    is_usual = max(counts.values()) * 2 > len(parts)
    is_prose = sum(" ".join(row.cells or ()) == row.raw for row in rows) * 2 > len(rows)
    kinds = Counter(kind_of(cell) for row in rows for cell in row.cells or ())
    are_alike = max(kinds.values()) >= _ALIKE * sum(kinds.values())
    return max(parts) if are_alike and not is_usual and not is_prose else 0


def _are_names(cells: Sequence[str], marks: Marks) -> bool:
    """Whether all lines are words, a comma, a blank and words."""
    parts = [cell.split(", ") for cell in cells]
    has_words = not any(map(str.isdigit, "".join(cells)))
    return marks.delimiter == "," and has_words and all(len(each) == _PARTS for each in parts)
