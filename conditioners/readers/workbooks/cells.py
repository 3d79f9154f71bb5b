"""Cells of a workbook as text, exactly: whole numbers without a point, days as ISO 8601, durations as hours."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from conditioners.readers.json.showing import Number

_EXACT = 2**53
"""Up to here every whole number has a cell value of its own."""
_REMEMBERED = 1 << 13
"""Numbers whose text is held once for all cells that have them, as prices and zeros come again and again."""


def show_cell(value: Any) -> str | None:
    """The text of a cell value as the parser gives it; None for an empty cell."""
    if type(value) is float:
        return _show_number(value)
    if type(value) is str:
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return _show_duration(value)
    return None if value is None else str(value)


def _show_duration(value: datetime.timedelta) -> str:
    """Hours, however many, as in `36:00:00`."""
    minutes, seconds = divmod(abs(value), datetime.timedelta(minutes=1))
    clock = str(seconds).removeprefix("0:00:")
    return f"{'-' if value < datetime.timedelta() else ''}{minutes // 60:02}:{minutes % 60:02}:{clock}"


@lru_cache(_REMEMBERED)
def _show_number(value: float) -> str:
    """As many digits as the file format promises to keep, fifteen, and never an exponent."""
    if value.is_integer() and abs(value) <= _EXACT:
        return str(int(value))
    text = f"{value:.15g}"
    return Number(format(Decimal(text), "f") if "e" in text else text)
