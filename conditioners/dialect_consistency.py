"""What a dialect may not say of the columns of its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from conditioners.columns import Column, Day, Decimal, Moment, Text, Whole
from conditioners.dialects import Dialect, JsonColumns, Workbook
from conditioners.dialects.requirements import require_pattern
from conditioners.inputs.surroundings import RECORDS, SHEET, TITLE, is_surrounding
from conditioners.parts import WIDE_LABEL, Part, list_read

if TYPE_CHECKING:
    from conditioners.declaration import Source


def list_faults(source: Source, dialect: Dialect) -> Iterator[str]:
    """What one dialect says that does not agree with the columns of its source."""
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
