"""The contract: a source's columns and checks compiled to expressions that type a batch of text and judge its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conditioners.columns import AtMostWhere, Check, Column, FilledOnlyIf, NotBefore
from conditioners.declaration import Source
from conditioners.dialects import Dialect, ShiftBy
from conditioners.frames import keep_rows, to_flags
from conditioners.readers.decoding import DAMAGE
from conditioners.reasons import explain
from conditioners.rules import Rules, compile_rules, name_cell, type_of
from conditioners.short_cells import ShortCells, read_numerals

if TYPE_CHECKING:
    import polars as pl

_MOST_UNREAD = 0.2
"""The share of numerals beyond which reading the others at once saves nothing."""
_FEW = 2000
"""Rows up to which it takes longer to read short cells at once than to leave them to the expressions."""
_MOST_KNOWN = 64


@dataclass(frozen=True)
class Reject:
    """One row that breaks a rule: its number in the batch, and the first column and rule it breaks."""

    row: int
    rule: str
    column: str
    reason: str


@dataclass(frozen=True)
class Typed:
    """A batch that was judged: rows that keep the contract, typed and in contract order, and the others' faults."""

    frame: pl.DataFrame
    rejects: Sequence[Reject]


class Contract:
    """One source in one dialect, for a file that has certain columns."""

    def __init__(self, source: Source, dialect: Dialect, present: Sequence[str]) -> None:
        self._source, self._dialect = source, dialect
        self._rules = [compile_rules(column, dialect) for column in source.columns if column.name in present]
        self._shifting = {shift.column for shift in dialect.shifts.values() if isinstance(shift, ShiftBy)}
        self._absent = [column for column in source.columns if column.name not in present]
        self._names = [column.name for column in source.columns]
        self._checks = [(check, _fault_of(check)) for check in source.checks]
        self._faults = {damaged: self._list_faults(damaged=damaged) for damaged in (False, True)}
        self._suspicious: dict[tuple[bool, ...], pl.Expr] = {}

    @classmethod
    def of(cls, source: Source, dialect: Dialect, present: Sequence[str]) -> Contract:
        """A contract that may have been used for an earlier file: small files would cost twice as much otherwise."""
        key = (
            id(source),
            id(dialect),
            tuple(present),
        )  # neither can be hashed; a contract keeps both, and their numbers
        known = _KNOWN.get(key)
        if known is None:
            if len(_KNOWN) >= _MOST_KNOWN:
                _KNOWN.clear()
            known = _KNOWN[key] = cls(source, dialect, present)
        return known

    def _list_faults(self, *, damaged: bool) -> tuple[list[tuple[Rules, str]], list[pl.Expr]]:
        """Column and name of each rule in order, and what is true of the rows that break these or then the checks."""
        named = [
            (rule, *fault)
            for rule in self._rules
            for fault in ((("undecodable", _is_damaged(rule.column)),) if damaged else ()) + tuple(rule.faults)
        ]
        every = [fault for *_, fault in named] + [fault for _, fault in self._checks]
        broken = [fault.alias(str(at)) for at, fault in enumerate(every)]
        return [(rule, name) for rule, name, _ in named], broken

    def apply(self, frame: pl.DataFrame, *, damaged: bool = False) -> Typed:
        """Type and judge a batch of text columns; `damaged` tells that cells may hold bytes that were not decoded."""
        import polars as pl

        cells = self._clean(frame, self._rules)
        typed = cells.hstack([series for rule in self._rules for series in _read_at_once(rule, cells)])
        others = [rule.value.alias(rule.column.name) for rule in self._rules if rule.column.name not in typed.columns]
        others += [pl.lit(None, type_of(column)).alias(column.name) for column in self._absent]
        typed = typed.with_columns(others) if others else typed
        bad = typed.select(self._is_suspicious(typed, damaged)).to_series()
        values = typed[self._names]
        if not bad.any():
            return Typed(values, ())
        return Typed(keep_rows(values, ~bad), self._explain(bad.arg_true().to_list(), keep_rows(typed, bad), damaged))

    def _is_suspicious(self, typed: pl.DataFrame, damaged: bool) -> pl.Expr:
        """True for the rows that have a fault."""
        import polars as pl

        read_at_once = [_name_inexact(rule) in typed.columns for rule in self._rules]
        known = self._suspicious.get((damaged, *read_at_once))
        if known is None:
            found = [each for rule in self._rules for each in _suspicions(rule, typed)]
            found += [fault for _, fault in self._checks]
            found += [_is_damaged(rule.column) for rule in self._rules] if damaged else []
            known = self._suspicious[(damaged, *read_at_once)] = pl.any_horizontal(found).fill_null(value=False)
        return known

    def type_columns(self, frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
        """The values of some columns, null where they cannot be read; no row is judged."""
        import polars as pl

        rules = [rule for rule in self._rules if rule.column.name in {*names, *self._shifting}]
        typed = self._clean(frame, rules).select(rule.value.alias(rule.column.name) for rule in rules)
        absent = [pl.lit(None, type_of(column)).alias(column.name) for column in self._absent if column.name in names]
        return typed.with_columns(absent).select(names)

    def _clean(self, frame: pl.DataFrame, rules: Sequence[Rules]) -> pl.DataFrame:
        """The cells of some columns, without blanks around them, and null where they stand for no value."""
        import polars as pl

        names = [rule.column.name for rule in rules]
        short = {name: ShortCells.of(frame[name]) for name in names if frame.height >= _FEW}
        trimmed = {name: cells for name, cells in short.items() if cells is not None and cells.are_trimmed()}
        padded = [name for name in names if name not in trimmed]
        texts = frame.with_columns(pl.col(padded).str.strip_chars()) if padded else frame
        cells = [_cell_of(rule, trimmed.get(rule.column.name)) for rule in rules]
        absent = [column for column in self._absent if column.name in self._shifting]
        return texts.select(cells + [pl.lit(None, pl.String).alias(name_cell(column)) for column in absent])

    def _explain(self, numbers: Sequence[int], bad: pl.DataFrame, damaged: bool) -> list[Reject]:
        """The first fault of each row that has one; `numbers` are theirs in the batch."""
        named, faults = self._faults[damaged]
        broken = bad.select(faults).rows()
        if not all(True in row for row in broken):
            raise RuntimeError(f"a row of {self._source.name} was rejected under no rule: a bug in this module")
        cells = {rule.column.name: bad[name_cell(rule.column)].to_list() for rule in self._rules}
        found: list[Reject] = []
        for at, first in enumerate(row.index(True) for row in broken):
            if first < len(named):
                rule, name = named[first]
                reason = explain(name, rule.column, cells[rule.column.name][at], self._dialect)
                found.append(Reject(numbers[at], name, rule.column.name, reason))
            else:
                check, _ = self._checks[first - len(named)]
                found.append(Reject(numbers[at], check.rule, check.column, _explain_check(check)))
        return found


def _cell_of(rule: Rules, cells: ShortCells | None) -> pl.Expr:
    """A column's cells, null where they stand for no value; as they are where none is as long as such a one."""
    import polars as pl

    is_filled = cells is not None and not cells.have_length_of(rule.empty)
    return (pl.col(rule.column.name) if is_filled else rule.cell).alias(name_cell(rule.column))


def _read_at_once(rule: Rules, cells: pl.DataFrame) -> list[pl.Series]:
    """A column of numerals: its values, and which of its cells are no exact numeral; nothing if most need the rules."""
    import numpy as np
    import polars as pl

    if rule.numeral is None or cells.height < _FEW:
        return []
    column = cells[name_cell(rule.column)]
    read = read_numerals(column, rule.numeral.numbers, rule.numeral.places)
    if read is None or read[1].sum() > _MOST_UNREAD * len(column):
        return []
    values, unread = read
    inexact = np.zeros(len(column), np.bool_)
    rest = np.flatnonzero(unread)
    if len(rest):
        seen = cells[rest].select(rule.value.alias("value"), rule.suspicions[0].alias("inexact"))
        order = np.arange(len(column))
        order[rest] = len(column) + np.arange(len(rest))
        values = pl.concat([values, seen["value"]]).gather(order)
        inexact[rest] = seen["inexact"].to_numpy()
    return [values.alias(rule.column.name), to_flags(inexact).alias(_name_inexact(rule))]


def _suspicions(rule: Rules, typed: pl.DataFrame) -> Sequence[pl.Expr]:
    import polars as pl

    if _name_inexact(rule) not in typed.columns:
        return rule.suspicions
    return [pl.col(_name_inexact(rule)), *rule.suspicions[1:]]


def _name_inexact(rule: Rules) -> str:
    return f"@{rule.column.name} is inexact"


def _is_damaged(column: Column) -> pl.Expr:
    import polars as pl

    return pl.col(name_cell(column)).str.contains(DAMAGE.decode(), literal=True)


def _fault_of(check: Check) -> pl.Expr:
    import polars as pl

    if isinstance(check, NotBefore):
        return pl.col(check.column) < pl.col(check.other)
    if isinstance(check, AtMostWhere):
        return pl.col(check.other).eq_missing(pl.lit(check.value)) & (pl.col(check.column) > check.maximum)
    return pl.col(check.column).is_not_null() != pl.col(check.other).eq_missing(pl.lit(check.value))


def _explain_check(check: Check) -> str:
    if isinstance(check, FilledOnlyIf):
        return f"{check.column} has to be filled where {check.other} is {check.value}, and nowhere else"
    if isinstance(check, AtMostWhere):
        return f"{check.column} is above {check.maximum} where {check.other} is {check.value}"
    return f"{check.column} is before {check.other}"


_KNOWN: dict[tuple[int, int, tuple[str, ...]], Contract] = {}
"""Contracts by the numbers of source and dialect, and the columns that files have."""
