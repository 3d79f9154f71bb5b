"""The contract: a source's columns and checks compiled to expressions that type a batch of text and judge its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING

from conditioners.columns import type_of
from conditioners.declaration import Source
from conditioners.dialects import Dialect, ShiftBy
from conditioners.faults import BadRows, Faults, Suspicions
from conditioners.frames import keep_rows
from conditioners.values.compiled_columns import CompiledColumn, compile_column
from conditioners.values.short_cells import ShortCells, read_numerals
from conditioners.values.short_forms import are_written
from conditioners.values.side_columns import name_cell, name_form, name_inexact

if TYPE_CHECKING:
    import polars as pl

_MOST_UNREAD = 0.2
"""The share of numerals beyond which reading the others at once saves nothing."""
_FEW = 2000
"""Rows up to which it takes longer to read short cells at once than to leave them to the expressions."""
_MOST_KNOWN = 64


@dataclass(frozen=True)
class Typed:
    """A batch that was judged: rows that keep the contract, typed and in contract order, and the others."""

    frame: pl.DataFrame
    bad: BadRows


class Contract:
    """One source in one dialect, for a file that has certain columns, and for batches of few rows or of many.

    Either kind judges any batch alike; that for few rows leaves all to the expressions.
    """

    def __init__(self, source: Source, dialect: Dialect, present: Sequence[str], *, is_few: bool = True) -> None:
        import polars as pl

        known = set(present)  # of which there may be thousands
        columns = [column for column in source.columns if column.name in known]
        absent = [column for column in source.columns if column.name not in known]
        self._is_few = is_few
        self._kept = source, dialect
        self._columns = [compile_column(column, dialect, at_once=not is_few) for column in columns]
        self._faults = Faults(source, dialect, self._columns)
        self._shifting = {shift.column for shift in dialect.shifts.values() if isinstance(shift, ShiftBy)}
        self._no_cells = [
            pl.lit(None, pl.String).alias(name_cell(column.name)) for column in absent if column.name in self._shifting
        ]
        self._cells = [_cell_of(each, None) for each in self._columns] + self._no_cells
        self._values = {each.name: each.value.alias(each.name) for each in self._columns}
        self._values |= {column.name: pl.lit(None, type_of(column)).alias(column.name) for column in absent}
        self._names = [column.name for column in source.columns]

    @classmethod
    def of(cls, source: Source, dialect: Dialect, present: Sequence[str], rows: int) -> Contract:
        """A contract for so many rows, maybe of an earlier file: small ones would cost twice as much otherwise."""
        # Neither source nor dialect can be hashed; a contract keeps both, so that their numbers are not given again.
        key = (id(source), id(dialect), tuple(present), rows < _FEW)
        known = _KNOWN.get(key)
        if known is None:
            if len(_KNOWN) >= _MOST_KNOWN:
                _KNOWN.clear()
            known = _KNOWN[key] = cls(source, dialect, present, is_few=rows < _FEW)
        return known

    def apply(self, frame: pl.DataFrame, *, damaged: bool = False) -> Typed:
        """Type and judge a batch of text columns; `damaged` tells that cells may hold bytes that were not decoded."""
        typed, suspicions = (self._type_few if self._is_few else self._type_many)(frame, damaged)
        bad = reduce(or_, (typed[name] for name in suspicions.names))
        values = typed[self._names]
        if not bad.any():
            return Typed(values, BadRows())
        numbers = bad.to_numpy().nonzero()[0].tolist()
        rows = self._faults.look_into(numbers, keep_rows(typed, bad), suspicions, damaged=damaged)
        return Typed(keep_rows(values, ~bad), rows)

    def _type_few(self, frame: pl.DataFrame, damaged: bool) -> tuple[pl.DataFrame, Suspicions]:
        """Cells, values and suspicions, all in one go: for few rows, going once more takes as long as an expression."""
        import polars as pl

        suspicions = self._faults.suspect(damaged, frozenset())
        texts = frame.lazy().with_columns_seq(pl.col([each.name for each in self._columns]).str.strip_chars())
        typed = texts.select_seq(self._cells).with_columns_seq(self._values.values()).with_columns_seq(suspicions.flags)
        return typed.collect(optimizations=_as_written()), suspicions

    def _type_many(self, frame: pl.DataFrame, damaged: bool) -> tuple[pl.DataFrame, Suspicions]:
        """Cells, values and suspicions, the values of short numerals read at once."""
        cells = _look_at_forms(self._columns, self._clean(frame, self._columns))
        read = {each.name: _read_at_once(each, cells) for each in self._columns}
        read_at_once = frozenset(name for name, series in read.items() if series)
        suspicions = self._faults.suspect(damaged, read_at_once)
        typed = cells.hstack([each for series in read.values() for each in series])
        typed = typed.with_columns_seq(value for name, value in self._values.items() if name not in read_at_once)
        return typed.with_columns_seq(suspicions.flags), suspicions

    def type_columns(self, frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
        """The values of some columns, null where they cannot be read; no row is judged."""
        columns = [each for each in self._columns if each.name in {*names, *self._shifting}]
        return _look_at_forms(columns, self._clean(frame, columns)).select_seq(self._values[name] for name in names)

    def _clean(self, frame: pl.DataFrame, columns: Sequence[CompiledColumn]) -> pl.DataFrame:
        """The cells of some columns, without blanks around them, and null where they stand for no value."""
        import polars as pl

        names = [each.name for each in columns]
        short = {name: ShortCells.of(frame[name]) for name in names}
        trimmed = {name: cells for name, cells in short.items() if cells is not None and cells.are_trimmed()}
        padded = [name for name in names if name not in trimmed]
        texts = frame.with_columns_seq(pl.col(padded).str.strip_chars()) if padded else frame
        return texts.select_seq([_cell_of(each, trimmed.get(each.name)) for each in columns] + self._no_cells)


@cache
def _as_written() -> pl.QueryOptFlags:
    """Steps as they are written: looking for better ones takes longer than few rows do."""
    import polars as pl

    return pl.QueryOptFlags.none()


def _cell_of(column: CompiledColumn, cells: ShortCells | None) -> pl.Expr:
    """A column's cells, null where they stand for no value; as they are where none is as long as such a one."""
    import polars as pl

    is_filled = cells is not None and not column.is_anew and not cells.have_length_of(column.empty)
    return (pl.col(column.name) if is_filled else column.cell).alias(name_cell(column.name))


