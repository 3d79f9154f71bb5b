"""Why a cell was rejected, in words for people."""

from __future__ import annotations

from conditioners.columns import Column, Day, Decimal, Moment, Text, Whole
from conditioners.dialects import Dialect, ShiftBy
from conditioners.readers.decoding import show_damage

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHOWN = 80


def explain(rule: str, column: Column, text: str | None, dialect: Dialect) -> str:
    """The reason for one rule of one column; `text` is the cell without blanks around it."""
    if rule == "missing" or text is None:
        return f"{column.name} is missing"
    text = show_damage(text)
    if rule == "undecodable":
        return f"{column.name}: {text!r} has bytes that the file's encoding does not know"
    shown = repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
    return f"{column.name}: {shown} {_fault(rule, column, dialect)}"


def _fault(rule: str, column: Column, dialect: Dialect) -> str:
    if isinstance(column, Day):
        return {
            "bad_format": _unfit(column, dialect),
            "not_a_day": f"is no day written like {' or '.join(map(_show_format, dialect.days))}",
            "too_early": f"is before {column.earliest}",
            "too_late": f"is after {column.latest}",
            "wrong_weekday": f"is no {_WEEKDAYS[(column.weekday or 1) - 1]}",
        }[rule]
    if isinstance(column, Moment):
        return {
            "not_a_moment": f"is no moment written like {' or '.join(map(_show_format, dialect.moments))}",
            "bad_format": _unfit(column, dialect),
            "too_early": f"is before {column.earliest}",
            "too_late": f"is after {column.latest}",
        }[rule]
    if rule == "bad_format":
        return _unfit(column, dialect)
    if isinstance(column, Text):
        allowed = dialect.values.get(column.name) or column.choices
        return f"is none of {', '.join(allowed)}"
    return _number_fault(rule, column, dialect)


def _unfit(column: Column, dialect: Dialect) -> str:
    patterns = (dialect.extract.get(column.name), column.pattern if isinstance(column, Text) else None)
    return f"does not look like {' with '.join(pattern for pattern in patterns if pattern)}"


def _number_fault(rule: str, column: Whole | Decimal, dialect: Dialect) -> str:
    places = column.places if isinstance(column, Decimal) else 0
    if rule == "too_many_places":
        shift = dialect.shifts.get(column.name, 0)
        if isinstance(shift, ShiftBy):
            return "has more decimal places than the column keeps"
        places += shift
        return "is no whole number" if places <= 0 else f"has more than {places} decimal places"
    if rule == "too_small":
        return f"is below {column.minimum}"
    if rule == "too_large":
        return f"is above {column.maximum}" if column.maximum is not None else "is too large to hold"
    marks = dialect.numbers
    return f"is no number (decimal mark {marks.decimal!r}, thousands {marks.thousands or 'unmarked'!r})"


def _show_format(written: str) -> str:
    for code, shown in (
        ("%Y", "yyyy"),
        ("%m", "mm"),
        ("%d", "dd"),
        ("%y", "yy"),
        ("%G", "yyyy"),
        ("%V", "ww"),
        ("%H", "hh"),
        ("%M", "mm"),
        ("%S", "ss"),
        ("%#z", "+hh:mm"),
    ):
        written = written.replace(code, shown)
    return written
