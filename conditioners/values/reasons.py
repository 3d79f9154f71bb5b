"""Why a cell was rejected, in words for people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from conditioners.columns import Column, Day, Decimal, Moment, Text, Whole
from conditioners.dialects import Dialect, ShiftBy
from conditioners.readers.decoding import show_damage
from conditioners.rules import Rule
from conditioners.values.counted_dates import COUNTED
from conditioners.values.date_forms import pattern_of, spell_out
from conditioners.values.dates import formats_of

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHOWN = 80
_SHOWN_AS = {
    "%Y": "yyyy", "%m": "mm", "%d": "dd", "%y": "yy", "%G": "yyyy", "%V": "ww", "%q": "q", "%H": "hh", "%M": "mm",
    "%S": "ss", "%#z": "+hh:mm",
}  # fmt: skip


def explain(rule: Rule, column: Column, text: str | None, dialect: Dialect) -> str:
    """The reason for one rule of one column; `text` is the cell without blanks around it."""
    name = _show_name(column, dialect)
    if rule == Rule.MISSING or text is None:
        return f"{name} is missing"
    text = show_damage(text)
    if rule == Rule.UNDECODABLE:
        return f"{name}: {text!r} has bytes that the file's encoding does not know"
    shown = repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
    return f"{name}: {shown} {_fault(rule, column, text, dialect)}"


def _show_name(column: Column, dialect: Dialect) -> str:
    """A column's name, with the labels of its parts."""
    parts = dialect.parts.get(column.name, ())
    return f"{column.name} (of {' and '.join(map(repr, parts))})" if parts else column.name


def _fault(rule: Rule, column: Column, text: str, dialect: Dialect) -> str:
    if rule == Rule.BAD_FORMAT:
        return _unfit(column, dialect)
    if isinstance(column, Day | Moment):
        return _day_fault(rule, column, text, dialect)
    if isinstance(column, Text):
        allowed = dialect.values.get(column.name) or column.choices
        return f"is none of {', '.join(allowed)}"
    return _number_fault(rule, column, text, dialect)


def _day_fault(rule: Rule, column: Day | Moment, text: str, dialect: Dialect) -> str:
    if rule == Rule.TOO_EARLY:
        return f"is before {column.earliest}"
    if rule == Rule.TOO_LATE:
        return f"is after {column.latest}"
    if rule == Rule.WRONG_WEEKDAY and isinstance(column, Day):
        return f"is no {_WEEKDAYS[(column.weekday or 1) - 1]}"
    if isinstance(column, Day):
        return _unwritten("day", text, formats_of(column, dialect), formats_of(column, dialect))
    shown = dialect.formats.get(column.name, dialect.moments)
    return _unwritten("moment", text, shown, formats_of(column, dialect))


def _unwritten(what: str, text: str, formats: Sequence[str], taken: Sequence[str]) -> str:
    """What is wrong with a day or moment that is none; `taken` are the formats that it may have."""
    found = next((written for written in taken if re.fullmatch(pattern_of(written), text)), None)
    if found is not None:
        return f"is written like {_show_format(found)}, but there is no such {what}"
    return f"is no {what} written like {' or '.join(map(_show_format, formats))}"


def _unfit(column: Column, dialect: Dialect) -> str:
    patterns = (dialect.extract.get(column.name), column.pattern if isinstance(column, Text) else None)
    return f"does not look like {' with '.join(pattern for pattern in patterns if pattern)}"


def _number_fault(rule: Rule, column: Whole | Decimal, text: str, dialect: Dialect) -> str:
    places = column.places if isinstance(column, Decimal) else 0
    if rule == Rule.TOO_MANY_PLACES:
        shift = dialect.shifts.get(column.name, 0)
        if isinstance(shift, ShiftBy):
            return "has more decimal places than the column keeps"
        places += shift
        return "is no whole number" if places <= 0 else f"has more than {places} decimal places"
    if rule == Rule.TOO_SMALL:
        return f"is below {column.minimum}"
    if rule == Rule.TOO_LARGE:
        signs = dialect.numbers.minus
        # What is negative is above nothing that is not.
        is_negative = "-" in text or text.endswith((")", *signs)) or text.startswith(signs)
        is_held = column.maximum is not None and not (is_negative and column.maximum >= 0)
        return f"is above {column.maximum}" if is_held else "is too large to hold"
    marks = dialect.numbers
    return f"is no number (decimal mark {marks.decimal!r}, thousands {marks.thousands or 'unmarked'!r})"


@lru_cache(maxsize=256)
def _show_format(written: str) -> str:
    if written in COUNTED:
        return COUNTED[written].shown
    written = spell_out(written)
    for code, shown in _SHOWN_AS.items():
        written = written.replace(code, shown)
    return written
