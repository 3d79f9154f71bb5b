"""Parts: columns whose text stands in several cells, such as a date and its time, put together before being judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from conditioners.columns import Column, Text
from conditioners.dialects import Dialect

if TYPE_CHECKING:
    import polars as pl

_BESIDE = " "
"""What stands between the parts."""
WIDE_LABEL = "@label"
"""The part that the labels of a wide table tell."""

Place = TypeVar("Place")


@dataclass(frozen=True)
class Part(Text):
    """A part of a column, as readers look for it: by its one label, and under a name that no column can have."""

    label: str = field(kw_only=True)
    whole: str = field(kw_only=True)
    """The column that it is a part of."""


@cache
def name_part(column: str, at: int) -> str:
    """What readers call one of a column's parts."""
    return f"={at} of {column}"


def list_read(columns: Sequence[Column], dialect: Dialect) -> Sequence[Column]:
    """The columns that readers look for in a dialect: the parts of those that have some in place of them."""
    if not dialect.parts:
        return columns
    return [each for column in columns for each in _part(column, dialect)]


def _part(column: Column, dialect: Dialect) -> list[Column]:
    labels = dialect.parts.get(column.name)
    if labels is None:
        return [column]
    return [
        Part(name_part(column.name, at), label=label, whole=column.name, optional=column.optional)
        for at, label in enumerate(labels)
    ]


def place_parts(columns: Sequence[str], dialect: Dialect, places: Mapping[str, Place]) -> dict[str, Place]:
    """Places by name: those of columns as they are, and those of parts under the names that readers call these by."""
    if not dialect.parts:
        return dict(places)
    parts = {
        name_part(column, at): places[label]
        for column, labels in dialect.parts.items() for at, label in enumerate(labels) if label in places
    }  # fmt: skip
    return {name: place for name, place in places.items() if name in columns and name not in dialect.parts} | parts


def name_into(dialect: Dialect, column: str) -> str:
    """What readers call the cells that take a wide table's labels: the column's own, or its part that is the label."""
    labels = dialect.parts.get(column, ())
    return name_part(column, labels.index(WIDE_LABEL)) if WIDE_LABEL in labels else column


def name_whole(dialect: Dialect, read: Iterable[str]) -> Sequence[str]:
    """The columns that a file has by those that were read of it."""
    if not dialect.parts:
        return tuple(read)
    found = dict.fromkeys(read)
    whole = [column for column, labels in dialect.parts.items() if not found.keys().isdisjoint(_names(column, labels))]
    parts = {name for column, labels in dialect.parts.items() for name in _names(column, labels)}
    return (*(name for name in found if name not in parts), *whole)


def put_together(dialect: Dialect, frame: pl.DataFrame) -> pl.DataFrame:
    """Cells with the parts of each column as one: a blank between them, and nothing where all of them are empty."""
    if not dialect.parts:
        return frame
    names = name_whole(dialect, frame.columns)
    return frame.select_seq(
        _join(column, dialect.parts[column], frame) if column in dialect.parts else column for column in names
    )


def _join(column: str, labels: Sequence[str], frame: pl.DataFrame) -> pl.Expr:
    import polars as pl

    # An absent part leaves its blank, so that what is left of a year, month and day is no year and month.
    parts = [
        pl.col(name).fill_null("").str.strip_chars() if name in frame.columns else pl.lit("")
        for name in _names(column, labels)
    ]
    return pl.concat_str(parts, separator=_BESIDE).str.strip_chars().alias(column)


def _names(column: str, labels: Sequence[str]) -> list[str]:
    return [name_part(column, at) for at in range(len(labels))]
