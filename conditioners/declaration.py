"""A source: all that is known of one kind of raw file, as data."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from conditioners.columns import Check, Column, Day, Decimal, Moment, Text, Whole
from conditioners.dialects import Dialect, named_columns
from conditioners.dialects.common import require_pattern
from conditioners.outcome import SourceError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source's declaration.

    `files` are patterns of paths inside the raw container (`*` stays within a folder, `**` does not), `head` a regular
    expression that the file's first bytes must match as well, where the path does not say enough. `key` identifies a
    row: a second row with the same key is dropped as a duplicate if it is equal, and quarantined if it is not. `hook`
    gets each chunk before it is checked: text columns under canonical names, the index telling rows apart; it may
    change cells and leave rows out (they are quarantined), never add any. `members` are patterns of the files inside an
    archive that have rows; every one of them must be readable.
    """

    name: str
    title: str
    files: tuple[str, ...]
    columns: tuple[Column, ...]
    dialects: tuple[Dialect, ...]
    key: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    head: str | None = None
    members: tuple[str, ...] = ("**",)
    hook: Callable[[pd.DataFrame], pd.DataFrame] | None = None

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise SourceError(f"source {self.name}: a column stands twice")
        unusable = [name for name in names if not name or name != name.strip() or re.search(r'^[@=]|[,"\r\n]', name)]
        if unusable:
            raise SourceError(f"source {self.name}: no column can be called {unusable[0]!r}")
        if self.head is not None:
            require_pattern(f"source {self.name}", self.head)
        dialects = [dialect.name for dialect in self.dialects]
        if len(set(dialects)) != len(dialects):
            raise SourceError(f"source {self.name}: two dialects have one name, by which the summary tells them apart")
        used = {*self.key, *(name for check in self.checks for name in (check.column, check.other))}
        used |= {name for dialect in self.dialects for name in named_columns(dialect)}
        if all(column.optional for column in self.columns):
            raise SourceError(f"source {self.name}: at least one column must be required")
        unknown = used - set(names)
        if unknown:
            raise SourceError(f"source {self.name}: no column is called {sorted(unknown)[0]!r}")
        self._check_kinds()

    def _check_kinds(self) -> None:
        """Raises SourceError where a dialect says of a column what its kind has no use for."""
        kinds = {column.name: column for column in self.columns}
        for dialect in self.dialects:
            for name in dialect.values:
                if not isinstance(kinds[name], Text):
                    raise SourceError(f"dialect {dialect.name!r}: `values` are of text, and {name} is none")
            for name in dialect.shifts:
                if not isinstance(kinds[name], Whole | Decimal):
                    raise SourceError(f"dialect {dialect.name!r}: `shifts` are of numbers, and {name} is none")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The canonical columns, in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def day_column(self) -> str | None:
        """The column that dates a row: the first day or moment among the columns."""
        return next((column.name for column in self.columns if isinstance(column, Day | Moment)), None)

    def labels_of(self, column: Column, dialect: Dialect) -> tuple[str, ...]:
        """What a column may be called in a dialect."""
        labels = dialect.labels.get(column.name)
        if labels is None:
            return (column.name, *column.labels)
        return (labels,) if isinstance(labels, str) else labels
