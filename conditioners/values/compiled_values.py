"""Values of each kind of column compiled to expressions over the words of a cell, with what makes them bad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from conditioners.columns import Column, Day, Decimal, Moment, Text, Whole
from conditioners.dialects import Dialect, Numbers
from conditioners.outcome import SourceError
from conditioners.rules import Rule
from conditioners.values.dates import IsWritten, formats_of, parse_day, parse_moment, show_moment
from conditioners.values.numerals import is_numeral
from conditioners.values.scaling import is_rounded, parse_number

if TYPE_CHECKING:
    import polars as pl


class Fault(NamedTuple):
    """One way for a cell to be bad."""

    rule: Rule
    flag: pl.Expr
    """True for the rows that break the rule."""


class Numeral(NamedTuple):
    """How a column's numerals are written."""

    numbers: Numbers
    places: int


class CompiledValue(NamedTuple):
    """A cell's value, and what makes it bad besides being missing."""

    value: pl.Expr
    faults: Sequence[Fault]
    """In the order in which they count."""
    suspicions: Sequence[pl.Expr]
    """True for rows that have a fault though there is a value."""
    numeral: Numeral | None = None
    """Set if the value is that of a plain numeral; the first suspicion is then that the cell is none."""


def compile_value(column: Column, dialect: Dialect, words: pl.Expr, is_written: IsWritten) -> CompiledValue:
    """What is made of the words of a cell; raises SourceError where the dialect cannot have any for the column."""
    if isinstance(column, Whole | Decimal):
        return _compile_number(column, dialect, words)
    if isinstance(column, Text):
        return _compile_text(column, dialect, words, is_written)
    if isinstance(column, Day):
        return _compile_day(column, dialect, words, is_written)
    return _compile_moment(column, dialect, words, is_written)


def _compile_text(column: Text, dialect: Dialect, words: pl.Expr, is_written: IsWritten) -> CompiledValue:
    import polars as pl

    value, meant = pl.col(column.name), dialect.values.get(column.name)
    parsed = words.replace_strict(dict(meant), default=None, return_dtype=pl.String) if meant else words
    further = list[Fault]()
    if column.choices:
        further.append(Fault(Rule.NOT_ALLOWED, ~value.is_in(list(column.choices))))
    if column.pattern is not None:
        further.append(Fault(Rule.BAD_FORMAT, value.is_not_null() & ~is_written(column.pattern)))
    return _unless_null(column, words, parsed, Rule.NOT_ALLOWED, further)


def _compile_day(column: Day, dialect: Dialect, words: pl.Expr, is_written: IsWritten) -> CompiledValue:
    import polars as pl

    value, formats = pl.col(column.name), formats_of(column, dialect)
    if not formats:
        raise SourceError(f"dialect {dialect.name!r} has no format of days, and {column.name} is one")
    further = [
        Fault(Rule.TOO_EARLY, value < pl.lit(column.earliest)),
        Fault(Rule.TOO_LATE, value > pl.lit(column.latest)),
    ]
    if column.weekday is not None:
        further.append(Fault(Rule.WRONG_WEEKDAY, value.dt.weekday() != column.weekday))
    return _unless_null(column, words, parse_day(words, formats, dialect, is_written), Rule.NOT_A_DAY, further)


def _compile_moment(column: Moment, dialect: Dialect, words: pl.Expr, is_written: IsWritten) -> CompiledValue:
    import polars as pl

    value, formats = pl.col(column.name), formats_of(column, dialect)
    if not formats:
        raise SourceError(f"dialect {dialect.name!r} has no format of moments without an offset, as {column.name} is")
    further = [
        # ISO 8601 of one length sorts as time does.
        Fault(Rule.TOO_EARLY, value < pl.lit(column.earliest.isoformat())),
        Fault(Rule.TOO_LATE, value.str.head(10) > pl.lit(column.latest.isoformat())),
    ]
    parsed = show_moment(parse_moment(words, formats, is_written), utc=column.utc)
    return _unless_null(column, words, parsed, Rule.NOT_A_MOMENT, further)


def _unless_null(
    column: Column, words: pl.Expr, parsed: pl.Expr, rule: Rule, further: Sequence[Fault]
) -> CompiledValue:  # fmt: skip
    """A value that is null where words break the rule, which nobody needs to suspect."""
    return CompiledValue(parsed, [_is_lost(column, words, rule), *further], [fault.flag for fault in further])


def _is_lost(column: Column, words: pl.Expr, rule: Rule) -> Fault:
    import polars as pl

    return Fault(rule, words.is_not_null() & pl.col(column.name).is_null())


def _compile_number(column: Whole | Decimal, dialect: Dialect, words: pl.Expr) -> CompiledValue:
    import polars as pl

    parsed, not_exact = parse_number(column, dialect, words)
    value, bounds = pl.col(column.name), list[Fault]()
    if column.minimum is not None:
        bounds.append(Fault(Rule.TOO_SMALL, value < column.minimum))
    if column.maximum is not None:
        bounds.append(Fault(Rule.TOO_LARGE, value > column.maximum))
    is_plain = not (dialect.shifts.get(column.name) or dialect.extract.get(column.name)) and not is_rounded(column)
    places = column.places if isinstance(column, Decimal) else 0
    return CompiledValue(
        parsed,
        faults=[
            Fault(Rule.NOT_A_NUMBER, ~is_numeral(words, dialect.numbers, None)),
            Fault(Rule.TOO_MANY_PLACES, not_exact), _is_lost(column, words, Rule.TOO_LARGE), *bounds,
        ],
        suspicions=[not_exact, *(fault.flag for fault in bounds)],
        numeral=Numeral(dialect.numbers, places) if is_plain else None,
    )  # fmt: skip
