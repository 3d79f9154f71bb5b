"""Labels that tell days, weeks, months or years: which columns of a sample are to become rows."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from conditioners.drafting.date_conventions import DAY_FORMATS, may_be_months, parse_day
from conditioners.drafting.digit_dates import MONTH, WEEK, find_year, fit_run, labels_months, labels_weeks
from conditioners.values.month_names import Months, list_names, translate_month

if TYPE_CHECKING:
    from conditioners.drafting.samples import Sample

_FEWEST = 3
YEAR = "%Y"
_PARTS = {
    "%Y": "[0-9]{4}", "%G": "[0-9]{4}", "%m": "[0-9]{1,2}", "%d": "[0-9]{1,2}", "%y": "[0-9]{2}", "%V": "[0-9]{2}",
    " %V": " [0-9]{1,2}", "%q": "[1-4]", "%b": "[A-Za-z]{3}", "%B": "[A-Za-z]{3,9}",
}  # fmt: skip
_MONTHS = {"%B": list(calendar.month_name)[1:], "%b": list(calendar.month_abbr)[1:]}
_ANY_MONTH = r"[^\W\d_]{3,}\.?"
"""A name of a month, or any other word, which is then rejected."""
_YEARLESS = ("%B", "%b", "%V")
_TIMED = re.compile(
    r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])|(?<![A-Za-z0-9])(?:FY|W|Wk|Week|KW|S|P|Period|Q)[ -]?[0-9]{1,2}(?![0-9])",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])|(?<![A-Za-z0-9])W[0-9]{2}(?![0-9])")
_BASE = re.compile(r"\b(?:19|20)[0-9]{2} ?= ?100\b")
"""The year that an index is 100 in, which it stays."""
_FEWEST_COUNTED = 7
"""Labels that count on, of which fewer are often kinds of something, such as prices of brands."""
_FEWEST_TIMED = 3
"""Labels such as `P1`, of which one or two may tell a part or a price."""
Measures = Mapping[tuple[str, str], Mapping[int, str]]
"""By the words before and behind the day: numbers of columns, and the day that the label of each tells."""


class WideLabels(NamedTuple):
    """Labels that tell times, the format of these, and what to check."""

    measures: Measures
    written: str
    remarks: tuple[str, ...] = ()


def find_wide_labels(sample: Sample, months: Months) -> WideLabels | None:
    """Those of the first format that tells times in enough of them; names of `months` are those of their language."""
    told = sample.labels or ()
    labels = [translate_month(label, months) for label in told] if months else told
    for written in (*DAY_FORMATS, YEAR):
        if measures := _find_measures(labels, written):
            return WideLabels(measures, *_tell_months(written, measures))
    for written in _YEARLESS if find_year(told, sample.columns) is not None else ():
        if measures := _find_yearless(labels, written):
            return WideLabels(measures, written)
    return None


def _find_measures(labels: Sequence[str], written: str) -> Measures:
    found: dict[tuple[str, str], dict[int, str]] = {}
    pattern = re.compile(f"(.*?)(?<![0-9])({match_times(written)})(?![0-9])(.*)")
    for number, label in enumerate(" ".join(label.split()) for label in labels):
        match = pattern.fullmatch(label)
        if match and parse_day(match[2], written):
            found.setdefault((match[1], match[3]), {})[number] = match[2]
    return {
        around: days for around, days in found.items()
        if len(set(days.values())) == len(days) >= _FEWEST and may_be_months(days.values(), written)
    }  # fmt: skip


def _tell_months(written: str, measures: Measures) -> tuple[str, tuple[str, ...]]:
    """The form of the labels, months in place of weeks where words or the turn of the year tell it; what to check."""
    if written != WEEK or any(labels_weeks(before + behind) for before, behind in measures):
        return written, ()
    if all(labels_months(before + behind) for before, behind in measures):
        return MONTH, ()
    if fit_run(time for times in measures.values() for time in times.values()) != (MONTH,):
        return written, ()
    return MONTH, ("labels of six digits are read as months, for 01 of the next year follows 12: weeks go on to 52",)


def _find_yearless(labels: Sequence[str], written: str) -> Measures:
    """Months or weeks without a year, from the first one on, as a fiscal year would hardly have them."""
    found: dict[tuple[str, str], dict[int, str]] = {}
    pattern = re.compile(f"(.*?)({match_times(written)})((?:[^A-Za-z0-9].*)?)")
    for number, label in enumerate(" ".join(label.split()) for label in labels):
        match = pattern.fullmatch(label)
        if match and ("%V" not in written or _names_week(match[1])):
            found.setdefault((match[1], match[3]), {})[number] = match[2]
    return {around: times for around, times in found.items() if _count_on(list(times.values()), written)}


def _names_week(words: str) -> bool:
    return words.strip() == "W" or labels_weeks(words)


def _count_on(times: Sequence[str], written: str) -> bool:
    if "%V" in written:
        return len(times) >= _FEWEST and [int(week) for week in times] == list(range(1, len(times) + 1))
    names = _MONTHS[written]
    return len(times) >= _FEWEST and [time.title() for time in times] == names[: len(times)]


def match_times(written: str, months: Months = ()) -> str:
    """A pattern for times in a format; where a name of `months` is all that tells them, for just these."""
    if written in _MONTHS:
        names = sorted((name for month in months for name in list_names(month)), key=len, reverse=True)
        return f"(?i:{'|'.join(map(re.escape, names) if names else _MONTHS[written])})"
    if written in _YEARLESS:
        return "[0-9]{1,2}"
    if written in (WEEK, MONTH):
        return "[0-9]{6}"
    # Behind a blank, as in `Week 1 2024`, numbers of weeks may have one digit.
    parts = re.split(r"( %V|%[A-Za-z])", written)
    shown = {**_PARTS, "%b": _ANY_MONTH, "%B": _ANY_MONTH} if months else _PARTS
    return "".join(shown.get(part) or re.escape(part).replace(r"\-", "-") for part in parts)


def tell_times(labels: Sequence[str]) -> tuple[str, ...]:
    """What to check of labels that tell a time and stay labels: those of later files may be others."""
    timed = [label for label in labels if _TIMED.search(_BASE.sub("", label))]
    if not timed:
        return _tell_counted(labels)
    if not any(_YEARS.search(label) for label in timed) and len(timed) < _FEWEST_TIMED:
        return ()
    shown = ", ".join(map(repr, timed[:3])) + (" and so on" if len(timed) > 3 else "")
    told = f"labels tell a time, and files with others will lack these columns: {shown}"
    return (f"{told}; `wide` makes rows of them",) if len(timed) >= _FEWEST_TIMED else (told,)


def _tell_counted(labels: Sequence[str]) -> tuple[str, ...]:
    """What to check of labels that count on by one, such as `d_1` to `d_28`, which may be days or weeks."""
    counted: dict[tuple[str, ...], list[int]] = {}
    for label in labels:
        before, number, behind = re.fullmatch(r"(.*?)([0-9]{0,6})(\D*)", label, re.DOTALL).groups()  # type: ignore[union-attr]
        if number:
            counted.setdefault((before, behind), []).append(int(number))
    runs = [
        (f"{before}{numbers[0]}{behind}", f"{before}{numbers[-1]}{behind}")
        for (before, behind), numbers in counted.items()
        if len(numbers) >= _FEWEST_COUNTED and all(one + 1 == next_one for one, next_one in pairwise(numbers))
    ]
    return tuple(
        f"labels count on from {first!r} to {last!r}: where they are days or weeks, files with others will lack these "
        "columns, and `wide` makes rows of them"
        for first, last in runs
    )
