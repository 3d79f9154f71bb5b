"""Days, weeks and months of digits alone, which are numbers unless the label says so: what labels and cells tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from conditioners.drafting.date_conventions import DAY_FORMATS, parse_day
from conditioners.drafting.naming import names_code
from conditioners.values.counted_dates import COUNTED

WEEK, MONTH = "%G%V", "%Y%m"
"""The forms of six digits."""
_SIX_DIGITS = {WEEK: "weeks", MONTH: "months"}
_DECEMBER, _TO_JANUARY = "12", 89
"""202501 is 202412 and 89."""
_EDI_DAY = re.compile(r"DTM\.[A-Z0-9]{1,3}|XQ0[23]")
_LABELS_DAYS = re.compile(r"date|da?t$|day|week|jul|datum|tag\b|woche|fecha|\bdata\b|jour", re.IGNORECASE)
_LABELS_WEEKS = re.compile(
    r"week|wk|woche|\bkw|\bsem(aine|ana)?\b|settimana|uge|vecka|\buke\b|\u5468|\u9031|\uc8fc", re.IGNORECASE
)
_LABELS_MONTHS = re.compile(r"month|monat|mois|\bmes\b|mese|yyyymm", re.IGNORECASE)
_LABELS_OWN_YEARS = re.compile(r"fiscal|\bfisc|\bfy\b|\bwm\b", re.IGNORECASE)
"""Labels of weeks and months of a company's own year."""
_LABELS_YEARS = re.compile(r"year|yyyy|\byr\b|_yr\b|jahr|ann[eé]e|\ba[nñ]o\b|\banno\b|\bjaar\b|\brok\b", re.IGNORECASE)
_YEAR_ALONE = re.compile("(?:19|20)[0-9]{2}")
_SERIALS = range(20_000, 80_000)
"""Days as spreadsheets count them, from 1954 to 2119."""
_LABELS_MOMENTS = re.compile(r"time|\bts\b|_ts\b|ts_|stamp|epoch|date|created|updated|_at\b", re.IGNORECASE)
_LIKELY_SERIAL, _IS_PART = re.compile(r"(?:3[6-9]|4[0-9])[0-9]{3}(?:\.[0-9]{1,15})?"), re.compile(r"\.0*[1-9]")
_LABELS_SUMS = re.compile(r"count|number|total|amount|quantity|qty|sales|sum\b|updates", re.IGNORECASE)
"""Labels of numbers that are none of a date, whatever else they say."""
_DAY_SECONDS, _HOUR = 86_400, "%Y%m%d%H"
_PACKED, _PACKED_LABELLED = ("1%y%m%d", "%Y%j", _HOUR), ("%y%m%d", "%d%m%y", "%m%d%y", "%d%m%Y", "%m%d%Y", "%y%j")
"""Days of digits alone: forms that hardly any other numbers fit, and forms for labels that tell days."""
_TELLING = 5


def list_day_formats(label: str) -> Sequence[str]:
    """The formats of days that a label leaves possible: six digits are a week or month only where it says so.

    They are the day of old messages; elsewhere they are more often a number.
    """
    others = tuple(each for each in DAY_FORMATS if each != WEEK)
    if _EDI_DAY.fullmatch(label):
        return (*others, "%y%m%d")
    if _LABELS_OWN_YEARS.search(label):
        return others
    if _LABELS_WEEKS.search(label):
        return DAY_FORMATS
    return (*others, MONTH) if _LABELS_MONTHS.search(label) else others


def find_counted(label: str, cells: Collection[str]) -> tuple[str, str] | None:
    """The kind and format of counts of days or seconds that a column holds: by its label, and of years about ours.

    These are 2000 to 2037, in which days of a spreadsheet are no other days of five digits.
    """
    if names_code(label) or _LABELS_SUMS.search(label):
        return None
    if (_LABELS_DAYS.search(label.strip()) or _LABELS_MOMENTS.search(label)) and all(
        map(_LIKELY_SERIAL.fullmatch, cells)
    ):
        return ("Moment" if any(map(_IS_PART.search, cells)) else "Day"), "excel"
    if not (_LABELS_MOMENTS.search(label) or _LABELS_DAYS.search(label.strip())):
        return None
    for written, count in COUNTED.items():
        likely = re.compile(rf"(?:9[4-9]|1[0-9]|20)[0-9]{{{count.most - 2}}}(?:\.[0-9]{{1,9}})?")
        if count.epoch is None and all(map(likely.fullmatch, cells)) and not _are_hours(cells):
            a_day = _DAY_SECONDS * count.per_second
            are_days = len(cells) >= _TELLING and all(cell.isdecimal() and int(cell) % a_day == 0 for cell in cells)
            if are_days or _LABELS_MOMENTS.search(label):
                return ("Day" if are_days else "Moment"), written
    return None


