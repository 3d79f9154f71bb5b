"""Columns of a source compiled to expressions: for the values of cells, and for everything that makes a cell bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conditioners.columns import Column, Day, Moment, Text
from conditioners.dialects import Dialect
from conditioners.outcome import SourceError
from conditioners.rules import Rule
from conditioners.values.cell_forms import Form, form_of_code, form_of_date
from conditioners.values.compiled_values import Fault, Numeral, compile_value
from conditioners.values.dates import IsWritten, formats_of
from conditioners.values.foreign_digits import write_in_ascii
from conditioners.values.month_names import write_in_english
from conditioners.values.side_columns import name_cell, name_form

if TYPE_CHECKING:
    import polars as pl


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


def compile_column(column: Column, dialect: Dialect, *, at_once: bool) -> CompiledColumn:
    """A column as it comes in a dialect; values that are read `at_once` need columns for their forms."""
    import polars as pl

    text = pl.col(column.name)
    empty = ["", *dialect.nulls, *dialect.sentinels.get(column.name, ())]
    written = _write_anew(column, dialect, text)
    cell = pl.when(text.is_in(empty)).then(None).otherwise(written)
    clean, value = pl.col(name_cell(column.name)), pl.col(column.name)
    missing = [] if column.optional else [Fault(Rule.MISSING, clean.is_null())]
    words, unfit = _extract(column, dialect, clean)
    forms = _forms_of(column, dialect)
    # What an extraction, or another word, leaves is no column.
    is_looked_up = at_once and column.name not in {*dialect.extract, *dialect.values}
    read = value if isinstance(column, Text) else words
    is_written = _look_up_form(column) if is_looked_up else _match_form(read, forms)
    compiled = compile_value(column, dialect, words, is_written)
    return CompiledColumn(
        column, cell, compiled.value,
        suspicions=[*compiled.suspicions, _is_unread(column, words, unfit, value)],
        faults=[*missing, *unfit, *compiled.faults],
        numeral=compiled.numeral, empty=empty, is_anew=written is not text, forms=forms if is_looked_up else (),
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
