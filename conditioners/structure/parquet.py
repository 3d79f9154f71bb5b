"""Parquet files as rows of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.parquet import describe_unusual, open_parquet_file, read_text_batches
from conditioners.structure.rows import Row, no_resplit


@dataclass(frozen=True)
class ParquetGrid:
    """The rows of a file; the first one is the labels, of which several may be the same, or empty."""

    opened: OpenedRaw
    limits: Limits
    labels: tuple[str, ...]
    unusual: dict[str, list[str]]
    place: str = "path"
    words_are_apart: bool = False
    has_labels: bool = True

    @property
    def name(self) -> str:
        """The member of an archive that the file is."""
        return self.opened.member

    def rows(self) -> Iterator[Row]:
        """The labels, then all rows in order."""
        yield Row(self.name or "$", self.labels, "")
        number = 0
        with open_parquet_file(self.opened, self.limits) as parquet:
            for frame in read_text_batches(parquet, None, self.limits):
                for cells in frame.rows():
                    number += 1
                    yield Row(f"row {number}", tuple(cell or "" for cell in cells), "")

    resplit = staticmethod(no_resplit)

    def describe(self) -> dict[str, Any]:
        """The format, and the columns that hold no single values."""
        return {"format": "Parquet", **self.unusual}

    def encoding(self) -> None:
        """None: the texts of a Parquet file are UTF-8."""
        return


def open_parquet(opened: OpenedRaw, limits: Limits) -> Iterator[ParquetGrid]:
    """The one table of a Parquet file; raises Refusal when it is damaged."""
    with open_parquet_file(opened, limits) as parquet:
        labels, unusual = tuple(parquet.file.schema_arrow.names), describe_unusual(parquet.file)
    if len(labels) > limits.columns:
        raise Refusal(f"the table has more than {limits.columns} columns")
    if labels:
        yield ParquetGrid(opened, limits, labels, unusual)
