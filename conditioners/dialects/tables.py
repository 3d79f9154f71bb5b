"""Dialects of tables: delimited text, fixed width, workbooks, Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from conditioners.dialects.common import Dialect
from conditioners.dialects.folded import Repeated, Wide
from conditioners.dialects.requirements import require_encodings, require_fields, require_pattern
from conditioners.outcome import SourceError

_LONGEST_DELIMITER = 8


class _Table(Dialect):
    """A form in which each cell is that of one row, unless lines are folded."""

    @property
    def may_repeat(self) -> bool:
        """Whether a value of the file may come out in several rows."""
        return self.is_folded


@dataclass(frozen=True, kw_only=True)
class Delimited(_Table):
    """Delimited text with a header row, or with none and `fields` instead."""

    delimiters: tuple[str, ...] = (",",)
    """Of one or several characters; the one under which the header row holds all required labels is taken."""
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
    has_titles: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        for mark in (self.quote, self.escape or ""):
            if len(mark.encode()) > 1 or mark in ("\r", "\n"):
                raise SourceError(f"dialect {self.name!r}: the mark {mark!r} must be one ASCII character in a line")
        for mark in self.delimiters:
            if not 0 < len(mark) <= _LONGEST_DELIMITER or "\r" in mark or "\n" in mark:
                told = f"must be one to {_LONGEST_DELIMITER} characters in a line"
                raise SourceError(f"dialect {self.name!r}: the mark {mark!r} {told}")
            if len(mark) > 1 and "\x1f" in mark:  # which stands for such a mark while text is read
                raise SourceError(f"dialect {self.name!r}: the mark {mark!r} of several characters may not hold U+001F")
        others = [mark for mark in (self.quote, self.escape) if mark]
        if len(set(others)) < len(others) or any(other in mark for other in others for mark in self.delimiters):
            told = "delimiter, quote and escape must differ; a quote that is doubled within a cell needs no escape"
            raise SourceError(f"dialect {self.name!r}: {told}")
        require_fields(self.name, self.fields)
        require_encodings(self.name, self.encodings)
        require_pattern(f"dialect {self.name!r}", self.opening)
        _check_head(self)

    @property
    def placed(self) -> set[str]:
        """Those of its fields."""
        return {*self.fields} - {""}


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
class FixedWidth(_Table):
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
    has_titles: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        require_encodings(self.name, self.encodings)
        require_pattern(f"dialect {self.name!r}", self.opening)
        open_from = [first for first, last in self.fields.values() if last is None]
        ends = [last or first for first, last in self.fields.values()]
        _check_spans(self)
        if open_from and (self.tagged or self.repeated or len(open_from) > 1 or max(ends) > open_from[0]):
            raise SourceError(f"dialect {self.name!r}: nothing can stand behind a field that reaches to the line's end")

    @property
    def placed(self) -> set[str]:
        """Those of its fields, also of those that repeat, or stand in groups."""
        repeated = self.repeated.fields if self.repeated else ()
        return {*self.fields, *repeated, *(self.tagged.fields if self.tagged else ())}

    def named_columns(self) -> set[str]:
        """Every canonical column that is spoken of; no part of one can stand in a group."""
        return super().named_columns().union(self.tagged.fields if self.tagged else ())


@dataclass(frozen=True, kw_only=True)
class Workbook(_Table):
    """A file of sheets (xlsx, xls, xlsb, ods) or an HTML document of tables, by whatever name it comes.

    Each sheet or table that has the header row is read, the others are skipped.
    """

    header_within: int = 50
    header_rows: int = 1
    wide: Wide | None = None
    until: str | None = None
    """A regular expression for the first row (cells joined by tabs) that is behind the table; all further ones are."""
    has_titles: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_head(self)


@dataclass(frozen=True, kw_only=True)
class Parquet(_Table):
    """A Parquet file; labels are names of its columns. Days, moments and decimals come as the text of their value."""


def _check_head(dialect: Delimited | Workbook) -> None:
    """Raises SourceError where labels cannot be found as they are declared."""
    if dialect.header_rows < 1:
        raise SourceError(f"dialect {dialect.name!r}: labels stand in one row at least; without any there are `fields`")
    if dialect.wide and (not dialect.wide.values or dialect.wide.into in dialect.wide.values):
        raise SourceError(f"dialect {dialect.name!r}: of a wide table labels go into one column, cells into others")
    if dialect.wide and isinstance(dialect, Delimited) and dialect.fields:
        raise SourceError(f"dialect {dialect.name!r}: a wide table has labels, and so no `fields`")
    if dialect.until is not None:
        require_pattern(f"dialect {dialect.name!r}", dialect.until)
    for pattern in dialect.wide.values.values() if dialect.wide else ():
        require_pattern(f"dialect {dialect.name!r}", pattern, groups=1)


def _check_spans(dialect: FixedWidth) -> None:
    """Raises SourceError where a field stands nowhere in a line."""
    repeated = dialect.repeated
    if not dialect.fields and repeated is None and dialect.tagged is None:
        raise SourceError(f"dialect {dialect.name!r}: no field is declared")
    _check_within(dialect, dialect.fields, dialect.width)
    if dialect.tagged is not None:
        _check_within(dialect, {name: (first, last) for name, (_, first, last) in dialect.tagged.fields.items()})
    if repeated is None:
        return
    _check_within(dialect, repeated.fields, repeated.width)
    ends = [last for _, last in repeated.fields.values()]
    end = repeated.first - 1 + (repeated.count - 1) * repeated.width + max(ends, default=0)
    if not ends or repeated.first < 1 or repeated.count < 1 or end > (dialect.width or end):
        raise SourceError(f"dialect {dialect.name!r}: the fields that repeat stand nowhere in a line")
    if repeated.into not in dialect.fields:
        raise SourceError(f"dialect {dialect.name!r}: repetitions go into {repeated.into}, which is none of its fields")


def _check_within(dialect: FixedWidth, fields: Mapping[str, tuple[int, int | None]], width: int | None = None) -> None:
    for name, (first, last) in fields.items():
        if first < 1 or (last or first) < first or (last or first) > (width or last or first):
            within = f" of {width} characters" if width else ""
            raise SourceError(f"dialect {dialect.name!r}: {name} cannot be from character {first} to {last}{within}")
