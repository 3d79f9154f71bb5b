"""Formats of dates by the shape of their cells: known orders of year, month, day and time, with any marks between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, zip_longest

_YEAR, _NUMBER = "(?:19|20)[0-9]{2}", "[0-9]{1,2}"
_PARTS = {"%Y": _YEAR, "%y": "[0-9]{2}", "%m": _NUMBER, "%d": _NUMBER, "%b": "[A-Za-z]{3}", "%B": "[A-Za-z]{3,9}"}
_MARK, _DAY_FIRST_MARK = r"[-/_ ]|, ?|\. ?|/ |[\u5e74\u6708]|[\ub144\uc6d4] ?", r"\. ?"
_BEHIND = "[.,\u65e5\uc77c]?"
_ORDERS = ("%Y %m %d", "%d %m %Y", "%m %d %Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%Y %b %d", "%Y %B %d")
_SHORT_ORDERS = ("%d %m %y", "%m %d %y", "%d %b %y")
"""Orders that are dates for sure only beside a time."""
_PACKED = re.compile(rf"({_YEAR}[0-9]{{4}})(?=[^0-9]|[0-9]{{2}}(?:[0-9]{{2}}){{0,2}}(?:[^0-9]|$)|$)")
_GAP = re.compile(r"[T_:/-]| - |,? (?:[^\W\d_]{1,4}\.? )?|")
_ZONE = r"( ?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)| UTC| GMT|)"
_TIME = re.compile(
    r"[0-9]{1,2}([:.h]|\u6642|\uc2dc ?)[0-5][0-9](?:([:.]|\u5206|\ubd84 ?)[0-5][0-9](\.[0-9]{1,9})?)?"
    rf"([\u5206\u79d2\ubd84\ucd08]?)( ?[AaPp][Mm]|){_ZONE}"
)
_PACKED_TIME = re.compile(rf"([0-9]{{2}}|[0-9]{{4}}|[0-9]{{6}})(\.[0-9]{{1,9}}|){_ZONE}")
_PACKED_TIMES = {2: "%H", 4: "%H%M", 6: "%H%M%S"}
_FEWEST_PACKED, _MORE = {"": 2, " ": 2, "T": 2, ":": 4, "_": 6}, 7
"""Digits that a time has at least behind a gap: behind others, as in `2024-01-05-0001`, they are likelier to count."""
_LONGEST = 40
_EXAMPLES, _FEWEST_DIGITS, _TELLING = 5, 3, 5


def propose_formats(cells: Sequence[str]) -> list[str]:
    """Formats that the first of some cells are in, in known orders of their parts; those of whole days and moments."""
    if len(cells) < _TELLING and all(map(str.isdecimal, cells)):
        return []  # Digits alone may be any number.
    some = [cell for cell in cells[:_EXAMPLES] if len(cell) <= _LONGEST and "%" not in cell]
    some = [cell for cell in some if sum(map(str.isdecimal, cell)) >= _FEWEST_DIGITS]
    return list(dict.fromkeys(written for cell in some for written in _propose(cell)))


def _propose(cell: str) -> Iterator[str]:
    for written, end in _read_dates(cell, (*_ORDERS, *_SHORT_ORDERS)):
        if end == len(cell) and "%y" not in written:
            yield written
            continue
        gap = _match_gap(cell, end)
        yield from (f"{written}{gap}{time}" for time in _read_times(cell[end + len(gap) :], gap))
    if (first := _TIME.match(cell)) and (gap := _match_gap(cell, first.end())):
        begin = first.end() + len(gap)
        for written, end in _read_dates(cell[begin:], _ORDERS):
            if begin + end == len(cell):
                yield f"{_write_time(first)}{gap}{written}"


def _match_gap(cell: str, at: int) -> str:
    """What stands between a date and a time."""
    found = _GAP.match(cell, at)
    return found[0] if found else ""


def _read_dates(text: str, orders: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The formats of the date that a text begins with, and where it ends."""
    if packed := _PACKED.match(text):
        yield "%Y%m%d", packed.end()
    for order in orders:
        if found := _shape(order).match(text):
            directives = order.split(" ")
            yield "".join(chain.from_iterable(zip_longest(directives, found.groups()))), found.end()


@cache
def _shape(order: str) -> re.Pattern[str]:
    """A pattern for dates in an order, with a group for each mark, which is the same between days and months.

    Between numbers, a point stands behind the day, and never behind a month that comes first.
    """
    mark = f"(?!{_DAY_FIRST_MARK})(?:{_MARK})" if order.startswith("%m") else _MARK
    parts = [_PARTS[directive] for directive in order.split(" ")]
    return re.compile(f"({mark})".join(parts) + rf"(?![0-9])({_BEHIND})")


def _read_times(text: str, gap: str) -> Iterator[str]:
    """The formats of a time of day that is all of a text; digits alone are a time only behind some gaps."""
    if found := _TIME.fullmatch(text):
        yield _write_time(found)
    found = _PACKED_TIME.fullmatch(text)
    if found and len(found[1]) >= _FEWEST_PACKED.get(gap, _MORE):
        digits, fraction, zone = found.groups()
        yield f"{_PACKED_TIMES[len(digits)]}{'%.f' if fraction else ''}{_write_zone(zone)}"


def _write_time(found: re.Match[str]) -> str:
    first, second, fraction, behind, half, zone = found.groups()
    seconds = f"{second}%S" if second else ""
    whole = f"{'%I' if half else '%H'}{first}%M{seconds}{'%.f' if fraction else ''}{behind}"
    return f"{whole}{half[:-2]}{'%p' if half else ''}{_write_zone(zone)}"


def _write_zone(zone: str) -> str:
    return zone if zone.strip().isalpha() and len(zone) > 2 else f"{zone[: zone.startswith(' ')]}%#z" if zone else ""
