"""Working on any number of groups of shards at the same time, without any instance growing a long history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

WIDTH = 50
"""Children of one instance; each costs it two to four events, and 300 are the most that any history may have."""


def is_narrow(groups: Sequence[Any]) -> bool:
    """Whether one instance can have all of these as its own children."""
    return len(groups) <= WIDTH


def in_bundles(groups: Sequence[Any]) -> list[list[Any]]:
    """The groups in at most WIDTH bundles of equal size, for children that have children."""
    size = -(-len(groups) // WIDTH)
    return [list(groups[start : start + size]) for start in range(0, len(groups), size)]
