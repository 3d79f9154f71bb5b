"""How a sample writes its numbers and dates, judged over all of its columns, with what stays in doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from conditioners.dialects import Numbers
from conditioners.numerals import numeral_pattern

DAY_FORMATS = (
    "%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%y",
    "%d/%m/%y", "%d.%m.%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%G-W%V", "%G%V",
)  # fmt: skip
MOMENT_FORMATS = (
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%#z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M",
    "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y%m%d%H%M",
)  # fmt: skip
_TWINS = (("%m/%d", "%d/%m"), ("%m-%d", "%d-%m"))
_NUMBERS = (
    Numbers(), Numbers(thousands=","), Numbers(decimal=",", thousands="."),
    Numbers(decimal=",", thousands=" \u00a0\u202f"), Numbers(thousands="'"), Numbers(decimal=","),
)  # fmt: skip
_CURRENCY = re.compile(r"^[+-]?\s?(\$|€|£|¥|USD|EUR|GBP)\s?[0-9.,]|[0-9]\s?(\$|€|£|¥|USD|EUR|GBP)$")
_YEARS = range(1900, 2101)
_TELLING_WEEKDAYS = 4
_LENGTHS = {"%Y%m%d": 8, "%G%V": 6, "%Y%m%d%H%M": 12}


@dataclass(frozen=True)
class Conventions:
    """The marks of numerals, and remarks on what the sample leaves open."""

    numbers: Numbers
    remarks: tuple[str, ...] = ()


def find_numbers(columns: Sequence[Sequence[str]], *, has_typed_cells: bool) -> Conventions:
    """The marks under which most columns are numerals throughout; of equally good ones the plainest.

    Where cells are typed, as in a workbook, numbers have no marks of their own, but texts may be English numerals.
    """
    currency = sorted({mark for cells in columns for cell in cells[:200] for mark in _marks(cell)})
    possible = _NUMBERS[: 2 if has_typed_cells else None]
    candidates = [Numbers(each.decimal, each.thousands, tuple(currency)) for each in possible]
    best = max(candidates, key=lambda each: sum(are_numerals(cells, each) for cells in columns))
    marked = [cell for cells in columns if are_numerals(cells, best) for cell in cells if re.search(r"[.,]", cell)]
    if marked and all(re.fullmatch(r"[^0-9]*[0-9]{1,3}[.,][0-9]{3}", cell) for cell in marked):
        return Conventions(best, (f"the mark in {marked[0]} may stand for thousands or for decimals: check numbers",))
    return Conventions(best)


def _marks(cell: str) -> Iterable[str]:
    found = _CURRENCY.search(cell)
    return [mark for mark in found.groups() if mark] if found else []


def are_numerals(cells: Sequence[str], numbers: Numbers) -> bool:
    """Whether all cells are numerals, and there is one."""
    pattern = re.compile(numeral_pattern(numbers, None))
    return bool(cells) and all(pattern.match(cell) for cell in cells)


def count_places(cells: Iterable[str], numbers: Numbers) -> int:
    """The most decimal places that are not zero."""
    tails = (cell.rstrip().rpartition(numbers.decimal)[2] for cell in cells if numbers.decimal in cell)
    return max((len(re.sub(r"[^0-9].*$", "", tail).rstrip("0")) for tail in tails), default=0)


def fit_formats(cells: Iterable[str], formats: Sequence[str]) -> list[str]:
    """The formats that all cells are written in."""
    distinct = set(cells)
    return [written for written in formats if distinct and all(_parse(cell, written) for cell in distinct)]


def tell_doubt(label: str, fitting: Sequence[str]) -> str | None:
    """What to check when day and month of all dates could be exchanged."""
    for month_first, day_first in _TWINS:
        if {month_first, day_first} <= {written[:5] for written in fitting}:
            return f"every date of {label!r} can be read as month/day and as day/month: check the format"
    return None


def find_weekday(cells: Iterable[str], written: str) -> int | None:
    """The one weekday that all dates fall on, 1 for Monday, if there are enough of them to tell."""
    days = {day for cell in set(cells) if (day := _parse(cell, written))}
    weekdays = {day.isoweekday() for day in days}
    return weekdays.pop() if len(weekdays) == 1 and len(days) >= _TELLING_WEEKDAYS else None


def _parse(cell: str, written: str) -> date | None:
    if len(cell) != _LENGTHS.get(written, len(cell)) or not cell[:1].isalnum():
        return None
    if "%V" in written:
        cell, written = f"{cell}-1", f"{written}-%u"
    try:
        found = datetime.strptime(cell, written.replace("%#z", "%z")).date()  # noqa: DTZ007
    except ValueError:
        return None
    return found if found.year in _YEARS else None
