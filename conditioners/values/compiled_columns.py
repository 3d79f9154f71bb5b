"""Columns of a source compiled to expressions: for the values of cells, and for everything that makes a cell bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from conditioners.columns import Column, Day, Decimal, Moment, Text, Whole
from conditioners.dialects import Dialect, Numbers
from conditioners.outcome import SourceError
from conditioners.rules import Rule
from conditioners.values.cell_forms import Form, form_of_code, form_of_date
from conditioners.values.dates import IsWritten, formats_of, parse_day, parse_moment, show_moment
from conditioners.values.foreign_digits import write_in_ascii
from conditioners.values.month_names import write_in_english
from conditioners.values.numerals import is_numeral
from conditioners.values.scaling import is_rounded, parse_number
from conditioners.values.side_columns import name_cell, name_form

if TYPE_CHECKING:
    import polars as pl


class Fault(NamedTuple):
    """One way for a cell to be bad."""

    rule: Rule
    flag: pl.Expr
    """True for the rows that break the rule."""


@dataclass(frozen=True)
class CompiledColumn:
    """One column: its cleaned text, its value, and what makes it bad."""

    column: Column
    cell: pl.Expr
    """Over a text without blanks around it."""
    value: pl.Expr
    suspicions: Sequence[pl.Expr]
    """True for exactly the rows that have a fault, in as few expressions as can be; over cells and values."""
    faults: Sequence[Fault]
    """The first one that a row has counts."""
    numeral: Numeral | None = None
    """Set if the value is that of a plain numeral; the first suspicion is then that the cell is none."""
    empty: Sequence[str] = ()
    """Texts of the source that stand for no value."""
    is_anew: bool = False
    """Whether cells are other texts than those of the source."""
    forms: Sequence[Form] = ()
    """Those for which values and faults take it from a column, by name_form, whether cells are written so."""

    @property
    def name(self) -> str:
        """That of the column."""
        return self.column.name


@dataclass(frozen=True)
class Numeral:
    """How a column's numerals are written."""

    numbers: Numbers
    places: int


def compile_column(column: Column, dialect: Dialect, *, at_once: bool) -> CompiledColumn:
    """A column as it comes in a dialect; values that are read `at_once` need columns for their forms."""
    import polars as pl

    text = pl.col(column.name)
    empty = ["", *dialect.nulls, *dialect.sentinels.get(column.name, ())]
    written = _write_anew(column, dialect, text)
    is_anew = written is not text
    cell = pl.when(text.is_in(empty)).then(None).otherwise(written)
    clean, value = pl.col(name_cell(column.name)), pl.col(column.name)
    missing = [] if column.optional else [Fault(Rule.MISSING, clean.is_null())]
    words, unfit = _extract(column, dialect, clean)
    unread = _is_unread(column, words, unfit, value)
    if isinstance(column, Whole | Decimal):
        number = _compile_number(column, dialect, cell, words, value, unread, [*missing, *unfit])
        return replace(number, empty=empty, is_anew=is_anew)
    forms = _forms_of(column, dialect)
    # What an extraction, or another word, leaves is no column.
    is_looked_up = at_once and column.name not in {*dialect.extract, *dialect.values}
    read = value if isinstance(column, Text) else words
    is_written = _look_up_form(column) if is_looked_up else _match_form(read, forms)
    if isinstance(column, Text):
        parsed, faults = _compile_text(column, dialect, words, value, is_written)
    elif isinstance(column, Day):
        parsed, faults = _compile_day(column, dialect, words, value, is_written)
    else:
        parsed, faults = _compile_moment(column, dialect, words, value, is_written)
    suspicions = [unread, *(fault.flag for fault in faults[1:])]
    return CompiledColumn(
        column, cell, parsed, suspicions, [*missing, *unfit, *faults],
        empty=empty, forms=forms if is_looked_up else (), is_anew=is_anew,
    )  # fmt: skip


def _write_anew(column: Column, dialect: Dialect, text: pl.Expr) -> pl.Expr:
    """Digits and names of months as formats know them; the text itself where it has no others."""
    if dialect.digits and not isinstance(column, Text):
        text = write_in_ascii(text, dialect.digits)
    if dialect.months and isinstance(column, Day | Moment):
        text = write_in_english(text, dialect.months)
    return text


def _forms_of(column: Column, dialect: Dialect) -> Sequence[Form]:
    """The forms that a column's cells may have, where any are declared."""
    if isinstance(column, Day | Moment):
        return [form_of_date(written) for written in formats_of(column, dialect)]
    if isinstance(column, Text) and column.pattern is not None:
        return [form_of_code(column.pattern, _whole(column.pattern, column))]
    return []


def _look_up_form(column: Column) -> IsWritten:
    import polars as pl

    return lambda written: pl.col(name_form(column.name, written))


def _match_form(cell: pl.Expr, forms: Sequence[Form]) -> IsWritten:
    patterns = {form.name: form.pattern for form in forms}
    return lambda written: cell.str.contains(patterns[written])


def _is_unread(column: Column, words: pl.Expr, unfit: Sequence[Fault], value: pl.Expr) -> pl.Expr:
    """Whether a cell has no value that should: a required one is null if missing or unreadable, and bad either way."""
    if not column.optional:
        return value.is_null()
    unread = words.is_not_null() & value.is_null()
    # Of a cell that a pattern does not fit, there are no words to look at.
    for fault in unfit:
        unread |= fault.flag
    return unread


