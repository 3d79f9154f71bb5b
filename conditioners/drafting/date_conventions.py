"""How a sample writes its days and moments: the formats that are known, and those that a column's cells are in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime

from conditioners.dialects import ISO_DAY
from conditioners.drafting.fitting import NOTHING, Fit, find_fit
from conditioners.values.date_forms import cut_quarter, pattern_of

DAY_FORMATS = (
    "%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%y",
    "%d/%m/%y", "%d.%m.%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y",
    "%G-W%V", "%GW%V", "%G%V", "%Y-%m", "%m/%Y", "%m.%Y", "%b %Y", "%B %Y", "%b-%y",
    "%m-%d-%y", "%d-%m-%y", "Week %V %G", "Wk %V %G", "KW %V/%G", "KW %V %G", "%G KW %V", "%Y.%m.%d", "%Y年%m月%d日",
    "%b %d %Y", "%B %d %Y", "%b-%Y", "%B-%Y", "%d%b%Y", "%d/%b/%Y", "%d %b %y", "%d. %m. %Y", "%Y. %m. %d.", "%Y年%m月",
    "%G-S%V", "S%V-%G", "S%V/%G", "%Y\uff0f%m\uff0f%d", "%Y/%m", "%m-%Y", "W%V %G", "W%V-%G", "W%V/%G", "%G W%V",
    "%G/W%V", "%GKW%V", "KW%V %G", "KW%V/%G", "%G-KW%V", "%d%b%y", "%YM%m", "%Y-M%m", "%G\u5e74%V\u9031",
    "%G\u5e74\u7b2c%V\u9031", "%G\u5e74%V\u5468", "%G\u5e74\u7b2c%V\u5468",
    "%d. %b %Y", "%d. %B %Y", "%b/%y", "%b/%Y", "%d de %b de %Y", "%d de %B de %Y", "%b de %Y", "%B de %Y", "%b %y",
    "%B %y", "%b. %Y", "%b. %y", "%b.%y", "%b.%Y", "%d-%b.-%Y", "%Y %b", "%Y-%b",
    "%Y-Q%q", "%YQ%q", "%Y Q%q", "Q%q %Y", "Q%q-%Y", "Q%q/%Y",
    "T%q %Y", "T%q-%Y", "%Y-T%q", "%YT%q", "%q. Quartal %Y", "%YK%q", "%y-%m-%d", "%y/%m/%d", "%y.%m.%d",
)  # fmt: skip
MOMENT_FORMATS = (
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%#z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%#z",
    "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y%m%d%H%M",
    "%Y-%m-%d %H:%M:%S %#z", "%m/%d/%y %H:%M", "%d/%m/%y %H:%M", "%m/%d/%y %I:%M %p", "%d.%m.%y %H:%M",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%d-%b-%Y %H:%M:%S", "%d/%m/%Y %I:%M %p",
    "%m/%d/%y %H:%M:%S", "%d/%m/%y %H:%M:%S", "%d.%m.%y %H:%M:%S", "%d-%b-%y %H:%M:%S", "%m/%d/%y %I:%M:%S %p",
    "%d-%b-%Y %H:%M", "%d %b %Y %H:%M", "%d %b %Y %H:%M:%S", "%b %d, %Y %I:%M %p", "%b %d, %Y %I:%M:%S %p",
    "%m/%d/%Y, %I:%M %p", "%m/%d/%Y, %I:%M:%S %p", "%d/%m/%Y, %H:%M", "%d/%m/%Y, %H:%M:%S", "%d.%m.%Y, %H:%M",
    "%d.%m.%Y, %H:%M:%S", "%d/%m/%Y %I:%M:%S %p", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M", "%Y%m%d %H:%M:%S", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%S%#z", "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d-%H.%M.%S%.f", "%d-%b-%y %I.%M.%S%.f %p", "%d%b%Y:%H:%M:%S", "%d%b%Y:%H:%M:%S%.f",
    "%d %b %Y %H:%M:%S %#z", "%Y/%m/%dT%H:%M:%S", "%Y.%m.%d %H:%M:%S", "%b %d, %Y, %I:%M:%S %p",
    "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S%.f UTC", "%Y-%m-%d %H:%M UTC", "%d.%m.%Y %H:%M:%S UTC",
    "%d/%m/%Y %H:%M:%S UTC", "%m/%d/%Y %H:%M:%S UTC", "%d.%m.%Y %H:%M UTC", "%b %d %H:%M:%S %Y",
)  # fmt: skip
_SHORT_MONTHS = ("%b %y", "%B %y", "%b. %y")
"""Formats that are months only where these follow each other, for `Jan 24` is a day in January as well."""
_WEEKDAY = re.compile(
    "(?:(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(Mon|Tue|Wed|Thu|Fri|Sat|Sun))([., ]+)", re.IGNORECASE
)
_YEARS = range(1900, 2101)
_TELLING_WEEKDAYS = 4
_NO_DIGITS, _UP_TO_BREAK = re.compile("[^0-9%]*+"), re.compile(r"(?:[\s\S]*[ :])?")
_WORD = re.compile(r"[^\W\d]")
_HOURS_ALONE = re.compile("(?<=[0-9 ])[+-][0-9]{2}$")
"""An offset without minutes, which the parser does not know."""
_TRIED, _FEWEST_MONTHS = 100, 3
_LONGEST_OPENING = 100
"""Characters before a date; a text that all cells begin with is compiled with each format."""
_FURTHER = 3
"""How many times as far apart days have to be under a format that is not thought of."""


def fit_formats(
    cells: Counter[str], formats: Sequence[str], *, has_days: bool = False
) -> tuple[Fit, list[str]] | None:  # fmt: skip
    """How the cells fit those of the formats that the most of them are written in; None if hardly any fits one.

    With `has_days`, ISO days may stand among others, as workbooks show days and midnight; their format is then the last
    one.
    """
    some = [cell for cell in cells if cell not in NOTHING][:_TRIED]
    # Only whole days: behind words such as `week`, 02/2025 is no month.
    whole = [each for each in formats if "%d" in each]
    formats = [*formats, *(f"{words}{each}" for words in _find_openings(some) for each in whole)]
    days = {cell for cell in some if has_days and parse_day(cell, ISO_DAY)}
    likely = [each for each in formats if _is_likely(some, days, each) and may_be_months(cells, each)]
    fits = {each: find_fit(cells, _matches_day(each, has_days=has_days)) for each in likely}
    if not fits:
        return None
    best = max(fits.values(), key=lambda fit: fit.fitting.total())
    fitting = [each for each, fit in fits.items() if fit.fitting.total() == best.fitting.total()]
    is_mixed = has_days and ISO_DAY not in fitting and any(parse_day(cell, ISO_DAY) for cell in best.fitting)
    return best, [*fitting, ISO_DAY] if is_mixed else fitting


def may_be_months(cells: Iterable[str], written: str) -> bool:
    """Whether cells are what a format says; months with two digits of a year only where one follows the other."""
    if written not in _SHORT_MONTHS:
        return True
    months = sorted({day.year * 12 + day.month for cell in cells if (day := parse_day(cell, written))})
    return len(months) >= _FEWEST_MONTHS and months[-1] - months[0] == len(months) - 1


def _find_openings(cells: Sequence[str]) -> list[str]:
    """What may stand before the dates of all cells: a weekday, or the same words, of which some may hold digits."""
    openings = {_name_weekday(cell) for cell in cells}
    weekday = openings.pop() if len(openings) == 1 else ""
    shared = _UP_TO_BREAK.match(_share_beginning(cells))[0]  # type: ignore[index]
    shared = shared if _WORD.search(shared) and "%" not in shared else ""
    found = dict.fromkeys((weekday, find_leading_words(cells), shared))
    return [each for each in found if 0 < len(each) <= _LONGEST_OPENING]


def _share_beginning(cells: Sequence[str]) -> str:
    """What all cells begin with."""
    least, most = min(cells, default=""), max(cells, default="")
    return least[
        : next((at for at, pair in enumerate(zip(least, most, strict=False)) if len(set(pair)) > 1), len(least))
    ]


def _name_weekday(cell: str) -> str:
    """The form of a weekday that a cell begins with, and what sets it off; empty without one."""
    found = _WEEKDAY.match(cell)
    return f"{'%A' if found[1] else '%a'}{found[3]}" if found else ""


def without_weekday(cell: str) -> str:
    """A cell without the weekday that it begins with."""
    found = _WEEKDAY.match(cell)
    return cell[found.end() :] if found else cell


def find_leading_words(cells: Sequence[str]) -> str:
    """The words before the first digit, as `wk ending 1/5/25` has, if all cells have the same; else nothing."""
    found = {_cut_leading_words(cell) for cell in cells}
    return found.pop() if len(found) == 1 else ""


def _cut_leading_words(cell: str) -> str:
    """What stands before the first digit or percent sign, up to its last blank or colon; nothing without a letter."""
    words = _UP_TO_BREAK.match(_NO_DIGITS.match(cell)[0])[0]  # type: ignore[index]
    return words if _WORD.search(words) else ""


def _is_likely(some: Sequence[str], days: Collection[str], written: str) -> bool:
    """Whether most cells are in a format or among the days, and some are in the format."""
    written_so = {cell for cell in some if parse_day(cell, written) is not None}
    return bool(written_so) and len(written_so | set(days)) * 2 > len(some)


def _matches_day(written: str, *, has_days: bool) -> Callable[[str], bool]:
    """Says of a cell whether it is a day or moment in a format."""
    return lambda cell: bool(parse_day(cell, written) or (has_days and parse_day(cell, ISO_DAY)))


def tell_doubt(label: str, fitting: Sequence[str]) -> str | None:
    """What to check when day and month of all dates could be exchanged."""
    if any(_exchange(written) in fitting for written in fitting if "%d" in written and "%m" in written):
        return f"every date of {label!r} can be read as month/day and as day/month: check the format"
    return None


def _exchange(written: str) -> str:
    """A format with the day in the place of the month."""
    return re.sub("%[dm]", lambda part: "%m" if part[0] == "%d" else "%d", written)


def settle_year(label: str, fitting: Sequence[str], cells: Iterable[str]) -> tuple[Sequence[str], tuple[str, ...]]:
    """Those formats of dates such as `24-01-05` under which they are closer together: years of two digits stand first
    or last; and what to check if the others are possible, too."""
    first = [written for written in fitting if re.match("%y.%m.%d", written)]
    last = [written for written in fitting if written.endswith("%y")]
    if not first or not last:
        return fitting, ()
    days = {group[0]: [day for cell in cells if (day := parse_day(cell, group[0]))] for group in (last, first)}
    spans = {written: (max(found) - min(found)).days for written, found in days.items()}
    taken, other = (first, last) if spans[first[0]] < spans[last[0]] else (last, first)
    if taken is last and spans[first[0]] > _FURTHER * spans[last[0]]:
        return taken, ()
    told = f"every date of {label!r} can be read as {taken[0]} and as {other[0]}, and is read as {taken[0]}"
    return taken, (f"{told}, by which they are closer together: check the format",)


def is_day_first(written: str) -> bool:
    """Whether a format has the day before the month, both of them numbers."""
    return -1 < written.find("%d") < written.find("%m")


def tell_weeks(label: str, written: str) -> str | None:
    """What to check of weeks and quarters, which may be those of a company's own year, and of six digits."""
    if "%q" in written:
        return f"{label!r} is read as quarters, each as its first day: check that they are no fiscal ones"
    if "%V" not in written or written == "%G-W%V":
        return None
    return f"{label!r} is read as ISO weeks, each as its Monday: check that they are no months or fiscal weeks"


