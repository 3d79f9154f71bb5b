"""Dialects: the forms in which a source's files come, and how the file's own words map to canonical columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conditioners.outcome import SourceError

ISO_DAY = "%Y-%m-%d"


@dataclass(frozen=True)
class Numbers:
    """How numbers are written: the decimal mark, marks between thousands (any one of the characters), currency."""

    decimal: str = "."
    thousands: str = ""
    currency: tuple[str, ...] = ()
    trailing_minus: bool = False
    """Whether `12-` is minus twelve."""

    def __post_init__(self) -> None:
        if self.decimal in self.thousands or len(self.decimal) != 1:
            raise SourceError(f"decimal mark {self.decimal!r} must be one character and no thousands mark")


PLAIN = Numbers()


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What all forms have in common.

    `labels` maps a canonical column to the name or names that it goes by here, instead of the column's own. A label
    may also name the surroundings: `@file`, `@folder` (the last folder of an archive member's path), `@sheet`.
    """

    name: str
    labels: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    numbers: Numbers = PLAIN
    days: tuple[str, ...] = (ISO_DAY,)
    """Formats of dates, tried in order; they must not contradict each other."""
    nulls: tuple[str, ...] = ()
    """Words for "no value", besides the empty cell."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For a column, the words used here and what they mean; any other word is rejected."""
    shifts: Mapping[str, int] = field(default_factory=dict)
    """For a number, the power of ten to multiply by: -1 where the file holds tenths."""
    skip: tuple[str, ...] = ()
    """Regular expressions for raw lines that are no rows, such as totals; matched from the line's start."""
    order: tuple[str, ...] = ()
    """Columns to sort the output by, for forms that lose the table's order; all rows are then held in memory."""

    def __post_init__(self) -> None:
        orders: dict[str, str] = {}
        for day in self.days:
            skeleton = day.lower().replace("%d", "?").replace("%m", "?")
            if orders.setdefault(skeleton, day.lower()) != day.lower():
                raise SourceError(f"dialect {self.name!r}: {day} contradicts another of its date formats")


@dataclass(frozen=True, kw_only=True)
class Delimited(Dialect):
    """Delimited text with a header row."""

    delimiters: tuple[str, ...] = (",",)
    """The one under which the header row holds all required labels is taken."""
    quote: str = '"'
    escape: str | None = None
    encodings: tuple[str, ...] = ("utf-8",)
    """Code pages that may be met beyond UTF-8 and what a byte order mark tells; the first that can hold the file."""
    header_within: int = 50
    """How many lines may precede the header row."""


@dataclass(frozen=True, kw_only=True)
class FixedWidth(Dialect):
    """Text in which each field has its place: `fields` maps a canonical column to its first and last character, from 1.

    A line that is too long, or with `width` too short, is rejected, unless it matches `skip`.
    """

    fields: Mapping[str, tuple[int, int]]
    opening: str = ""
    """A regular expression that the file's first line matches from its start, if it comes in this dialect."""
    encodings: tuple[str, ...] = ("utf-8",)
    width: int | None = None
    """The exact length of a line; None when blanks at its end may have been cut off."""


@dataclass(frozen=True, kw_only=True)
class JsonTree(Dialect):
    """A JSON document. `records` is the path of the repeated element, such as `stores[].weeks[]`.

    A label is the path of a value from the root, through the same arrays: `stores[].id`, `stores[].weeks[].units`.
    """

    records: str


@dataclass(frozen=True, kw_only=True)
class Workbook(Dialect):
    """A spreadsheet file (xlsx, xls, xlsb, ods); each sheet that has the header row is read, the others are skipped."""

    header_within: int = 50


@dataclass(frozen=True, kw_only=True)
class ProductActivity(Dialect):
    """EDI X12 transaction set 852: one row per transaction, item (LIN) and location (SDQ).

    Labels: `XQ02`, `XQ03` (first and last day), `N1.<entity>` and `N9.<qualifier>` (identification codes of the
    transaction), `LIN.<qualifier>` (product ids), `SDQ` (the location), `ZA.<activity>` (its quantities).
    """

    days: tuple[str, ...] = ("%Y%m%d",)
