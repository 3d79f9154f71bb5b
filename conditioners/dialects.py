"""Dialects: the forms in which a source's files come, and how the file's own words map to canonical columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conditioners.date_forms import complete_day, complete_moment, pattern_of, spell_out
from conditioners.outcome import SourceError

ISO_DAY = "%Y-%m-%d"
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

    def __post_init__(self) -> None:
        if self.decimal in self.thousands or len(self.decimal) != 1:
            raise SourceError(f"decimal mark {self.decimal!r} must be one character and no thousands mark")


PLAIN = Numbers()


@dataclass(frozen=True)
class ShiftBy:
    """A power of ten that depends on what stands in another column of the row."""

    column: str
    shifts: Mapping[str, int]
    """By the text of the column, as the file has it; 0 for any other."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What all forms have in common.

    `labels` maps a canonical column to the name or names that it goes by here, instead of the column's own. A label
    may also name the surroundings: `@file`, `@folder` (the last folder of an archive member's path), `@sheet`; one that
    begins with `=` is the value itself.
    """

    name: str
    labels: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    numbers: Numbers = PLAIN
    days: tuple[str, ...] = (ISO_DAY,)
    """Formats of dates, tried in order; they must not contradict each other. ISO weeks are `%G-W%V` and the like."""
    moments: tuple[str, ...] = ISO_MOMENTS
    """Formats of moments. For a column in UTC those with the offset (`%#z`), or if there is none, all as UTC."""
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

    def __post_init__(self) -> None:
        orders: dict[str, str] = {}
        for day in (*self.days, *self.moments):
            pattern_of(day)  # raises SourceError for a format that is not known
            spelled = spell_out(day).lower().replace("%e", "%d")
            skeleton = spelled.replace("%d", "?").replace("%m", "?")
            if orders.setdefault(skeleton, spelled) != spelled:
                raise SourceError(f"dialect {self.name!r}: {day} contradicts another of its date formats")
        for day in self.days:
            complete_day(day)  # raises SourceError for a format that tells no day
        for moment in self.moments:
            complete_moment(moment)
        for column, words in self.values.items():
            if "" in words.values():
                raise SourceError(f"dialect {self.name!r}: words for no value of {column} belong into its `sentinels`")


@dataclass(frozen=True, kw_only=True)
class Wide:
    """Columns whose labels are values: `2025-W47` for a week, and below it each row's units. Each becomes a row."""

    into: str
    """The column that takes what the label tells."""
    values: Mapping[str, str]
    """For a column, a regular expression that the labels of its cells match; its first group is what goes `into`."""
    keep_empty: bool = False
    """Whether an empty cell is a row without a value, and not none at all; of several `values`, if all are empty."""


@dataclass(frozen=True, kw_only=True)
class Delimited(Dialect):
    """Delimited text with a header row, or with none and `fields` instead."""

    delimiters: tuple[str, ...] = (",",)
    """The one under which the header row holds all required labels is taken."""
    quote: str = '"'
    escape: str | None = None
    encodings: tuple[str, ...] = ("utf-8",)
    """Code pages that may be met beyond UTF-8 and what a byte order mark tells; the first that can hold the file."""
    header_within: int = 50
    """How many lines may precede the header row."""
    header_rows: int = 1
    """Rows that a label is written in, one below the other; it is then all of its words, with blanks between."""
    wide: Wide | None = None
    fields: tuple[str, ...] = ()
    """For files without a header row, the canonical columns in order; "" for a field that none takes."""
    opening: str = ""
    """For files without a header row, a regular expression that the text matches from its start."""
    until: str | None = None
    """A regular expression for the first line that is behind the table; that line and all further ones are skipped."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for mark in (*self.delimiters, self.quote, self.escape or ""):
            if len(mark.encode()) > 1 or (mark == "" and mark in self.delimiters):
                raise SourceError(f"dialect {self.name!r}: the mark {mark!r} must be one ASCII character")
        _check_fields(self.name, self.fields)


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """Fields that repeat within a line, such as one value for each day of a month. Each repetition becomes a row."""

    into: str
    """The column to which the repetition's number, two digits and from 01, is appended."""
    first: int
    """The first character of the first repetition, from 1."""
    width: int
    count: int
    fields: Mapping[str, tuple[int, int]]
    """For a column, first and last character within a repetition; one whose columns are all empty is no row."""


@dataclass(frozen=True, kw_only=True)
class Tagged:
    """Groups of fields behind the others: each a name of three characters and text as long as the name tells."""

    opening: str
    """What the groups begin with."""
    lengths: Mapping[str, int]
    """Characters behind the name, by its first two characters or by all three."""
    ends: tuple[str, ...]
    """Names behind which nothing is read."""
    fields: Mapping[str, tuple[str, int, int]]
    """For a column, the group's name, and first and last character behind it, from 1."""


@dataclass(frozen=True, kw_only=True)
class FixedWidth(Dialect):
    """Text in which each field has its place: `fields` maps a canonical column to its first and last character, from 1.

    A line that is too long, or with `width` too short, is rejected, unless it matches `skip`. The last
    character of the last field may be None, the line's end, however long it is.
    """

    fields: Mapping[str, tuple[int, int | None]]
    opening: str = ""
    """A regular expression that the file's first line matches from its start, if it comes in this dialect."""
    encodings: tuple[str, ...] = ("utf-8",)
    width: int | None = None
    """The exact length of a line; None when blanks at its end may have been cut off."""
    repeated: Repeated | None = None
    tagged: Tagged | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        open_from = [first for first, last in self.fields.values() if last is None]
        ends = [last or first for first, last in self.fields.values()]
        if open_from and (self.tagged or self.repeated or len(open_from) > 1 or max(ends) > open_from[0]):
            raise SourceError(f"dialect {self.name!r}: nothing can stand behind a field that reaches to the line's end")


@dataclass(frozen=True, kw_only=True)
class JsonTree(Dialect):
    """A JSON document. `records` is the path of the repeated element, such as `stores[].weeks[]`.

    A label is the path of a value from the root, through the same arrays: `stores[].id`, `stores[].weeks[].units`.
    """

    records: str


@dataclass(frozen=True, kw_only=True)
class JsonRows(Dialect):
    """A JSON document whose rows are lists of cells: `{"columns": ["day", "units"], "data": [["2025-01-06", 3]]}`.

    `records` is the path of the list of rows, `data[]`, or `[]` for the document itself. Labels are those of a header.
    """

    records: str
    header: str = ""
    """The path of the labels: `columns[]`, or `columns[].name` where each is an object. Empty for the first row."""
    cells: str = ""
    """The path of the cells in a row that is an object: `f[].v` as BigQuery answers. Empty for rows that are lists."""
    fields: tuple[str, ...] = ()
    """For documents without labels, the canonical columns in order; "" for a cell that none takes."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_fields(self.name, self.fields)


@dataclass(frozen=True, kw_only=True)
class JsonLines(Dialect):
    """Text with a JSON value in each line. `records` is the path of a repeated element in it; "" for the value itself.

    A label is the path of a value from the line's value, through the same arrays: `id`, `lines[].units`.
    """

    records: str = ""


@dataclass(frozen=True, kw_only=True)
class XmlElements(Dialect):
    """An XML document. `records` is the path of the repeated element from the root: `report/store/week`.

    A label is the path of an element or attribute from the root: `report/store/@id`, `report/store/week/units`. A name
    without prefix is the local name in any namespace; `s:store` is one in the namespace that `namespaces` has for `s`.
    Of two attributes with the same local name the one in no namespace has it; two in different ones are `given_twice`.
    """

    records: str
    namespaces: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Parquet(Dialect):
    """A Parquet file; labels are names of its columns. Days, moments and decimals come as the text of their value."""


@dataclass(frozen=True, kw_only=True)
class JsonColumns(Dialect):
    """A JSON document with parallel lists, one for each column: `{"day": {"date": [...], "units": [...]}}`.

    `records` are the paths of the objects that hold the lists; all that a document has are read, in this order. A label
    is a path from the root; `@records` stands for the path that a row comes from.
    """

    records: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Workbook(Dialect):
    """A file of sheets (xlsx, xls, xlsb, ods) or an HTML document of tables, by whatever name it comes.

    Each sheet or table that has the header row is read, the others are skipped.
    """

    header_within: int = 50
    header_rows: int = 1
    wide: Wide | None = None
    until: str | None = None
    """A regular expression for the first row (cells joined by tabs) that is behind the table; all further ones are."""


@dataclass(frozen=True, kw_only=True)
class ProductActivity(Dialect):
    """EDI X12 transaction set 852: one row per transaction, item (LIN) and location (SDQ).

    Labels: `XQ02`, `XQ03` (first and last day), `N1.<entity>` and `N9.<qualifier>` (identification codes of the
    transaction), `LIN.<qualifier>` (product ids), `SDQ` (the location), `ZA.<activity>` (its quantities).
    """

    days: tuple[str, ...] = ("%Y%m%d",)


@dataclass(frozen=True, kw_only=True)
class EdiLoops(Dialect):
    """An EDI interchange, X12 or EDIFACT, with messages such as 867 or SLSRPT: one row per innermost loop.

    `loops` are the segments that begin the loops, outermost first: `("PTD", "QTY")`. A value is looked up in the row's
    own loop, then outwards, last in the message's header. Labels: `QTY02` is an element by its number and `QTY02.1` a
    component of it; `QTY.32` is the value that a segment has for a qualifier (of N1 and NAD the identification).
    """

    message: str
    loops: tuple[str, ...]
    ends: tuple[str, ...] = ("CTT", "UNS", "CNT")
    """Segments that end all loops."""
    days: tuple[str, ...] = ("%Y%m%d",)


def _check_fields(dialect: str, fields: tuple[str, ...]) -> None:
    """Raises SourceError where a column stands twice."""
    named = [name for name in fields if name]
    if len(set(named)) != len(named):
        raise SourceError(f"dialect {dialect!r}: a column stands twice in its fields")


def named_columns(dialect: Dialect) -> set[str]:
    """Every canonical column that a dialect speaks of."""
    by_column = (dialect.labels, dialect.values, dialect.sentinels, dialect.extract, dialect.shifts)
    named = {name for mapping in by_column for name in mapping} | set(dialect.order)
    named |= {shift.column for shift in dialect.shifts.values() if isinstance(shift, ShiftBy)}
    if isinstance(dialect, FixedWidth):
        named |= set(dialect.fields)
        named |= {dialect.repeated.into, *dialect.repeated.fields} if dialect.repeated else set()
        named |= set(dialect.tagged.fields) if dialect.tagged else set()
    if isinstance(dialect, Delimited | JsonRows):
        named |= set(dialect.fields) - {""}
    if isinstance(dialect, Delimited | Workbook) and dialect.wide:
        named |= {dialect.wide.into, *dialect.wide.values}
    return named
