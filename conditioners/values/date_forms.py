"""Forms of dates: what exactly a cell has to look like in a format, since readers of dates take more than they say.

chrono, which polars reads dates with, takes signs before years, blanks before numbers, and no blank for one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from conditioners.outcome import SourceError
from conditioners.values.counted_dates import COUNTED

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_OFFSET = "[+-][0-9]{2}"
_WHOLE = {"%F": "%Y-%m-%d", "%D": "%m/%d/%y", "%T": "%H:%M:%S", "%R": "%H:%M"}
"""Directives that stand for several."""
_PADDED = {"%d": 2, "%m": 2, "%H": 2, "%I": 2, "%V": 2}
"""Numbers whose leading zero may be left out where no other number touches them."""
DIGITS = {**_PADDED, "%Y": 4, "%G": 4, "%y": 2, "%j": 3}
"""How many digits a number has."""
_PARTS = {
    **{code: f"[0-9]{{{count}}}" for code, count in DIGITS.items()},
    "%M": "[0-5][0-9]", "%S": "[0-5][0-9]", "%u": "[1-7]", "%q": "[1-4]", "%e": " ?[0-9]{1,2}", "%%": "%",
    "%b": "[A-Za-z]{3}", "%B": f"(?i:{_MONTHS})", "%a": "[A-Za-z]{3}", "%A": f"(?i:{_WEEKDAYS})",
    "%p": "(?i:AM|PM)", "%.f": r"(?:\.[0-9]{1,9})?",
    "%#z": f"(?:[Zz]|{_OFFSET}(?::?[0-9]{{2}})?)", "%z": f"{_OFFSET}:?[0-9]{{2}}", "%:z": f"{_OFFSET}:[0-9]{{2}}",
}  # fmt: skip
_NUMBERS = {*DIGITS, "%M", "%S", "%u", "%q", "%e"}
_DIRECTIVE = re.compile(r"%(?:[#:]z|\.f|.)|%$", re.DOTALL)


@lru_cache(maxsize=1024)
def pattern_of(written: str) -> str:
    """A regular expression for all of a cell in a format; raises SourceError for a format that is not known."""
    if written in COUNTED:
        return COUNTED[written].pattern
    parts = cut_format(written)
    unknown = [part for part in parts if part.startswith("%") and part not in _PARTS]
    if unknown:
        raise SourceError(f"date format {written!r}: {unknown[0]} is none of {', '.join((*_PARTS, *_WHOLE, *COUNTED))}")
    around = ["", *parts, ""]
    shown = [_show(part, around[at] in _NUMBERS or around[at + 2] in _NUMBERS) for at, part in enumerate(parts)]
    return f"^{''.join(shown)}$"


def spell_out(written: str) -> str:
    """A format without directives that stand for several."""
    for code, several in _WHOLE.items():
        written = written.replace(code, several)
    return written


def complete_day(written: str) -> tuple[str, str]:
    """What has to be put behind a day's text, and behind its format, so that both tell a day.

    A week stands for its Monday, a quarter, a month and a year for the first of their days. Raises SourceError for a
    format that tells none.
    """
    if written in COUNTED:
        return "", ""
    parts = set(cut_format(written))
    if "%V" in parts or "%G" in parts:
        if not {"%V", "%G"} <= parts or parts & {"%Y", "%y"}:
            raise SourceError(f"date format {written!r}: an ISO week is told by %G and %V, its year and number")
        return ("", "") if parts & {"%u", "%a", "%A"} else ("-1", "-%u")
    if not parts & {"%Y", "%y"}:
        raise SourceError(f"date format {written!r} tells no year")
    if "%q" in parts:
        if {part for part in parts if part.startswith("%")} - {"%Y", "%y", "%q", "%%"}:
            raise SourceError(f"date format {written!r}: a quarter is told by its year and number alone")
        return "", ""
    if "%j" in parts:
        return "", ""
    has_day = parts & {"%d", "%e"}
    if parts & {"%m", "%b", "%B"}:
        return ("", "") if has_day else ("-01", "-%d")
    if has_day:
        raise SourceError(f"date format {written!r} tells a day and no month")
    return "-01-01", "-%m-%d"


def cut_quarter(written: str) -> tuple[str, str, str]:
    """Patterns whose first group is a quarter's year, and its number, and the form of that year."""
    parts = cut_format(written)
    year = "%Y" if "%Y" in parts else "%y"
    shown = {part: re.escape(part) if not part.startswith("%") else _PARTS[part] for part in parts}
    of_year, of_quarter = (
        "".join(f"({shown[part]})" if part == wanted else shown[part] for part in parts) for wanted in (year, "%q")
    )
    return f"^{of_year}$", f"^{of_quarter}$", year


def complete_moment(written: str) -> tuple[str, str]:
    """What has to be put behind a moment's text, and behind its format, so that an hour alone is its first minute.

    Raises SourceError for a format that tells minutes and no hour.
    """
    if written in COUNTED:
        return "", ""
    parts = set(cut_format(written))
    has_hour = bool(parts & {"%H", "%I"})
    if "%M" in parts and not has_hour:
        raise SourceError(f"date format {written!r} tells minutes and no hour")
    return (":00", ":%M") if has_hour and "%M" not in parts else ("", "")


def cut_format(written: str) -> list[str]:
    """The directives of a format, and the text between them."""
    written = spell_out(written)
    parts, end = [], 0
    for found in _DIRECTIVE.finditer(written):
        parts += [written[end : found.start()], found[0]]
        end = found.end()
    return [part for part in (*parts, written[end:]) if part]


def _show(part: str, is_touched: bool) -> str:
    if part in _PADDED and not is_touched:
        return "[0-9]{1,2}"
    return _PARTS.get(part) or re.escape(part)
