"""Parquet files: batches of the columns that a dialect names, as text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conditioners.declaration import Source
from conditioners.dialects import Parquet
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import Facts, Located, TextBatch
from conditioners.readers.headers import NearMiss, find_header, surroundings
from conditioners.readers.json.showing import show_json
from conditioners.readers.numbers import number_columns
from conditioners.readers.parquet.files import open_parquet_file
from conditioners.readers.parquet.reading import list_fractions, read_text_batches

if TYPE_CHECKING:
    import polars as pl

_MOST_ROWS = 10_000
"""Of several row groups in a batch."""


@dataclass(frozen=True)
class _Part:
    """Rows under the names that the file has for its columns, and the number of the first one, from 1."""

    frame: pl.DataFrame
    first_row: int


class ParquetReader:
    """Reads one file in one dialect."""

    def __init__(self, source: Source, dialect: Parquet, opened: OpenedRaw, limits: Limits) -> None:
        self._limits = limits
        self._constants = {name: opened.describe(label) for name, label in surroundings(source, dialect).items()}
        with ExitStack() as stack:
            self._opened = stack.enter_context(open_parquet_file(opened, limits))
            labels = list(self._opened.file.schema_arrow.names)
            miss = NearMiss()
            header = find_header(source, dialect, [labels], miss)
            if header is None:
                raise Refusal(miss.describe(source, ["the schema"]))
            fractions = list_fractions(self._opened.file)
            self._stack = stack.pop_all()
        self._labels = {name: labels[position] for name, position in header.positions.items()}
        self.columns = (*self._labels, *self._constants)
        numbers = [self.columns[at] for at in number_columns(source, dialect, self.columns)]
        self._otherwise = {name for name in numbers if self._labels.get(name) in fractions}
        """Columns whose points are no points as this dialect writes numbers."""
        self._mark = dialect.numbers.decimal
        self.facts = Facts(
            place="row", dialect={"name": dialect.name, "format": "Parquet"}, header_rows=["the schema"],
            labels=labels, ignored=header.ignored,
        )  # fmt: skip

    def parts(self) -> Iterator[_Part]:
        """Batches of rows; the file is closed behind the last one."""
        row = 1
        wanted = list(dict.fromkeys(self._labels.values()))
        with self._stack:
            for frame in _join_small(read_text_batches(self._opened, wanted, self._limits), self._limits.chunk_bytes):
                yield _Part(frame, row)
                row += frame.height

    def read(self, part: _Part) -> TextBatch:
        """The rows of one batch."""
        import polars as pl

        frame = part.frame.select(
            *(self._write(name, pl.col(label)).alias(name) for name, label in self._labels.items()),
            *(pl.lit(value).alias(name) for name, value in self._constants.items()),
        )

        def locate(row: int) -> Located:
            return Located(str(part.first_row + row), show_json(part.frame.row(row, named=True)))

        return TextBatch(frame, lambda rows: [locate(row) for row in rows])

    def _write(self, name: str, cells: pl.Expr) -> pl.Expr:
        return cells.str.replace(".", self._mark, literal=True) if name in self._otherwise else cells


def _join_small(frames: Iterator[pl.DataFrame], enough: int) -> Iterator[pl.DataFrame]:
    """Row groups of a few rows together, up to enough bytes of text: a batch costs as much as a thousand rows."""
    import polars as pl

    held, rows, size = list[pl.DataFrame](), 0, 0
    for frame in frames:
        more = int(frame.estimated_size())
        if held and (rows + frame.height > _MOST_ROWS or size + more > enough):
            yield pl.concat(held, rechunk=True)
            held, rows, size = [], 0, 0
        held.append(frame)
        rows, size = rows + frame.height, size + more
    if held:
        yield pl.concat(held, rechunk=True)
