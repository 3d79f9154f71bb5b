"""Patterns for lines of a sample that are no rows, such as footers and heads of pages, as the next file has them."""

from __future__ import annotations

import calendar
import re

_FOOTER = 24
"""Characters of a line's beginning that tell it from rows."""
_NUMBERED = r"[0-9][\W\d_]*[^\W\d_]{3,}(?: [^\W\d_]+)*"
_RULER = re.compile("([-+|=:\u2500-\u257f]{3,}) *")
"""A line of a frame, which is longer or shorter around the next file's rows."""
_WEEKDAYS, _MONTHS = calendar.day_name[:], calendar.month_name[1:]
_DAY_NAME = re.compile(rf"\b(?:{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in (*_WEEKDAYS, *_MONTHS))})\b")
_WORDS = r"[^0-9\t;|]*(?:(?<=[^\W\d_])[0-9][^\s;|]*)?"
"""Words up to a number; one in a word, as in `INV410R`, is part of it."""


def match_beginning(raw: str) -> str:
    """A pattern for lines that begin as this one does: blank cells, and the words before any number.

    Where a number comes first, or within the last of the words, any other may stand there in the next file.
    """
    blank, text = re.match(r"([\t ]*)(.*)", re.split(r"[\r\n]", raw)[0]).groups()  # type: ignore[union-attr]
    if ruler := _RULER.fullmatch(text):
        return _match_blank(blank) + f"[-{''.join(sorted(set(ruler[1]) - {'-'}))}]{{3,}} *$"
    words = re.match(_WORDS, text)[0][:_FOOTER].rstrip(" ,")  # type: ignore[index]
    begins = words if len(words) > 2 else _cut_behind_words(text)
    escaped = re.sub(r"\\([ \-#&~])", r"\1", re.escape(begins)).replace("\\\t", r"\t").replace("\\\f", r"\f")
    if sum(map(str.isalpha, begins)) > 2 or begins.startswith("|*"):
        escaped = re.sub("  +", " +", escaped)
        escaped = re.sub("[0-9]+", "[0-9]+", escaped)
    if len(re.findall(r"[^\W\d_]{3,}", begins)) > 1:  # A name alone may begin a row.
        escaped = _DAY_NAME.sub(_match_day_name, escaped)
    return _match_blank(blank) + escaped


def _match_day_name(name: re.Match[str]) -> str:
    """A pattern for any weekday or month, where a line names one: the next file's line names another."""
    names = next(names for names in (_WEEKDAYS, _MONTHS) if any(each.startswith(name[0]) for each in names))
    return f"(?:{'|'.join(each[:3] for each in names)})[a-z]*"


def _cut_behind_words(text: str) -> str:
    """The beginning of a line that begins with no word, up to the end of the first ones behind a number."""
    found = re.match(_NUMBERED, text)
    return found[0] if found else text[:_FOOTER]


def _match_blank(blank: str) -> str:
    """A pattern for the blanks that a line begins with, however many."""
    if not blank.strip("\t"):
        return r"\t+" if blank else ""
    return " +" if not blank.strip(" ") else r"[\t ]+"
