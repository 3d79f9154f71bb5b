"""Lines that hold several rows: below labels that are values, or in fields that repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conditioners.declared_types import require_types


@dataclass(frozen=True, kw_only=True)
class Wide:
    """Columns whose labels are values: `2025-W47` for a week, and below it each row's units. Each becomes a row."""

    into: str
    """The column that takes what the label tells."""
    values: Mapping[str, str]
    """For a column, a regular expression that the labels of its cells match; its first group is what goes `into`."""
    keep_empty: bool = False
    """Whether an empty cell is a row without a value, and not none at all; of several `values`, if all are empty."""

    def __post_init__(self) -> None:
        require_types("wide", self)


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """Fields that repeat within a line, such as one value for each day of a month. Each repetition becomes a row."""

    into: str
    """The column to which the repetition's number, two digits and from 01, is appended."""
    first: int
    """The first character of the first repetition, from 1."""
    width: int
    count: int
    fields: Mapping[str, tuple[int, int]]
    """For a column, first and last character within a repetition; one whose columns are all empty is no row."""