def _extract(column: Column, dialect: Dialect, clean: pl.Expr) -> tuple[pl.Expr, list[Fault]]:
    """The part of a cell that is the value; where it is empty, there is none."""
    import polars as pl

    pattern = dialect.extract.get(column.name)
    if pattern is None:
        return clean, []
    whole = _whole(pattern, column, groups=1)
    words, fits = clean.str.extract(whole, 1).str.strip_chars(), clean.str.contains(whole)
    words = pl.when(words != "").then(words)
    missing = [] if column.optional else [Fault(Rule.MISSING, fits & words.is_null())]
    return words, [Fault(Rule.BAD_FORMAT, clean.is_not_null() & ~fits), *missing]


def _whole(pattern: str, column: Column, groups: int = 0) -> str:
    """A regular expression for all of a cell; raises SourceError if it is none, or has too few groups."""
    import polars as pl

    whole = f"^(?:{pattern})$"
    try:
        found = pl.Series([""]).str.extract_groups(f"{whole}|()").struct.fields
    except pl.exceptions.ComputeError as error:
        why = str(error).partition("\n\nThis error")[0]
        raise SourceError(f"column {column.name}: {pattern!r} cannot be used: {why}") from None
    if len(found) <= groups:
        raise SourceError(f"column {column.name}: {pattern!r} has no group that holds the value")
    return whole


def _compile_text(
    column: Text, dialect: Dialect, clean: pl.Expr, value: pl.Expr, is_written: IsWritten
) -> tuple[pl.Expr, list[Fault]]:  # fmt: skip
    import polars as pl

    words = dialect.values.get(column.name)
    parsed = clean.replace_strict(dict(words), default=None, return_dtype=pl.String) if words else clean
    faults = [Fault(Rule.NOT_ALLOWED, clean.is_not_null() & value.is_null())]
    if column.choices:
        faults.append(Fault(Rule.NOT_ALLOWED, ~value.is_in(list(column.choices))))
    if column.pattern is not None:
        faults.append(Fault(Rule.BAD_FORMAT, value.is_not_null() & ~is_written(column.pattern)))
    return parsed, faults


def _compile_day(
    column: Day, dialect: Dialect, clean: pl.Expr, value: pl.Expr, is_written: IsWritten
) -> tuple[pl.Expr, list[Fault]]:  # fmt: skip
    import polars as pl

    formats = formats_of(column, dialect)
    if not formats:
        raise SourceError(f"dialect {dialect.name!r} has no format of days, and {column.name} is one")
    faults = [
        Fault(Rule.NOT_A_DAY, clean.is_not_null() & value.is_null()),
        Fault(Rule.TOO_EARLY, value < pl.lit(column.earliest)),
        Fault(Rule.TOO_LATE, value > pl.lit(column.latest)),
    ]
    if column.weekday is not None:
        faults.append(Fault(Rule.WRONG_WEEKDAY, value.dt.weekday() != column.weekday))
    return parse_day(clean, formats, dialect, is_written), faults


def _compile_moment(
    column: Moment, dialect: Dialect, clean: pl.Expr, value: pl.Expr, is_written: IsWritten
) -> tuple[pl.Expr, list[Fault]]:  # fmt: skip
    import polars as pl

    formats = formats_of(column, dialect)
    if not formats:
        raise SourceError(f"dialect {dialect.name!r} has no format of moments without an offset, as {column.name} is")
    faults = [
        Fault(Rule.NOT_A_MOMENT, clean.is_not_null() & value.is_null()),
        # ISO 8601 of one length sorts as time does.
        Fault(Rule.TOO_EARLY, value < pl.lit(column.earliest.isoformat())),
        Fault(Rule.TOO_LATE, value.str.head(10) > pl.lit(column.latest.isoformat())),
    ]
    return show_moment(parse_moment(clean, formats, is_written), utc=column.utc), faults


def _compile_number(
    column: Whole | Decimal, dialect: Dialect, cell: pl.Expr, clean: pl.Expr, value: pl.Expr, unread: pl.Expr,
    missing: list[Fault],
) -> CompiledColumn:  # fmt: skip
    parsed, not_exact = parse_number(column, dialect, clean)
    unheld = Fault(Rule.TOO_LARGE, clean.is_not_null() & value.is_null())
    bounds = list[Fault]()
    if column.minimum is not None:
        bounds.append(Fault(Rule.TOO_SMALL, value < column.minimum))
    if column.maximum is not None:
        bounds.append(Fault(Rule.TOO_LARGE, value > column.maximum))
    is_plain = not (dialect.shifts.get(column.name) or dialect.extract.get(column.name)) and not is_rounded(column)
    places = column.places if isinstance(column, Decimal) else 0
    return CompiledColumn(
        column, cell, parsed,
        suspicions=[not_exact, unread, *(fault.flag for fault in bounds)],
        faults=[
            *missing, Fault(Rule.NOT_A_NUMBER, ~is_numeral(clean, dialect.numbers, None)),
            Fault(Rule.TOO_MANY_PLACES, not_exact), unheld, *bounds,
        ],
        numeral=Numeral(dialect.numbers, places) if is_plain else None,
    )  # fmt: skip
