"""What a declaration may not say, since no file could keep it: told when a source is declared, and by name."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from conditioners.columns import AtMostWhere, Check, Column, Decimal, FilledOnlyIf, Moment, Text, Whole
from conditioners.dialect_consistency import list_faults
from conditioners.outcome import SourceError

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
        (fault for dialect in source.dialects for fault in list_faults(source, dialect)),
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
