"""What a declaration may not say, since no file could keep it: told when a source is declared, and by name."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from conditioners.columns import AtMostWhere, Check, Column, Day, Decimal, FilledOnlyIf, Moment, Text, Whole
from conditioners.dialects import Dialect, JsonColumns, Workbook
from conditioners.dialects.common import require_pattern
from conditioners.inputs.surroundings import RECORDS, SHEET, TITLE, is_surrounding
from conditioners.outcome import SourceError
from conditioners.parts import WIDE_LABEL, Part, list_read

if TYPE_CHECKING:
    from conditioners.declaration import Source

_UNUSABLE = re.compile(r'^[=!]|[@,"\r\n]')
"""What no column is called: the marks of the surroundings and repetitions, those of CSV, and the engine's own."""
_FAULTS_OF_BOTH = frozenset(
    {
        "unterminated character set", "missing ), unterminated subpattern", "unbalanced parenthesis",
        "nothing to repeat",
    }
)  # fmt: skip
"""What Python finds wrong with a regular expression and Rust does as well."""


def require_consistency(source: Source) -> None:
    """Raises SourceError for the first fault of a declaration."""
    # One after the other: what is said of a column needs that there is one of its name.
    faults = chain(
        _list_faulty_names(source),
        _list_faulty_patterns(source),
        (fault for check in source.checks for fault in _list_faults_of_check(source, check)),
        (fault for dialect in source.dialects for fault in _list_faults_of_dialect(source, dialect)),
    )
    for fault in faults:
        raise SourceError(fault)


def _list_faulty_names(source: Source) -> Iterator[str]:
    names = [column.name for column in source.columns]
    for what in ("files", "columns", "dialects"):
        if not getattr(source, what):
            yield f"source {source.name}: `{what}` has none, so that no file could be read"
    for name in _list_repeated(names):
        yield f"source {source.name}: the column {name!r} stands twice"
    for name in names:
        if not name or name != name.strip() or _UNUSABLE.search(name):
            yield f"source {source.name}: no column can be called {name!r}"
    for name in _list_repeated(source.key):
        yield f"source {source.name}: the column {name!r} stands twice in the key"
    for name in _list_repeated([dialect.name for dialect in source.dialects]):
        yield f"source {source.name}: two dialects have the name {name!r}, by which the summary tells them apart"
    if all(column.optional for column in source.columns):
        yield f"source {source.name}: at least one column must be required"
    used = {*source.key, *(name for check in source.checks for name in (check.column, check.other))}
    used |= {name for dialect in source.dialects for name in dialect.named_columns()}
    for unknown in sorted(used - set(names)):
        yield f"source {source.name}: no column is called {unknown!r}"


def _list_faulty_patterns(source: Source) -> Iterator[str]:
    """The patterns of cells that cannot be used, as far as Python can tell; others are told when a file is read.

    Polars reads them, by Rust's rules, which have other forms.
    """
    for column in source.columns:
        if isinstance(column, Text) and column.pattern is not None and (why := _find_fault(column.pattern)):
            yield f"source {source.name}: the pattern {column.pattern!r} of {column.name} {why}"
    for dialect in source.dialects:
        for name, pattern in dialect.extract.items():
            if why := _find_fault(pattern, groups=1):
                yield f"dialect {dialect.name!r}: {pattern!r}, which extracts {name}, {why}"


def _find_fault(pattern: str, groups: int = 0) -> str | None:
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            found = re.compile(pattern)
    except re.error as error:
        return f"is no regular expression: {error}" if error.msg in _FAULTS_OF_BOTH else None
    return "has no group that holds the value" if found.groups < groups else None


