"""Dialects: the forms in which a source's files come, and how the file's own words map to canonical columns."""

from __future__ import annotations

from conditioners.dialects.common import ISO_DAY, ISO_MOMENTS, Dialect
from conditioners.dialects.documents import (
    EdiLoops,
    JsonColumns,
    JsonLines,
    JsonRows,
    JsonTree,
    ProductActivity,
    XmlElements,
)
from conditioners.dialects.folded import Repeated, Wide
from conditioners.dialects.numbers import PLAIN, Numbers, ShiftBy
from conditioners.dialects.tables import Delimited, FixedWidth, Parquet, Tagged, Workbook

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
]
