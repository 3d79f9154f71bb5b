"""The contract: a source's columns and checks compiled to expressions that type a batch of text and judge its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conditioners.columns import AtMostWhere, Check, Column, FilledOnlyIf, NotBefore
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.readers.decoding import DAMAGE
from conditioners.reasons import explain
from conditioners.rules import compile_rules, name_cell, type_of

if TYPE_CHECKING:
    import polars as pl


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
        self._absent = [column for column in source.columns if column.name not in present]
        self._names = [column.name for column in source.columns]
        self._checks = [(check, _fault_of(check)) for check in source.checks]

    def apply(self, frame: pl.DataFrame, *, damaged: bool = False) -> Typed:
        """Type and judge a batch of text columns; `damaged` tells that cells may hold bytes that were not decoded."""
        import polars as pl

        cells = frame.select(rule.cell.alias(name_cell(rule.column)) for rule in self._rules)
        typed = cells.with_columns(
            *(rule.value.alias(rule.column.name) for rule in self._rules),
            *(pl.lit(None, type_of(column)).alias(column.name) for column in self._absent),
        )
        suspicions = [each for rule in self._rules for each in rule.suspicions] + [fault for _, fault in self._checks]
        suspicions += [_is_damaged(rule.column) for rule in self._rules] if damaged else []
        bad = typed.select(pl.any_horizontal(suspicions).fill_null(value=False)).to_series()
        values = typed.select(self._names)
        if not bad.any():
            return Typed(values, ())
        return Typed(values.filter(~bad), self._explain(typed.with_row_index("@row").filter(bad)))

    def type_columns(self, frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
        """The values of some columns, null where they cannot be read; no row is judged."""
        import polars as pl

        rules = [rule for rule in self._rules if rule.column.name in names]
        cells = frame.select(rule.cell.alias(name_cell(rule.column)) for rule in rules)
        typed = cells.select(rule.value.alias(rule.column.name) for rule in rules)
        absent = [pl.lit(None, type_of(column)).alias(column.name) for column in self._absent if column.name in names]
        return typed.with_columns(absent).select(names)

    def _explain(self, bad: pl.DataFrame) -> list[Reject]:
        """The first fault of each row that has one."""
        import polars as pl

        found: dict[int, Reject] = {}
        for rule in self._rules:
            for name, fault in (("undecodable", _is_damaged(rule.column)), *rule.faults):
                cell = pl.col(name_cell(rule.column)).alias("@cell")
                for row, text in bad.filter(fault.fill_null(value=False)).select("@row", cell).rows():
                    reason = explain(name, rule.column, text, self._dialect)
                    found.setdefault(row, Reject(row, name, rule.column.name, reason))
        for check, fault in self._checks:
            for (row,) in bad.filter(fault.fill_null(value=False)).select("@row").rows():
                found.setdefault(row, Reject(row, check.rule, check.column, _explain_check(check)))
        if len(found) < bad.height:
            raise RuntimeError(f"a row of {self._source.name} was rejected under no rule: a bug in this module")
        return [found[row] for row in sorted(found)]


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
