"""Parquet files as rows of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conditioners.collector import collector_paused
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.decoding import DAMAGE_IN_TEXT
from conditioners.readers.parquet.files import open_parquet_file
from conditioners.readers.parquet.reading import describe_unusual, read_text_batches
from conditioners.structure.block import Block, Deferred
from conditioners.structure.rows import Row, no_resplit

if TYPE_CHECKING:
    import polars as pl

_TOGETHER = 1 << 23
"""Bytes of rows that are shown at a time."""
_MANY = 1000
"""Rows that take longer to show than it does to begin."""
_NOT_PLAIN = re.compile(f'["\r{DAMAGE_IN_TEXT}]')


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

    def rows(self) -> Iterator[Row | Block]:
        """The labels, then all rows in order."""
        yield Row(self.name or "$", self.labels, "")
        number = 0
        with open_parquet_file(self.opened, self.limits) as parquet:
            for frame in _gather(read_text_batches(parquet, None, self.limits)):
                for piece in frame.iter_slices(max(1, frame.height * _TOGETHER // max(1, int(frame.estimated_size())))):
                    yield from _show(piece, number)
                    number += piece.height

    resplit = staticmethod(no_resplit)

    def describe(self) -> dict[str, Any]:
        """The format, and the columns that hold no single values."""
        return {"format": "Parquet", **self.unusual}

    def encoding(self) -> None:
        """None: the texts of a Parquet file are UTF-8."""
        return


def _gather(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows, in fewer frames where row groups have hardly any, as programs that write them one by one make."""
    import polars as pl

    held, rows, size = list[pl.DataFrame](), 0, 0
    for frame in frames:
        held.append(frame)
        rows, size = rows + frame.height, size + int(frame.estimated_size())
        if rows >= _MANY or size >= _TOGETHER:
            yield pl.concat(held)
            held, rows, size = [], 0, 0
    if held:
        yield pl.concat(held)


def _show(frame: pl.DataFrame, before: int) -> Iterator[Row | Block]:
    """Some rows: all at once unless some are damaged, and as CSV if they need no quotes and have no empty cell."""
    if csv := _show_plain(frame):
        yield Block(before + 1, (), Deferred(frame.height, lambda: list(frame.rows())), csv=csv)
        return
    with collector_paused():
        rows = frame.fill_null("").rows()
    if not _is_damaged(frame):
        yield Block(before + 1, (), rows, is_sound=True)
        return
    for number, cells in enumerate(rows, before + 1):
        yield Row(f"row {number}", cells, "")


def _is_damaged(frame: pl.DataFrame) -> bool:
    import polars as pl

    return any(frame.select(pl.all().str.contains(DAMAGE_IN_TEXT, literal=True).any()).row(0))


def _show_plain(frame: pl.DataFrame) -> str:
    import polars as pl

    if any(frame.null_count().row(0)) or any(frame.select((pl.all() == "").any()).row(0)):
        return ""
    csv = frame.write_csv(include_header=False, quote_style="never")
    is_plain = csv.count(",") == frame.height * (frame.width - 1) and csv.count("\n") == frame.height
    return csv if is_plain and not _NOT_PLAIN.search(csv) else ""


def open_parquet(opened: OpenedRaw, limits: Limits) -> Iterator[ParquetGrid]:
    """The one table of a Parquet file; raises Refusal when it is damaged."""
    with open_parquet_file(opened, limits) as parquet:
        labels, unusual = tuple(parquet.file.schema_arrow.names), describe_unusual(parquet.file)
    if len(labels) > limits.columns:
        raise Refusal(f"the table has more than {limits.columns} columns")
    if labels:
        yield ParquetGrid(opened, limits, labels, unusual)
