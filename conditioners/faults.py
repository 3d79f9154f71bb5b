"""Faults: what makes a row bad, as flags for a whole batch, and for each bad row the first rule that it breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from conditioners.columns import AtMostWhere, Check, FilledOnlyIf, NotBefore
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.readers.decoding import DAMAGE_IN_TEXT
from conditioners.rules import Rule
from conditioners.values.compiled_columns import CompiledColumn
from conditioners.values.compiled_values import Fault
from conditioners.values.reasons import explain
from conditioners.values.side_columns import name_cell, name_inexact

if TYPE_CHECKING:
    import polars as pl


class BadRow(NamedTuple):
    """One row that breaks a rule: its number in the batch, and the first column and rule it breaks."""

    row: int
    rule: str
    column: str
    reason: str


_Told = dict[tuple[str, tuple[bool | None, ...], str | None], tuple[Rule, str]]
"""Rule and reason, by column, flags and cell."""


@dataclass(frozen=True)
class BadRows:
    """Rows that break a rule, and all that it takes to say which: words are found for them later, by another thread."""

    numbers: Sequence[int] = ()
    """Theirs in the batch, in order."""
    _owners: Sequence[CompiledColumn | Check] = ()
    _rules: Mapping[str, Sequence[tuple[int, Rule]]] = field(default_factory=dict)
    """For each column at fault its rules, and where in a row's flags that of each stands."""
    _flags: Sequence[tuple[bool | None, ...]] = ()
    _cells: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    _dialect: Dialect | None = None

    def explain(self) -> list[BadRow]:
        """The first fault of each."""
        told: _Told = {}
        return [self._explain(at, owner, told) for at, owner in enumerate(self._owners)]

    def _explain(self, at: int, owner: CompiledColumn | Check, told: _Told) -> BadRow:
        """`told` is what was found of the rows before: the same cells often come again."""
        if not isinstance(owner, CompiledColumn):
            return BadRow(self.numbers[at], owner.rule, owner.column, _explain_check(owner))
        key = (owner.name, self._flags[at], self._cells[owner.name][at])
        found = told.get(key)
        if found is None:
            found = told[key] = self._find_fault(owner, *key[1:])
        return BadRow(self.numbers[at], found[0], owner.name, found[1])

    def _find_fault(self, owner: CompiledColumn, flags: tuple[bool | None, ...], cell: str | None) -> tuple[Rule, str]:
        rule = next((rule for place, rule in self._rules[owner.name] if flags[place]), None)
        if rule is None or self._dialect is None:
            raise RuntimeError(f"a row was rejected for {owner.name} under no rule: a bug in conditioners/faults.py")
        return rule, explain(rule, owner.column, cell, self._dialect)


@dataclass(frozen=True)
class Suspicions:
    """What makes rows bad: flags by name, and whose each is. Of a row's flags one is true, or else none is null."""

    names: Sequence[str]
    flags: Sequence[pl.Expr]
    owners: Sequence[CompiledColumn | Check]


class Faults:
    """The faults that rows of one contract can have."""

    def __init__(self, source: Source, dialect: Dialect, columns: Sequence[CompiledColumn]) -> None:
        self._dialect, self._columns = dialect, columns
        self._checks = [(check, _fault_of(check).fill_null(value=False)) for check in source.checks]
        self._suspicions: dict[tuple[bool, frozenset[str]], Suspicions] = {}
        self._named = {
            (column.name, damaged): _name_faults(column, damaged=damaged)
            for column in columns for damaged in (False, True)
        }  # fmt: skip

    def suspect(self, damaged: bool, read_at_once: frozenset[str]) -> Suspicions:
        """Column by column and then the checks; columns that were read at once have the first flag already."""
        found = self._suspicions.get((damaged, read_at_once))
        if found is None:
            listed = [(column, flag) for column in self._columns for flag in _flags(column, damaged, read_at_once)]
            every: list[tuple[CompiledColumn | Check, pl.Expr]] = [*listed, *self._checks]
            names = [f"!{at}" for at in range(len(every))]
            flags = [flag.alias(name) for name, (_, flag) in zip(names, every, strict=True)]
            found = self._suspicions[damaged, read_at_once] = Suspicions(names, flags, [owner for owner, _ in every])
        return found

    def look_into(self, numbers: Sequence[int], bad: pl.DataFrame, known: Suspicions, *, damaged: bool) -> BadRows:
        """Bad rows, in order, with the cells and flags that tell why; `numbers` are theirs in the batch."""
        owners = [known.owners[flags.index(True)] for flags in bad[known.names].rows()]
        names = dict.fromkeys(owner.name for owner in owners if isinstance(owner, CompiledColumn))
        faults = [(name, fault) for name in names for fault in self._named[name, damaged]]
        flags = bad.select_seq(fault.flag for _, fault in faults).rows() if faults else ()
        rules: dict[str, list[tuple[int, Rule]]] = {name: [] for name in names}
        for place, (name, fault) in enumerate(faults):
            rules[name].append((place, fault.rule))
        cells = {name: bad[name_cell(name)].to_list() for name in names}
        return BadRows(numbers, owners, rules, flags, cells, self._dialect)


def _flags(column: CompiledColumn, damaged: bool, read_at_once: frozenset[str]) -> Sequence[pl.Expr]:
    import polars as pl

    is_read = column.name in read_at_once
    flags = [_is_damaged(column)] if damaged else []
    flags += [pl.col(name_inexact(column.name)), *column.suspicions[1:]] if is_read else column.suspicions
    # A required column's flags are null only where the value is, and then one of them is true.
    return [flag.fill_null(value=False) for flag in flags] if column.column.optional else flags


def _name_faults(column: CompiledColumn, *, damaged: bool) -> list[Fault]:
    faults = [Fault(Rule.UNDECODABLE, _is_damaged(column)), *column.faults] if damaged else column.faults
    return [Fault(rule, flag.alias(f"{column.name} {at}")) for at, (rule, flag) in enumerate(faults)]


def _is_damaged(column: CompiledColumn) -> pl.Expr:
    import polars as pl

    return pl.col(name_cell(column.name)).str.contains(DAMAGE_IN_TEXT, literal=True)


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
