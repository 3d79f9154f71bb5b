"""A source: all that is known of one kind of raw file, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from conditioners.columns import Check, Column, Day, Moment
from conditioners.consistency import require_consistency
from conditioners.declared_types import require_types
from conditioners.dialects import Dialect
from conditioners.dialects.requirements import require_pattern
from conditioners.parts import Part, list_read

if TYPE_CHECKING:
    import pandas as pd


D = TypeVar("D", bound=Dialect)


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
        require_types(f"source {self.name}", self)
        if self.head is not None:
            require_pattern(f"source {self.name}", self.head)
        require_consistency(self)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The canonical columns, in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def day_column(self) -> str | None:
        """The column that dates a row: the first day or moment among the columns."""
        return next((column.name for column in self.columns if isinstance(column, Day | Moment)), None)

    def comes_as(self, *kinds: type[Dialect]) -> bool:
        """Whether a file may come in a dialect of one of these kinds."""
        return any(isinstance(dialect, kinds) for dialect in self.dialects)

    def dialects_of(self, kind: type[D]) -> list[D]:
        """The dialects of one kind."""
        return [dialect for dialect in self.dialects if isinstance(dialect, kind)]

    @property
    def reads_file_names(self) -> bool:
        """Whether what a file is called is part of its rows, in any of the dialects."""
        return any(
            "@file" in self.labels_of(column, dialect)
            for dialect in self.dialects for column in list_read(self.columns, dialect)
        )  # fmt: skip

    def labels_of(self, column: Column, dialect: Dialect) -> tuple[str, ...]:
        """What a column, or a part of one, may be called in a dialect."""
        if isinstance(column, Part):
            return (column.label,)
        labels = dialect.labels.get(column.name)
        if labels is None:
            return (column.name, *column.labels)
        return (labels,) if isinstance(labels, str) else labels
