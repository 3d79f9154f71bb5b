"""What all dialects have in common: how numbers, days and words are written, and what labels columns go by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from conditioners.declared_types import require_types
from conditioners.dialects.folded import Repeated, Wide
from conditioners.outcome import SourceError
from conditioners.values.counted_dates import COUNTED
from conditioners.values.date_forms import DIGITS, complete_day, complete_moment, pattern_of, spell_out
from conditioners.values.foreign_digits import list_digits
from conditioners.values.month_names import Months, require_months

ISO_DAY = "%Y-%m-%d"
_SAME = {"%e": "%d", "%B": "%b", "%A": "%a"}
"""Directives under which whatever both of them fit is the same."""
_SIGNS = "+-()"
ISO_MOMENTS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%#z")


@dataclass(frozen=True)
class Numbers:
    """How numbers are written: the decimal mark, marks between thousands (any one of the characters), currency."""

    decimal: str = "."
    thousands: str = ""
    currency: tuple[str, ...] = ()
    trailing_minus: bool = False
    """Whether `12-` is minus twelve."""
    brackets: bool = False
    """Whether `(12)` is minus twelve, as accountants write it."""
    lakhs: bool = False
    """Whether marks stand before each two digits above the last three, as in `12,34,567`."""
    minus: tuple[str, ...] = ()
    """Words or marks before or behind a number that make it minus, such as `CR` and the long minus of U+2212."""
    plus: tuple[str, ...] = ()
    """Those that leave it as it is, such as `DR`."""

    def __post_init__(self) -> None:
        require_types("numbers", self)
        if self.decimal in self.thousands or len(self.decimal) != 1:
            raise SourceError(f"decimal mark {self.decimal!r} must be one character and no thousands mark")
        for mark in self.decimal + self.thousands:
            if mark.isalnum() or mark in _SIGNS:
                raise SourceError(f"{mark!r} can be no mark in a number, for it is a part of others")
        for name in self.currency:
            if not name.strip() or any(character.isdigit() for character in name):
                raise SourceError(f"{name!r} can be no currency")
        self._check_signs()

    @property
    def signs(self) -> tuple[str, ...]:
        """All words and marks for signs, a longer one before those that it begins with."""
        return tuple(sorted((*self.minus, *self.plus), key=len, reverse=True))

    def _check_signs(self) -> None:
        taken = (self.decimal, *self.thousands, *_SIGNS, *self.currency)
        for at, sign in enumerate((*self.minus, *self.plus)):
            if sign != sign.strip() or not sign or any(map(str.isdigit, sign)):
                raise SourceError(f"{sign!r} can be no sign of a number")
            if sign in (*taken, *(*self.minus, *self.plus)[:at]):
                raise SourceError(f"{sign!r} can be no sign of a number, for it stands for something else")


PLAIN = Numbers()


@dataclass(frozen=True)
class ShiftBy:
    """A power of ten that depends on what stands in another column of the row."""

    column: str
    shifts: Mapping[str, int]
    """By the text of the column, as the file has it, or as it is extracted; 0 for any other."""


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


def find_contradiction(formats: Iterable[str]) -> str | None:
    """The first format under which a text that fits one before it, too, may be another day; None if there is none.

    Raises SourceError for a format that is not known.
    """
    found: dict[str, str] = {}
    for written in formats:
        pattern_of(written)
        spelled = spell_out(written)
        for code, same in _SAME.items():
            spelled = spelled.replace(code, same)
        if any(found.setdefault(skeleton, spelled) != spelled for skeleton in _list_skeletons(spelled)):
            return written
    return None


def _list_skeletons(spelled: str) -> list[str]:
    """What cells in a format look like, with 9 for any digit."""
    if spelled in COUNTED:
        return ["9" * digits for digits in range(COUNTED[spelled].fewest, COUNTED[spelled].most + 1)]
    return [re.sub("%(.)", lambda part: "9" * DIGITS.get(part[0], 0) or part[0].lower(), spelled)]


def check_fields(dialect: str, fields: tuple[str, ...]) -> None:
    """Raises SourceError where a column stands twice, or none at all."""
    named = [name for name in fields if name]
    if fields and not named:
        raise SourceError(f"dialect {dialect!r}: none of its fields is a column")
    if len(set(named)) != len(named):
        raise SourceError(f"dialect {dialect!r}: a column stands twice in its fields")


def require_pattern(where: str, pattern: str, groups: int = 0) -> None:
    """Raises SourceError where a text is no regular expression, or has too few groups."""
    try:
        found = re.compile(pattern)
    except re.error as error:
        raise SourceError(f"{where}: {pattern!r} is no regular expression: {error}") from None
    if found.groups < groups:
        raise SourceError(f"{where}: {pattern!r} has no group that holds the value")


def require_encodings(dialect: str, encodings: Iterable[str]) -> None:
    """Raises SourceError for an encoding that there is not."""
    for name in encodings:
        try:
            " ".encode(name)
        except (LookupError, UnicodeError) as error:
            raise SourceError(f"dialect {dialect!r}: {error}") from None
