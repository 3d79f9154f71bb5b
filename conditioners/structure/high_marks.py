"""Finds a delimiter beyond ASCII in text whose code page is not known yet: a byte that each line has as often."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from conditioners.structure.candidate_marks import BEYOND_ASCII

PAGE = "cp1252"
"""The code page in which bytes are known as marks."""
_LINES, _FEWEST = 200, 2
_USUAL = b",;\t|"
"""Delimiters beside which another one is a mark in a cell."""


def find_high_mark(data: bytes) -> bytes | None:
    """The byte beyond ASCII that stands between cells; None if there is none, or a usual delimiter is there."""
    lines = [line for line in re.split(rb"[\r\n]+", data)[:_LINES] if line.strip()]
    if len(lines) > _FEWEST:
        lines.pop()  # It may be cut off.
    if len(lines) < _FEWEST or any(all(bytes([mark]) in line for line in lines) for mark in _USUAL):
        return None
    found = [mark for mark in BEYOND_ASCII.encode(PAGE) if _parts(bytes([mark]), lines)]
    return bytes(found[:1]) if len(found) == 1 else None


def _parts(mark: bytes, lines: Sequence[bytes]) -> bool:
    """Whether a byte stands in each line as often, between characters of ASCII, and not at its ends alone."""
    counts = {line.count(mark) for line in lines}
    pairs = [(before, behind) for line in lines for before, behind in _neighbours(mark, line)]
    plain = sum((before + behind).isascii() for before, behind in pairs)
    is_within = all(line.strip(mark + b" ").count(mark) for line in lines)
    return len(counts) == 1 and 0 not in counts and is_within and plain * 2 > len(pairs)


def _neighbours(mark: bytes, line: bytes) -> list[tuple[bytes, bytes]]:
    """What stands before and behind each mark of a line."""
    pieces = line.split(mark)
    return [(before[-1:], behind[:1]) for before, behind in pairwise(pieces)]
