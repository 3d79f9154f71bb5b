"""What all dialects have in common: how numbers, days and words are written, and what labels columns go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from conditioners.declared_types import require_types
from conditioners.dialects.folded import Repeated, Wide
from conditioners.dialects.numbers import PLAIN, Numbers, ShiftBy
from conditioners.dialects.requirements import require_pattern
from conditioners.outcome import SourceError
from conditioners.values.contradictions import find_contradiction
from conditioners.values.date_forms import complete_day, complete_moment
from conditioners.values.foreign_digits import list_digits
from conditioners.values.month_names import Months, require_months

ISO_DAY = "%Y-%m-%d"
ISO_MOMENTS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%#z")


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What all forms have in common.

    `labels` maps a canonical column to the name or names that it goes by here, instead of the column's own. A label
    may also name the surroundings: `@file`, `@folder` (the last folder of an archive member's path, archives not
    counted), `@sheet`, or `@title ` and a regular expression for lines above the rows whose first group is the value;
    one that begins with `=` is the value itself.
    """

    name: str
    labels: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    numbers: Numbers = PLAIN
    digits: tuple[str, ...] = ()
    """Digits that numbers, days and moments may have besides those of ASCII, by Unicode's names: `arabic-indic`."""
    days: tuple[str, ...] = (ISO_DAY,)
    """Formats of dates, tried in order; they must not contradict each other. ISO weeks are `%G-W%V` and the like."""
    moments: tuple[str, ...] = ISO_MOMENTS
    """Formats of moments. For a column in UTC those with the offset (`%#z`), or if there is none, all as UTC."""
    months: Months = ()
    """Names of the twelve months, for those of `%b` and `%B` in other languages; several of one month as a tuple."""
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For a column whose text stands in several cells, their labels; it is these with a blank between them."""
    formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For a day or moment, formats of its own, in the place of `days` or `moments`."""
    two_digit_years_from: int = 1970
    """The year that two-digit years (`%y`) begin with; 1930 makes 30 to 99 the last century's."""
    nulls: tuple[str, ...] = ()
    """Words for "no value", besides the empty cell."""
    sentinels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For a column, words that stand for "no value" in it alone, such as 999 for a wind direction."""
    extract: Mapping[str, str] = field(default_factory=dict)
    """For a column, a regular expression whose first group is the value; a cell that it does not fit is rejected."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For a column, the words used here and what they mean; any other word is rejected."""
    shifts: Mapping[str, int | ShiftBy] = field(default_factory=dict)
    """For a number, the power of ten to multiply by: -1 where the file holds tenths."""
    skip: tuple[str, ...] = ()
    """Regular expressions for raw lines that are no rows, such as totals; matched from the line's start."""
    order: tuple[str, ...] = ()
    """Columns to sort the output by, for forms that lose the table's order; all rows are then held in memory."""
    has_titles: ClassVar[bool] = False
    """Whether lines may stand above the rows that values are taken from."""
    has_one_label: ClassVar[bool] = False
    """Whether a column can go by one label only, since one path is looked at in each record."""

    def __post_init__(self) -> None:
        require_types(f"dialect {self.name!r}", self)
        for formats in ((*self.days, *self.moments), *self.formats.values()):
            against = find_contradiction(formats)
            if against is not None:
                hint = "; `formats` has those of single columns"
                raise SourceError(f"dialect {self.name!r}: {against} contradicts another of its date formats{hint}")
        require_months(self.name, self.months)
        for day in self.days:
            complete_day(day)  # raises SourceError for a format that tells no day
        for moment in self.moments:
            complete_moment(moment)
        for name in self.digits:
            if list_digits(name) is None:
                told = "Unicode has no digits of that name; `arabic-indic`, `fullwidth` and `devanagari` are some"
                raise SourceError(f"dialect {self.name!r}: digits {name!r}: {told}")
        for pattern in self.skip:
            require_pattern(f"dialect {self.name!r}", pattern)
        for column, words in self.values.items():
            if "" in words.values():
                raise SourceError(f"dialect {self.name!r}: words for no value of {column} belong into its `sentinels`")

    @property
    def wide(self) -> Wide | None:
        """Which labels are cells of rows, in a table that may be wide."""
        return None

    @property
    def repeated(self) -> Repeated | None:
        """Which fields come several times in a line."""
        return None

    @property
    def is_folded(self) -> bool:
        """Whether a line holds several rows."""
        return self.wide is not None or self.repeated is not None

    @property
    def may_repeat(self) -> bool:
        """Whether a value of the file may come out in several rows, as one that stands around the records does."""
        return True

    @property
    def header_rows(self) -> int:
        """Rows that a label is written in."""
        return 1

    @property
    def placed(self) -> set[str]:
        """The columns, and parts of some, that stand at places of their own, without labels."""
        return set()

    def named_columns(self) -> set[str]:
        """Every canonical column that is spoken of."""
        by_column = (self.labels, self.values, self.sentinels, self.extract, self.shifts, self.formats, self.parts)
        named = {name for mapping in by_column for name in mapping} | set(self.order)
        named |= {shift.column for shift in self.shifts.values() if isinstance(shift, ShiftBy)}
        named |= self.placed.difference(*self.parts.values())
        if self.repeated is not None:
            named |= {self.repeated.into, *self.repeated.fields}
        if self.wide is not None:
            named |= {self.wide.into, *self.wide.values}
        return named
