"""Values of an XML spreadsheet as text, as those of other workbooks are shown."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass, field

from conditioners.readers.workbooks.cells import show_cell

DAY_ZERO, DAY_ZERO_1904 = datetime.date(1899, 12, 31), datetime.date(1904, 1, 1)
"""The day that times without a day are written with."""
_BEFORE_ZERO = DAY_ZERO - datetime.timedelta(days=1)
"""The same as other programs than Excel write it."""
_FIRST_OF_MARCH = datetime.date(1900, 3, 1)
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?)[0-9]*Z?")
_WHOLE = re.compile("-?[0-9]+")
_NUMBER = re.compile(r"[-+]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][-+]?[0-9]{1,3})?")
_TRUTH = {"1": "true", "0": "false"}


@dataclass
class Reading:
    """What the workbook says about its values, and how many of them were errors."""

    zero: datetime.date = DAY_ZERO
    durations: set[str] = field(default_factory=set)
    """The styles that show hours however many."""
    digits: dict[str, int] = field(default_factory=dict)
    """How many digits a style shows at least."""
    errors: int = 0


def show_data(kind: str | None, text: str, style: str | None, reading: Reading) -> str | None:
    """The text of a value, by its kind and its cell's style; None for an empty cell, or an error.

    Kinds are Number, DateTime, Boolean, Error, and String. What is not written as its kind is, stays as it is.
    """
    if kind == "Error":
        reading.errors += 1
        return None
    if kind == "Number":
        return _show_number(text, reading.digits.get(style or "", 0))
    if kind == "DateTime":
        return _show_moment(text, style, reading)
    if kind == "Boolean":
        return _TRUTH.get(text.strip(), text) or None
    return text or None


def _show_number(text: str, digits: int) -> str | None:
    """Whole numbers keep all of their digits, others those that the format promises to keep."""
    number = text.strip()
    if _WHOLE.fullmatch(number):
        return number.zfill(digits) if number.isdigit() else number
    if _NUMBER.fullmatch(number) is None or not math.isfinite(value := float(number)):
        return text or None
    return show_cell(value)


def _show_moment(text: str, style: str | None, reading: Reading) -> str | None:
    """A day, a moment, or a time of day; the 29th of February 1900, which Excel has, is no day and stays as it is."""
    found = _MOMENT.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        day, time = datetime.date.fromisoformat(found[1]), datetime.time.fromisoformat(_pad(found[2]))
    except ValueError:
        return text or None
    if style in reading.durations:
        return show_cell(_count_days(day, reading.zero) + (datetime.datetime.combine(day, time) - _midnight(day)))
    if day == reading.zero or (reading.zero == DAY_ZERO and day == _BEFORE_ZERO):
        return show_cell(time)
    return show_cell(datetime.datetime.combine(day, time))


def _pad(time: str) -> str:
    """A time with six digits of its second's fraction, if it has any."""
    whole, point, fraction = time.partition(".")
    return f"{whole}.{fraction:0<6}" if point else whole


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time())


def _count_days(day: datetime.date, zero: datetime.date) -> datetime.timedelta:
    """Days since the first one, with the one that there was not in February 1900."""
    is_behind = zero == DAY_ZERO and day >= _FIRST_OF_MARCH
    return day - zero + datetime.timedelta(days=is_behind)