def _are_hours(cells: Collection[str]) -> bool:
    """Whether all numbers are days with an hour, which hardly any seconds since 1970 are."""
    return len(cells) >= _TELLING and all(parse_day(cell, _HOUR) for cell in cells)


def may_be_hours(label: str, formats: Sequence[str]) -> bool:
    """Whether a format of a column may be one of hours in digits alone, which its label has to say."""
    return _HOUR not in formats or bool(_LABELS_DAYS.search(label.strip()) or _LABELS_MOMENTS.search(label))


def tell_counted(label: str, written: str) -> str:
    """What to check of counts that are read as days or moments."""
    if written == "excel":
        return f"{label!r} is read as days of a spreadsheet: those of one that counts from 1904 are `excel 1904`"
    return f"{label!r} is read as {COUNTED[written].shown.partition(', ')[2]}"


def labels_weeks(label: str) -> bool:
    """Whether a label says that its cells are weeks."""
    return _LABELS_WEEKS.search(label) is not None


def labels_months(label: str) -> bool:
    """Whether a label says that its cells are months."""
    return _LABELS_MONTHS.search(label) is not None


def labels_own_years(label: str) -> bool:
    """Whether a label says that its cells are parts of a company's own year."""
    return _LABELS_OWN_YEARS.search(label) is not None


def find_year(labels: Sequence[str], columns: Sequence[Sequence[str]]) -> int | None:
    """The number of the one column whose label says that it holds years, and whose cells are such; not fiscal ones."""
    found = [at for at, (label, cells) in enumerate(zip(labels, columns, strict=True)) if are_years(label, cells)]
    return found[0] if len(found) == 1 and not any(map(labels_own_years, labels)) else None


def are_years(label: str, cells: Iterable[str]) -> bool:
    """Whether a column holds years, by its label and all of its cells."""
    filled = {cell.strip().removesuffix(".0") for cell in cells} - {""}
    return bool(filled and _LABELS_YEARS.search(label)) and all(map(_YEAR_ALONE.fullmatch, filled))


def tell_packed_days(label: str, cells: Collection[str]) -> tuple[str, ...]:
    """What to know of numbers that may be days of digits alone, as mainframes and spreadsheets have them."""
    is_named = _LABELS_DAYS.search(label.strip()) is not None
    if names_code(label):
        return ()
    forms = (*_PACKED, *(_PACKED_LABELLED if is_named else ())) if len(cells) >= _TELLING else ()
    found = [f"`{each}`" for each in forms if all(parse_day(cell, each) for cell in cells)]
    serials = is_named and all(cell.isdecimal() and int(cell) in _SERIALS for cell in cells)
    if not (found or serials):
        return ()
    told = f"{label!r} holds numbers such as {next(iter(cells))}, which may be days"
    serial = ", or `excel` if they are those of a spreadsheet" if serials else ""
    if not found:
        return (f"{told} of a spreadsheet: as such their form is `excel` or `excel 1904`",)
    return (f"{told}: as such their form is {' or '.join(found)}{serial}",)


def tell_weeks_or_months(label: str, cells: Collection[str]) -> tuple[str, ...]:
    """What to know of numbers that may be weeks as well as months, of which nothing tells whether they are."""
    is_named = any(each.search(label) for each in (_LABELS_WEEKS, _LABELS_MONTHS, _LABELS_OWN_YEARS))
    if names_code(label) or len(cells) < (1 if is_named else _TELLING):
        return ()
    if not all(parse_day(cell, WEEK) for cell in cells):
        return ()
    forms = fit_run(cells)
    what, shown = " or ".join(_SIX_DIGITS[form] for form in forms), " or ".join(f"`{form}`" for form in forms)
    told = f"{label!r} holds numbers such as {next(iter(cells))}, which may be {what}"
    if _LABELS_OWN_YEARS.search(label):
        return (f"{told} of a fiscal year: of the calendar's their form would be {shown}",)
    return (f"{told}: as such their form is {shown}",)


def fit_run(cells: Iterable[str]) -> Sequence[str]:
    """The forms that weeks or months of six digits can be in, by how they go on: months to 12, weeks to 52 or 53."""
    ordered = sorted(set(cells))
    if any(cell[4:] > _DECEMBER for cell in ordered):
        return (WEEK,)
    turns = (int(after) - int(before) for before, after in pairwise(ordered) if before.endswith(_DECEMBER))
    return (MONTH,) if _TO_JANUARY in turns else tuple(_SIX_DIGITS)