def _list_repeated(names: Sequence[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _list_faults_of_check(source: Source, check: Check) -> Iterator[str]:
    kinds = {column.name: column for column in source.columns}
    column, other = kinds[check.column], kinds[check.other]
    what = f"source {source.name}: {type(check).__name__}"
    if isinstance(check, AtMostWhere) and not isinstance(column, Whole | Decimal):
        yield f"{what} is of numbers, and {column.name} is none"
    if isinstance(check, AtMostWhere | FilledOnlyIf):
        if not isinstance(other, Text):
            yield f"{what} looks for a text, and {other.name} is none"
    elif _kind_of(column) != _kind_of(other):
        yield f"{what} compares what is alike, and {column.name} and {other.name} are not"


def _kind_of(column: Column) -> tuple[str, bool]:
    """What a column's values can be compared with."""
    kind = "number" if isinstance(column, Whole | Decimal) else type(column).__name__
    return kind, isinstance(column, Moment) and column.utc


def _list_faults_of_dialect(source: Source, dialect: Dialect) -> Iterator[str]:
    kinds = {column.name: column for column in source.columns}
    yield from _list_faults_of_words(kinds, dialect)
    yield from _list_faults_of_kinds(kinds, dialect)
    for name, parts in dialect.parts.items():
        yield from _list_faults_of_parts(kinds[name], parts, dialect)
    yield from _list_faults_of_labels(source, dialect)
    if dialect.placed:
        for name in _list_without_place(source, dialect):
            yield f"dialect {dialect.name!r}: {name} has no place among the fields, and is required"


def _list_faults_of_words(kinds: Mapping[str, Column], dialect: Dialect) -> Iterator[str]:
    for name, words in dialect.values.items():
        column = kinds[name]
        if not isinstance(column, Text):
            yield f"dialect {dialect.name!r}: `values` are of text, and {name} is none"
        elif column.choices and (others := set(words.values()).difference(column.choices)):
            yield f"dialect {dialect.name!r}: {min(others)!r} is none of the choices of {name}"
    for word in _list_words(dialect):
        if word != word.strip():
            yield f"dialect {dialect.name!r}: no cell is {word!r}, for none has blanks around it"


def _list_faults_of_kinds(kinds: Mapping[str, Column], dialect: Dialect) -> Iterator[str]:
    """What is said of columns that are of another kind."""
    for name, formats in dialect.formats.items():
        if not isinstance(kinds[name], Day | Moment):
            yield f"dialect {dialect.name!r}: `formats` are of days and moments, and {name} is none"
        elif not formats:
            yield f"dialect {dialect.name!r}: `formats` of {name} has none"
    for name in dialect.shifts:
        if not isinstance(kinds[name], Whole | Decimal):
            yield f"dialect {dialect.name!r}: `shifts` are of numbers, and {name} is none"


def _list_faults_of_labels(source: Source, dialect: Dialect) -> Iterator[str]:
    for column in list_read(source.columns, dialect):
        around = [label for label in source.labels_of(column, dialect) if is_surrounding(label)]
        if len(around) > 1:
            yield f"dialect {dialect.name!r}: {column.name} goes by {' and '.join(map(repr, around))}: a row has one"
        for label in source.labels_of(column, dialect):
            yield from _list_faults_of_title(column, label, dialect)
            yield from _list_faults_of_surrounding(column, label, dialect)
    if dialect.has_one_label:
        for name, labels in dialect.labels.items():
            if not isinstance(labels, str) and len(labels) != 1:
                yield f"dialect {dialect.name!r}: {name} has one label, for only one path is looked at in each record"


def _list_faults_of_parts(column: Column, labels: Sequence[str], dialect: Dialect) -> Iterator[str]:
    what = f"dialect {dialect.name!r}: the `parts` of {column.name}"
    is_into = dialect.wide is not None and dialect.wide.into == column.name
    if isinstance(column, Whole | Decimal):
        yield f"{what} make no number of it; `parts` are of days, moments and texts"
    if len(labels) < 2 or len(set(labels)) < len(labels):
        yield f"{what} are two labels or more, each of another cell"
    if column.name in dialect.labels:
        yield f"{what} are what it goes by, and so it has no `labels`"
    if (WIDE_LABEL in labels) != is_into:
        yield f"{what} have {WIDE_LABEL!r} where the labels of a wide table go into it, and nowhere else"


def _list_faults_of_title(column: Column, label: str, dialect: Dialect) -> Iterator[str]:
    if not label.startswith(TITLE):
        return
    name = column.whole if isinstance(column, Part) else column.name
    what = f"dialect {dialect.name!r}: the title of {name}"
    require_pattern(what, label.removeprefix(TITLE), groups=1)
    if r"\n" in label or "\n" in label:
        yield f"{what} stands in one line, and {label!r} looks for two"
    if not dialect.has_titles:
        yield f"{what}: only delimited text, fixed width and workbooks have lines above their rows"


def _list_faults_of_surrounding(column: Column, label: str, dialect: Dialect) -> Iterator[str]:
    name = column.whole if isinstance(column, Part) else column.name
    what = f"dialect {dialect.name!r}: {name} goes by {label!r}, and"
    if label == SHEET and not isinstance(dialect, Workbook):
        yield f"{what} only workbooks and HTML tables have sheets"
    if label == RECORDS and not isinstance(dialect, JsonColumns):
        yield f"{what} only parallel lists of JSON have `{RECORDS}`"


def _list_words(dialect: Dialect) -> Iterator[str]:
    """The words that cells are compared with."""
    yield from dialect.nulls
    for several in (*dialect.sentinels.values(), *dialect.values.values()):
        yield from several


def _list_without_place(source: Source, dialect: Dialect) -> Iterator[str]:
    """The required columns of which a file without labels has nothing."""
    placed = dialect.placed
    for column in list_read(source.columns, dialect):
        labels = source.labels_of(column, dialect)
        if any(map(is_surrounding, labels)):
            continue
        if isinstance(column, Part) and labels[0] not in placed:
            yield f"{labels[0]!r}, a part of {column.whole},"
        elif not (column.optional or isinstance(column, Part) or column.name in placed):
            yield column.name
