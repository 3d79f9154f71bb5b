"""Marks that were taken for delimiters and only stand within the cells of text in columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conditioners.structure.text import TextRows

APART = re.compile(r"(?: {2,}|\t)[ \t]*")
"""What stands between cells that blanks tell apart, wherever they begin."""
_WITHIN_NUMBERS = {
    ",": re.compile(r"(?<=[0-9]),(?=[0-9]{1,3}(?![0-9]))"), ":": re.compile(r"(?<=[0-9]):(?=[0-9]{2}(?![0-9]))"),
}  # fmt: skip
_MOSTLY_WITHIN = 0.9
_WITHIN_WORDS = (",", ";", ":")


def are_blanks_apart(text: TextRows, lines: Sequence[str]) -> bool:
    """Whether it may be by blanks alone that cells are told apart."""
    delimiter = text.marks.delimiter
    if delimiter and delimiter != " " and not _is_within_numbers(delimiter, text.head):
        return is_within_words(delimiter, lines)
    return delimiter == "" or sum("  " in line.strip() for line in lines) * 2 >= len(lines)


def _is_within_numbers(mark: str, head: str) -> bool:
    """Whether a mark hardly stands anywhere but in numbers and times, such as `1,234.50` and `10:15`."""
    if mark not in _WITHIN_NUMBERS:
        return False
    return len(_WITHIN_NUMBERS[mark].findall(head)) >= _MOSTLY_WITHIN * head.count(mark)


def is_within_words(mark: str, lines: Sequence[str]) -> bool:
    """Whether a mark is in no label and at no end of a cell, as in `Keith County, NE`, and blanks divide most lines.

    They do so where they leave as many cells as there are labels.
    """
    cells = [APART.split(line.strip()) for line in lines if line.strip()]
    if mark not in _WITHIN_WORDS or len(cells) < 2 or len(cells[0]) < 2 or mark in "".join(cells[0]):
        return False
    if any(cell.startswith(mark) or cell.endswith(mark) for row in cells for cell in row):
        return False
    return sum(len(row) == len(cells[0]) for row in cells) * 2 > len(cells)