def find_weekday(cells: Iterable[str], formats: Sequence[str]) -> int | None:
    """The one weekday that all dates fall on, 1 for Monday, if there are enough of them to tell."""
    days = {day for cell in set(cells) for written in formats if (day := parse_day(cell, written))}
    weekdays = {day.isoweekday() for day in days}
    return weekdays.pop() if len(weekdays) == 1 and len(days) >= _TELLING_WEEKDAYS else None


def parse_day(cell: str, written: str) -> date | None:
    """The day that a cell tells in a format; None when it is none."""
    if not re.fullmatch(pattern_of(written), cell):
        return None
    if "%q" in written:
        of_year, of_quarter, _ = cut_quarter(written)
        year, quarter = re.match(of_year, cell), re.match(of_quarter, cell)
        assert year is not None and quarter is not None  # for the cell is in the format
        cell, written = f"{year[1]}-{int(quarter[1]) * 3 - 2:02}-01", "%Y-%m-%d" if "%Y" in written else "%y-%m-%d"
    is_week = "%V" in written
    if is_week:
        cell, written = f"{cell}-1", f"{written}-%u"
    elif not any(part in written for part in ("%d", "%j", "%H")):
        cell, written = f"{cell}-01", f"{written}-%d"
    if "%#z" in written:
        cell = _HOURS_ALONE.sub(r"\g<0>00", cell)
    try:
        found = datetime.strptime(cell, written.replace("%#z", "%z").replace("%.f", ".%f")).date()  # noqa: DTZ007
    except ValueError:
        return None
    # Week 53 of a year that has none is read as the first one of the next.
    is_other = is_week and _list_numbers(found.strftime(written)) != _list_numbers(cell)
    return found if found.year in _YEARS and not is_other else None


def _list_numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall("[0-9]+", text)]
