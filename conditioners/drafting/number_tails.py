"""Marks behind whole amounts that stand for no decimals, as in `12,-`, `12.\u2013` and `12.`."""

from __future__ import annotations

import re
from collections import Counter

_TAIL = re.compile("(?<=[0-9])(?:([.,])([-\u2013\u2014]{1,2})|\\.)$")
WITHOUT_TAIL = "(.*?)(?:[.,][-\u2013\u2014]{1,2}|\\.)?"
"""Takes what stands before such marks."""


def fill_tails(cells: Counter[str]) -> Counter[str]:
    """The cells of a column, with decimals where marks stand in their place."""
    filled: Counter[str] = Counter()
    for cell, count in cells.items():
        filled[_TAIL.sub(lambda tail: f"{tail[1]}00" if tail[1] else "", cell)] += count
    return filled
