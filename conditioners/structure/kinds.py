"""Kinds of cell text: what a cell looks like, as evidence for delimiters, header rows and the place of a column."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

_LOOKED_AT = 200
"""Characters of a cell that are looked at."""


class Kind(StrEnum):
    """What a cell looks like."""

    EMPTY = "empty"
    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    DAY = "day"
    TIME = "time"
    MOMENT = "moment"
    TRUTH = "truth"
    LINK = "link"
    CODE = "code"
    WORDS = "words"
    TEXT = "text"
    LIST = "list"
    ODD = "odd"


TYPED = frozenset({Kind.NUMBER, Kind.MONEY, Kind.SHARE, Kind.DAY, Kind.TIME, Kind.MOMENT, Kind.TRUTH, Kind.LINK})
"""Kinds that labels of columns hardly ever have."""

_DIGITS = (
    r"(?:\d+|\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:[ '\u2019\u00a0\u202f]\d{3})+|\d{1,3}(?:,\d{2})*,\d{3})"
)
_NUMBER = rf"[+-]?\(?(?:{_DIGITS}(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\)?-?"
_MONTH = r"(?:jan|feb|mar|m[aä]r|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez)[a-z]*\.?"
_DAY = (
    rf"(?:\d{{4}}([-/.])\d{{1,2}}\1\d{{1,2}}|\d{{1,2}}([-/.])\d{{1,2}}\2(?:\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}[ -]{_MONTH}[ -]\d{{2,4}}"
    rf"|{_MONTH} \d{{1,2}},? \d{{4}}|{_MONTH}[ -]\d{{2,4}}|\d{{4}}-?W\d{{2}}|\d{{4}}-\d{{2}}|\d{{4}}/\d{{2}})"
)
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]\.?m\.?)?(?:Z| ?[+-]\d{2}:?\d{2})?"
_ADDRESS = r"(?:[a-z][a-z0-9+]*://|www\.)\S+"
_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
"""A number of an address of a machine; four of three digits would else be one with thousands marks."""
_PATTERNS = (
    (Kind.LINK, re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}|[0-9A-Fa-f]{{2}}(?::[0-9A-Fa-f]{{2}}){{5}}")),
    (Kind.NUMBER, re.compile(_NUMBER)),
    (Kind.SHARE, re.compile(rf"{_NUMBER} ?%")),
    (Kind.MONEY, re.compile(rf"-?(?:[$€£¥₹]|US\$|[A-Z]{{3}}) ?{_NUMBER}|{_NUMBER} ?(?:[$€£¥₹]|USD|EUR|GBP|CHF)")),
    (Kind.DAY, re.compile(_DAY, re.IGNORECASE)),
    (Kind.TIME, re.compile(_TIME, re.IGNORECASE)),
    (Kind.MOMENT, re.compile(rf"(?:\w{{3}},? )?{_DAY}(?:[T ]|, ?){_TIME}(?: [A-Z]{{2,4}})?", re.IGNORECASE)),
    (Kind.TRUTH, re.compile(r"true|false|yes|no", re.IGNORECASE)),
    (Kind.LINK, re.compile(rf"{_ADDRESS}|[\w.+-]+@[\w-]+\.[\w.-]+|\d{{1,3}}(?:\.\d{{1,3}}){{3}}", re.IGNORECASE)),
    (Kind.CODE, re.compile(r"(?=.*\d)(?=.*[A-Za-z_-])[A-Za-z0-9]+(?:[-_./#][A-Za-z0-9]+)*")),
    (Kind.WORDS, re.compile(r"[^\W_]+(?:(?:[ _/&.'’+-]|\. |, | - | \()[^\W_]+\)?)*[.)!?]?")),
    (Kind.LIST, re.compile(r"[^\W\d_][\w .-]*(?:(?:\|[\w .-]+){2,}|(?:;[\w .-]+){2,})")),
    (Kind.TEXT, re.compile(r"[^\x00-\x08\x0e-\x1f|;\t\"]*")),
)  # fmt: skip
_DIGIT = re.compile(r"\d")
_OF_WORDS = frozenset((Kind.TRUTH, Kind.LINK, Kind.WORDS, Kind.LIST, Kind.TEXT))
"""Kinds of cells without digits."""
_WORDY = tuple((kind, pattern) for kind, pattern in _PATTERNS if kind in _OF_WORDS)
_NOTHING = frozenset({"", "-", "--", "n/a", "na", "null", "none", "nan", ".", "?", "..", "...", ":", "\\n", "#n/a"})


def kind_of(text: str) -> Kind:
    """The kind of a cell; blanks around it count for nothing, and words for "no value" are empty."""
    return _kind_of(text if len(text) <= _LOOKED_AT else text.strip()[:_LOOKED_AT])


@lru_cache(1 << 16)
def _kind_of(text: str) -> Kind:
    text = text.strip()
    if text.casefold() in _NOTHING:
        return Kind.EMPTY
    for kind, pattern in _PATTERNS if _DIGIT.search(text) else _WORDY:
        if pattern.fullmatch(text):
            return kind
    return Kind.ODD


_RUNS = ((re.compile(r"[^\W\d_]+"), "a"), (re.compile(r"\d+"), "9"))


def shape_of(text: str) -> str:
    """A cell with its runs of letters and digits taken for one each: `MG-8769` and `RI-12` have the shape `a-9`."""
    return _shape_of(text if len(text) <= _LOOKED_AT else text.strip()[:_LOOKED_AT])


@lru_cache(1 << 16)
def _shape_of(text: str) -> str:
    text = text.strip()
    for run, mark in _RUNS:
        text = run.sub(mark, text)
    return text
