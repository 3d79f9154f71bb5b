"""Numbers of articles, as barcodes hold them: known by the last of their digits, which checks the others."""

from __future__ import annotations

import re
from collections.abc import Collection

_LENGTHS = re.compile("[0-9]{8,14}")
_FEWEST = 5
"""Numbers that all of them would hardly end with the right digit by chance."""


def are_article_numbers(cells: Collection[str]) -> bool:
    """Whether cells are numbers of articles (GTIN), with or without the zeros in front of shorter ones."""
    return len(cells) >= _FEWEST and all(_LENGTHS.fullmatch(cell) and _checks(cell) for cell in cells)


def _checks(cell: str) -> bool:
    """Whether the digits, every second one from the end tripled, add up to tens."""
    return sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(reversed(cell))) % 10 == 0
