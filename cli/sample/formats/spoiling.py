"""Spoils rendered tables the way real exports are spoilt: rows nobody can use, rows that come twice or disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

_ROWS_PER_FAULT = 700
_ROWS_PER_REPEAT = 500


class Fault(NamedTuple):
    """What a bad row has in a column instead of a good value."""

    column: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """One raw file, and what conditioning must make of it."""

    data: bytes
    rows: int
    """All rows in the file, good and bad."""
    bad: int
    duplicates: int


@dataclass(frozen=True)
class Spoilt:
    """A table of text with extra rows in it; the good rows are all still there, in their order."""

    frame: pl.DataFrame
    bad: int
    duplicates: int

    def render(self, data: bytes) -> Rendered:
        """The file that was made from this table."""
        return Rendered(data, self.frame.height, self.bad, self.duplicates)


def spoil(frame: pl.DataFrame, faults: Sequence[Fault], contested: Fault, stream: np.random.Generator) -> Spoilt:
    """Add rows to a table of text: some with one of the faults, some that repeat a row before them.

    Of the repeats some disagree with their original, by what `contested` says.
    """
    bad = _copies(frame, stream, _ROWS_PER_FAULT)
    bad = pl.concat([_with(row, faults[int(stream.integers(len(faults)))]) for row in bad.iter_slices(1)] or [bad])
    repeats = _copies(frame, stream, _ROWS_PER_REPEAT)
    disagreeing = repeats.filter(stream.random(repeats.height) < 0.2)
    equal = repeats.join(disagreeing, on="@at", how="anti")
    disagreeing = pl.concat([_with(row, contested) for row in disagreeing.iter_slices(1)] or [disagreeing])
    later = (pl.col("@at") + int(stream.integers(1, 40)) + 0.5).alias("@at")
    good = frame.with_row_index("@at").cast({"@at": pl.Float64})
    everything = pl.concat([good, bad, equal.with_columns(later), disagreeing.with_columns(later)])
    table = everything.sort("@at", maintain_order=True).drop("@at")
    return Spoilt(table, bad.height + disagreeing.height, equal.height)


def _copies(frame: pl.DataFrame, stream: np.random.Generator, rows_per_copy: int) -> pl.DataFrame:
    """A few different rows, with a place behind them in `@at`."""
    count = min(int(stream.poisson(frame.height / rows_per_copy)), frame.height)
    chosen = np.sort(stream.choice(frame.height, size=count, replace=False))
    return frame[chosen].with_columns(pl.Series("@at", chosen + 0.5)).select("@at", *frame.columns)


def _with(row: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    return row.with_columns(pl.lit(fault.text).alias(fault.column))