def _look_at_forms(columns: Sequence[CompiledColumn], cells: pl.DataFrame) -> pl.DataFrame:
    """The cells, and for each form of days, moments and codes which of them are written so.

    That is done here and not within an expression: polars' thread would have to wait for Python's lock.
    """
    forms = [(column.name, form) for column in columns for form in column.forms]
    flags = [are_written(cells[name_cell(name)], form).alias(name_form(name, form.name)) for name, form in forms]
    return cells.hstack(flags)


def _read_at_once(column: CompiledColumn, cells: pl.DataFrame) -> list[pl.Series]:
    """A column of numerals: its values, and which cells are no exact one; nothing if most need its expressions."""
    import numpy as np
    import polars as pl

    if column.numeral is None:
        return []
    texts = cells[name_cell(column.name)]
    read = read_numerals(texts, column.numeral.numbers, column.numeral.places)
    if read is None or read[1].sum() > _MOST_UNREAD * len(texts):
        return []
    values, unread = read
    inexact = np.zeros(len(texts), np.bool_)
    rest = np.flatnonzero(unread)
    if len(rest):
        unseen = pl.DataFrame([texts.filter(pl.Series(unread))])  # and not rows of the frame, as frames.py has it
        seen = unseen.select_seq(column.value.alias("value"), column.suspicions[0].alias("inexact"))
        order = np.arange(len(texts))
        order[rest] = len(texts) + np.arange(len(rest))
        values = pl.concat([values, seen["value"]]).gather(order)
        inexact[rest] = seen["inexact"].to_numpy()
    return [values.alias(column.name), pl.Series(name_inexact(column.name), inexact)]


_KNOWN: dict[tuple[int, int, tuple[str, ...], bool], Contract] = {}
"""Contracts by the numbers of source and dialect, the columns that files have, and whether rows are few."""
