"""What fields of delimited text look like: the marks of a dialect, compiled."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Marks:
    """What tells records and fields apart. `spaced`: blanks behind a delimiter belong to it."""

    delimiter: str
    quote: str = '"'
    escape: str = ""
    spaced: bool = False


class Grammar:
    """What fields and lines of one dialect look like."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        delimiter, quote, escape = (re.escape(mark) for mark in (marks.delimiter, marks.quote, marks.escape))
        blanks = " *+" if marks.spaced else ""
        escaped = rf"|{escape}[^\r\n]" if marks.escape else ""
        apart = rf"{delimiter}|[\r\n]|\Z" if marks.delimiter else r"[\r\n]|\Z"
        behind = " *+" if marks.delimiter != " " else ""
        alone = rf"|{escape}" if marks.escape else ""
        self.plain = re.compile(rf"{blanks}((?:[^{delimiter}{escape}\r\n]++{escaped}{alone})*+)")
        """A field without quotes, its text as the first group; so is the next one's."""
        held = rf"(?:[^{quote}{escape}]++{escaped}|{quote}{quote})*+"
        self.quoted = re.compile(rf"{blanks}{quote}({held}){quote}{behind}(?={apart})") if quote else None
        self.opening = re.compile(rf"{blanks}{quote}") if quote else None
        self.closing = re.compile(rf"{quote}(?={behind}(?:{apart}))") if quote else None
        self._unescape = re.compile(rf"{escape}([{quote}{escape}{delimiter}])") if marks.escape else None

    def match_field(self, text: str, position: int) -> tuple[re.Match[str] | None, bool]:
        """The field that begins there, if it keeps the rules, and whether it begins with a quote."""
        is_quoted = self.opening is not None and self.opening.match(text, position) is not None
        return (self.quoted if is_quoted and self.quoted else self.plain).match(text, position), is_quoted

    def clean(self, field: str, *, is_quoted: bool) -> str:
        """A field's text without the marks that stand for others."""
        if is_quoted:
            field = field.replace(self.marks.quote * 2, self.marks.quote)
        return self._unescape.sub(r"\1", field) if self._unescape else field
