"""The contract: a source's columns and checks compiled to expressions that type a batch of text and judge its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conditioners.columns import Check, Column, Day, Decimal, FilledOnlyIf, NotBefore, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.numerals import is_numeral, parse_numeral, shift_decimal
from conditioners.readers.decoding import DAMAGE
from conditioners.reasons import explain

if TYPE_CHECKING:
    import polars as pl

Fault = tuple[str, "pl.Expr"]


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


@dataclass(frozen=True)
class _Rules:
    """One column, compiled: its cleaned text, its value, and what makes it bad."""

    column: Column
    cell: pl.Expr
    value: pl.Expr
    suspicions: Sequence[pl.Expr]
    """True for exactly the rows that have a fault, in as few expressions as can be; over cells and values."""
    faults: Sequence[tuple[str, pl.Expr]]
    """Rules by name, true for the rows that break them; the first one counts."""


class Contract:
    """One source in one dialect, for a file that has certain columns."""

    def __init__(self, source: Source, dialect: Dialect, present: Sequence[str]) -> None:
        self._source, self._dialect = source, dialect
        self._rules = [_compile(column, dialect) for column in source.columns if column.name in present]
        self._absent = [column for column in source.columns if column.name not in present]
        self._names = [column.name for column in source.columns]
        self._checks = [(check, _fault_of(check)) for check in source.checks]

    def apply(self, frame: pl.DataFrame, *, damaged: bool = False) -> Typed:
        """Type and judge a batch of text columns; `damaged` tells that cells may hold bytes that were not decoded."""
        import polars as pl

        cells = frame.select(rule.cell.alias(_cell(rule.column)) for rule in self._rules)
        typed = cells.with_columns(
            *(rule.value.alias(rule.column.name) for rule in self._rules),
            *(pl.lit(None, _type_of(column)).alias(column.name) for column in self._absent),
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
        cells = frame.select(rule.cell.alias(_cell(rule.column)) for rule in rules)
        typed = cells.select(rule.value.alias(rule.column.name) for rule in rules)
        absent = [pl.lit(None, _type_of(column)).alias(column.name) for column in self._absent if column.name in names]
        return typed.with_columns(absent).select(names)

    def _explain(self, bad: pl.DataFrame) -> list[Reject]:
        """The first fault of each row that has one."""
        import polars as pl

        found: dict[int, Reject] = {}
        for rule in self._rules:
            for name, fault in (("undecodable", _is_damaged(rule.column)), *rule.faults):
                cell = pl.col(_cell(rule.column)).alias("@cell")
                for row, text in bad.filter(fault.fill_null(value=False)).select("@row", cell).rows():
                    reason = explain(name, rule.column, text, self._dialect)
                    found.setdefault(row, Reject(row, name, rule.column.name, reason))
        for check, fault in self._checks:
            for (row,) in bad.filter(fault.fill_null(value=False)).select("@row").rows():
                found.setdefault(row, Reject(row, check.rule, check.column, _explain_check(check)))
        if len(found) < bad.height:
            raise RuntimeError(f"a row of {self._source.name} was rejected under no rule: a bug in this module")
        return [found[row] for row in sorted(found)]


def _cell(column: Column) -> str:
    return f"@{column.name}"


def _is_damaged(column: Column) -> pl.Expr:
    import polars as pl

    return pl.col(_cell(column)).str.contains(DAMAGE.decode(), literal=True)


def _compile(column: Column, dialect: Dialect) -> _Rules:
    import polars as pl

    text = pl.col(column.name).str.strip_chars()
    cell = pl.when(text.is_in(["", *dialect.nulls])).then(None).otherwise(text)
    clean, value = pl.col(_cell(column)), pl.col(column.name)
    if isinstance(column, Text):
        parsed, faults = _compile_text(column, dialect, clean, value)
    elif isinstance(column, Day):
        parsed, faults = _compile_day(column, dialect, clean, value)
    else:
        return _compile_number(column, dialect, cell, clean, value)
    missing = [] if column.optional else [("missing", clean.is_null())]
    # A required value is null if it is missing or cannot be read; either way the row is bad.
    unread = clean.is_not_null() & value.is_null() if column.optional else value.is_null()
    return _Rules(column, cell, parsed, [unread, *(fault for _, fault in faults[1:])], [*missing, *faults])


def _compile_text(column: Text, dialect: Dialect, clean: pl.Expr, value: pl.Expr) -> tuple[pl.Expr, list[Fault]]:
    import polars as pl

    words = dialect.values.get(column.name)
    parsed = clean.replace_strict(dict(words), default=None, return_dtype=pl.String) if words else clean
    faults = [("not_allowed", clean.is_not_null() & value.is_null())]
    if column.choices:
        faults.append(("not_allowed", ~value.is_in(list(column.choices))))
    if column.pattern is not None:
        faults.append(("bad_format", ~value.str.contains(f"^(?:{column.pattern})$")))
    return parsed, faults


def _compile_day(column: Day, dialect: Dialect, clean: pl.Expr, value: pl.Expr) -> tuple[pl.Expr, list[Fault]]:
    import polars as pl

    parsed = pl.coalesce([_parse_day(clean, written) for written in dialect.days])
    faults = [
        ("not_a_day", clean.is_not_null() & value.is_null()),
        ("too_early", value < pl.lit(column.earliest)),
        ("too_late", value > pl.lit(column.latest)),
    ]
    if column.weekday is not None:
        faults.append(("wrong_weekday", value.dt.weekday() != column.weekday))
    return parsed, faults


def _parse_day(cell: pl.Expr, written: str) -> pl.Expr:
    import polars as pl

    if written == "%G-W%V":
        return pl.concat_str([cell, pl.lit("-1")]).str.to_date("%G-W%V-%u", strict=False)
    if written == "%Y%m%d":
        cell = pl.when(cell.str.len_bytes() == 8).then(cell)
    return cell.str.to_date(written, strict=False)


def _compile_number(column: Whole | Decimal, dialect: Dialect, cell: pl.Expr, clean: pl.Expr, value: pl.Expr) -> _Rules:
    places = column.places if isinstance(column, Decimal) else 0
    shift = dialect.shifts.get(column.name, 0)
    written = max(places + shift, 0)
    parsed = parse_numeral(clean, dialect.numbers, written)
    if shift:
        parsed = shift_decimal(parsed, shift, places)
    is_rounded = isinstance(column, Decimal) and column.rounded
    not_exact = ~is_numeral(clean, dialect.numbers, None if is_rounded else written)
    missing = [] if column.optional else [("missing", clean.is_null())]
    unheld = ("too_large", clean.is_not_null() & value.is_null())
    bounds = []
    if column.minimum is not None:
        bounds.append(("too_small", value < column.minimum))
    if column.maximum is not None:
        bounds.append(("too_large", value > column.maximum))
    return _Rules(
        column, cell, parsed,
        suspicions=[not_exact, *(fault for _, fault in (*missing, unheld, *bounds))],
        faults=[
            *missing, ("not_a_number", ~is_numeral(clean, dialect.numbers, None)), ("too_many_places", not_exact),
            unheld, *bounds,
        ],
    )  # fmt: skip


def _type_of(column: Column) -> pl.DataType:
    import polars as pl

    if isinstance(column, Day):
        return pl.Date()
    if isinstance(column, Decimal):
        return pl.Decimal(38, column.places)
    return pl.Int64() if isinstance(column, Whole) else pl.String()


def _fault_of(check: Check) -> pl.Expr:
    import polars as pl

    if isinstance(check, NotBefore):
        return pl.col(check.column) < pl.col(check.other)
    return pl.col(check.column).is_not_null() != pl.col(check.other).eq_missing(pl.lit(check.value))


def _explain_check(check: Check) -> str:
    if isinstance(check, FilledOnlyIf):
        return f"{check.column} has to be filled where {check.other} is {check.value}, and nowhere else"
    return f"{check.column} is before {check.other}"
