"""Columns of a source's standard CSV: what each may hold, and checks that tie columns together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from conditioners.declared_types import require_types
from conditioners.outcome import SourceError

if TYPE_CHECKING:
    import polars as pl

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
MONDAY, SUNDAY = 1, 7
MOST_DIGITS = 38
"""Of a decimal, before and behind its mark together."""


@dataclass(frozen=True, kw_only=True)
class _Common:
    labels: tuple[str, ...] = ()
    """Further names that the column goes by in headers of any dialect; compared without case and stray blanks."""
    optional: bool = False
    """Whether a row may leave it empty, and a file lack it."""

    def __post_init__(self) -> None:
        where = f"column {getattr(self, 'name', '')}"
        require_types(where, self)
        for least, most in (("minimum", "maximum"), ("earliest", "latest")):
            low, high = getattr(self, least, None), getattr(self, most, None)
            if low is not None and high is not None and low > high:
                raise SourceError(f"{where}: its {least} {low} is above its {most} {high}, so no value is between")


@dataclass(frozen=True)
class Text(_Common):
    """Text without blanks around it; codes keep their leading zeros."""

    name: str
    pattern: str | None = field(default=None, kw_only=True)
    """A regular expression that the whole value must match."""
    choices: tuple[str, ...] = field(default=(), kw_only=True)
    """The only values allowed; empty for any."""


@dataclass(frozen=True)
class Whole(_Common):
    """A whole number."""

    name: str
    minimum: int | None = field(default=None, kw_only=True)
    maximum: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Decimal(_Common):
    """A number with a fixed count of decimal places; one with more places is rejected unless `rounded`."""

    name: str
    places: int
    minimum: int | None = field(default=None, kw_only=True)
    maximum: int | None = field(default=None, kw_only=True)
    rounded: bool = field(default=False, kw_only=True)
    """Round half to even instead of rejecting further places."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.places <= MOST_DIGITS:
            raise SourceError(f"column {self.name}: a decimal has 0 to {MOST_DIGITS} places, and not {self.places}")


@dataclass(frozen=True)
class Day(_Common):
    """A calendar day, written as ISO 8601."""

    name: str
    weekday: int | None = field(default=None, kw_only=True)
    """The only weekday allowed, 1 for Monday to 7 for Sunday."""
    earliest: date = field(default=EARLIEST, kw_only=True)
    latest: date = field(default=LATEST, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.weekday is not None and not MONDAY <= self.weekday <= SUNDAY:
            raise SourceError(f"column {self.name}: weekdays are 1 for Monday to 7 for Sunday, and not {self.weekday}")


@dataclass(frozen=True)
class Moment(_Common):
    """A day and time to the second, written as ISO 8601.

    With `utc` it is a point in time, and leaves as UTC; without, it is what a clock on the wall showed, zone unsaid.
    """

    name: str
    utc: bool = field(default=False, kw_only=True)
    earliest: date = field(default=EARLIEST, kw_only=True)
    latest: date = field(default=LATEST, kw_only=True)


Column = Text | Whole | Decimal | Day | Moment


def type_of(column: Column) -> pl.DataType:
    """The type of a column's values."""
    import polars as pl

    if isinstance(column, Day):
        return pl.Date()
    if isinstance(column, Decimal) and column.places:
        return pl.Decimal(MOST_DIGITS, column.places)
    return pl.Int64() if isinstance(column, Whole | Decimal) else pl.String()


@dataclass(frozen=True)
class NotBefore:
    """`column` is never before `other`."""

    column: str
    other: str

    @property
    def rule(self) -> str:
        """The rule's name in the quarantine."""
        return f"before_{self.other}"


@dataclass(frozen=True)
class FilledOnlyIf:
    """`column` is filled in exactly the rows whose `other` is `value`."""

    column: str
    other: str
    value: str

    @property
    def rule(self) -> str:
        """The rule's name in the quarantine."""
        return f"filled_only_if_{self.other}_is_{self.value}"


@dataclass(frozen=True)
class AtMostWhere:
    """`column` is at most `maximum` in the rows whose `other` is `value`."""

    column: str
    maximum: int
    other: str
    value: str

    @property
    def rule(self) -> str:
        """The rule's name in the quarantine."""
        return f"too_large_where_{self.other}_is_{self.value}"


Check = NotBefore | FilledOnlyIf | AtMostWhere
