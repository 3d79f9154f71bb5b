"""Dialects: the forms in which a source's files come, and how the file's own words map to canonical columns."""

from __future__ import annotations

from conditioners.dialects.common import ISO_DAY, ISO_MOMENTS, PLAIN, Dialect, Numbers, ShiftBy
from conditioners.dialects.documents import (
    EdiLoops,
    JsonColumns,
    JsonLines,
    JsonRows,
    JsonTree,
    ProductActivity,
    XmlElements,
)
from conditioners.dialects.tables import Delimited, FixedWidth, Parquet, Repeated, Tagged, Wide, Workbook

__all__ = [
    "ISO_DAY",
    "ISO_MOMENTS",
    "PLAIN",
    "Delimited",
    "Dialect",
    "EdiLoops",
    "FixedWidth",
    "JsonColumns",
    "JsonLines",
    "JsonRows",
    "JsonTree",
    "Numbers",
    "Parquet",
    "ProductActivity",
    "Repeated",
    "ShiftBy",
    "Tagged",
    "Wide",
    "Workbook",
    "XmlElements",
    "named_columns",
    "repeated_of",
    "wide_of",
]


def wide_of(dialect: Dialect) -> Wide | None:
    """Which labels are cells of rows, in a dialect whose tables may be wide."""
    return dialect.wide if isinstance(dialect, Delimited | Workbook) else None


def repeated_of(dialect: Dialect) -> Repeated | None:
    """Which fields come several times in a line, in a dialect that may have some."""
    return dialect.repeated if isinstance(dialect, FixedWidth) else None


def named_columns(dialect: Dialect) -> set[str]:
    """Every canonical column that a dialect speaks of."""
    by_column = (
        dialect.labels, dialect.values, dialect.sentinels, dialect.extract, dialect.shifts, dialect.formats,
        dialect.parts,
    )  # fmt: skip
    named = {name for mapping in by_column for name in mapping} | set(dialect.order)
    named |= {shift.column for shift in dialect.shifts.values() if isinstance(shift, ShiftBy)}
    parts = {label for labels in dialect.parts.values() for label in labels}
    if (repeated := repeated_of(dialect)) is not None:
        named |= {repeated.into, *repeated.fields}
    if isinstance(dialect, FixedWidth):
        named |= set(dialect.fields) - parts
        named |= set(dialect.tagged.fields) if dialect.tagged else set()
    if isinstance(dialect, Delimited | JsonRows):
        named |= set(dialect.fields) - {"", *parts}
    if (wide := wide_of(dialect)) is not None:
        named |= {wide.into, *wide.values}
    return named
