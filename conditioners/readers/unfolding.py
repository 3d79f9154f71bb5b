"""Repetitions within a row (a column for each week, a field for each day of a month), each made a row of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conditioners.dialects import Dialect
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.parts import name_into
from conditioners.readers.batches import Facts, Located, Reader, TextBatch

if TYPE_CHECKING:
    import polars as pl

MARK = "@"
_FEWEST = 8
"""Rows of a portion, however many each becomes: thousands of columns take long for each portion, even of one row."""


def name_repetition(column: str, key: str) -> str:
    """What the reader of rows calls the cells of one repetition of a column."""
    return f"{column}{MARK}{key}"


def count_repetitions(columns: Iterable[str]) -> int:
    """How many rows each row of a reader with such columns may become, at least one."""
    return max(1, len({name.partition(MARK)[2] for name in columns if MARK in name}))


def limit_rows(most: int, columns: Collection[str], limits: Limits) -> int:
    """How many rows of a reader with such columns are read at a time, where they are to become `most` rows.

    What is held at a time is no more for repetitions, or for what stands beside them, once for each. Raises Refusal
    where a single row becomes too many cells.
    """
    repetitions = count_repetitions(columns)
    if repetitions == 1:
        return most
    beside = {name.partition(MARK)[0] for name in columns}
    cells = repetitions * len(beside)
    if cells > limits.repeated_cells:
        told = f"each of its rows becomes {repetitions} rows of {len(beside)} columns"
        raise Refusal(f"{told}, more than {limits.repeated_cells} cells")
    return min(max(_FEWEST, most // repetitions), limits.repeated_cells // cells)


def limit_portions(limits: Limits, columns: Collection[str]) -> Limits:
    """The limits of a reader of text with such columns; raises Refusal as limit_rows does."""
    return replace(limits, portion_records=limit_rows(limits.portion_records, columns, limits))


@dataclass(frozen=True)
class Folding:
    """How a dialect's rows are folded."""

    into: str
    """The column that takes each repetition's key."""
    values: Sequence[str]
    """The columns that repeat; a repetition in which all are empty is no row."""
    appended: bool = False
    """Whether the key is put behind what the column holds already."""
    empty: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each of them, words that mean as much as an empty cell."""
    keep_empty: bool = False


class UnfoldingReader:
    """Reads what another reader reads, each repetition as a row."""

    def __init__(self, reader: Reader, folding: Folding) -> None:
        self._reader, self._folding = reader, folding
        self._keys = list(dict.fromkeys(name.partition(MARK)[2] for name in reader.columns if MARK in name))
        plain = [name for name in reader.columns if MARK not in name]
        self.columns = tuple(dict.fromkeys([*plain, folding.into, *folding.values]))

    @property
    def facts(self) -> Facts:
        """What the inner reader found out."""
        return self._reader.facts

    def parts(self) -> Iterator[Any]:
        """The inner reader's portions."""
        yield from self._reader.parts()

    def read(self, part: Any) -> TextBatch:
        """The rows of one portion."""
        import numpy as np

        batch = self._reader.read(part)
        long = self._unfold(batch.frame)
        kept = long.filter(self._is_there())
        origin = kept["@row"].to_numpy()

        def locate(rows: Sequence[int]) -> list[Located]:
            wanted = origin[list(rows)]
            found = dict(zip(np.unique(wanted).tolist(), batch.locate(np.unique(wanted).tolist()), strict=True))
            return [found[row] for row in wanted.tolist()]

        unread = [replace(row, before=int(np.searchsorted(origin, row.before))) for row in batch.unread]
        passed = self._tell_passed(batch, long.height - kept.height)
        return replace(
            batch, frame=kept.select(self.columns), locate=locate, unread=unread, passed=[*batch.passed, *passed]
        )

    def _unfold(self, frame: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        folding = self._folding
        # Asking the frame each time takes as long as it has columns, of which there may be 16,000.
        columns = set(frame.columns)
        keys = [key for key in self._keys if any(name_repetition(value, key) in columns for value in folding.values)]
        plain = [name for name in frame.columns if MARK not in name]
        lists = [
            pl.concat_list(
                [
                    pl.col(name) if (name := name_repetition(value, key)) in columns else pl.lit(None, pl.String)
                    for key in keys
                ]
            ).alias(value)
            for value in folding.values
        ]
        long = frame.with_row_index("@row").select("@row", *plain, *lists).explode(list(folding.values))
        key = pl.Series("@key", keys * frame.height, dtype=pl.String)
        told = pl.concat_str([pl.col(folding.into), pl.col("@key")]) if folding.appended else pl.col("@key")
        return long.with_columns(key).with_columns(told.alias(folding.into))

    def _is_there(self) -> pl.Expr:
        import polars as pl

        if self._folding.keep_empty:
            return pl.lit(value=True)
        return pl.any_horizontal(self._is_filled(name) for name in self._folding.values)

    def _is_filled(self, name: str) -> pl.Expr:
        import polars as pl

        text = pl.col(name).str.strip_chars()
        return text.is_not_null() & ~text.is_in(["", *self._folding.empty.get(name, ())])

    def _tell_passed(self, batch: TextBatch, count: int) -> list[tuple[Located, str, int]]:
        if count == 0:
            return []
        wanted = " or ".join(self._folding.values)
        return [(batch.locate([0])[0], f"no {wanted} in a repetition, here or further on", count)]


def words_for_nothing(dialect: Dialect, columns: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The words that mean an empty cell in each of some columns of a dialect."""
    return {column: (*dialect.nulls, *dialect.sentinels.get(column, ())) for column in columns}


def unfold(dialect: Dialect, reader: Reader) -> Reader:
    """The reader, or one that makes a row of each repetition, where the dialect has them."""
    if (repeated := dialect.repeated) is not None:
        empty = words_for_nothing(dialect, repeated.fields)
        return UnfoldingReader(reader, Folding(repeated.into, tuple(repeated.fields), appended=True, empty=empty))
    if (wide := dialect.wide) is not None:
        empty = words_for_nothing(dialect, wide.values)
        into = name_into(dialect, wide.into)
        return UnfoldingReader(reader, Folding(into, tuple(wide.values), empty=empty, keep_empty=wide.keep_empty))
    return reader
